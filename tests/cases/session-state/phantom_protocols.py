"""Objects and functions that stand where a protocol, or a callable type, says which states it gives."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from models import User
from sqlalchemy.orm import Session

from mypy_session_plugin import Becomes, Borrowed, Owned, Pending, Persistent, Transient

T = TypeVar("T", contravariant=True)


class Store(Protocol):
    def save(self, user: Persistent[User]) -> None: ...

    def load(self, key: int) -> Persistent[User]: ...


class Plain:
    def save(self, user: User) -> None: ...

    def load(self, key: int) -> User:
        raise NotImplementedError


class OfPersistent:
    def save(self, user: Persistent[User] | Pending[User]) -> None: ...

    def load(self, key: int) -> Persistent[User]:
        raise NotImplementedError


class OfPending:
    def save(self, user: Pending[User]) -> None: ...

    def load(self, key: int) -> Persistent[User]:
        raise NotImplementedError


class GivesNew:
    def save(self, user: Persistent[User]) -> None: ...

    def load(self, key: int) -> Transient[User]:
        raise NotImplementedError


class Inherits(OfPending):
    pass


class Named(Store):
    def save(self, user: Pending[User]) -> None: ...  # error: [session-state] save() of Named takes Pending[User] as "user"; the method that it overrides, of Store, takes Persistent[User]

    def load(self, key: int) -> Persistent[User]:
        raise NotImplementedError


def _use(store: Store) -> None: ...


def _may_use(name: str, *, store: Store | None = None) -> None: ...


class Service:
    def __init__(self, store: Store) -> None:
        self.store = store

    def use(self, store: Store) -> None: ...


def same_states_ok() -> None:
    _use(Plain())
    _use(OfPersistent())
    _may_use("users")


def other_state_bad() -> None:
    _use(OfPending())  # error: [session-state] save() of OfPending takes Pending[User] as "user"; save() of Store, for which it stands here, takes Persistent[User]


def other_result_bad(store: GivesNew) -> None:
    _may_use("users", store=store)  # error: [session-state] load() of GivesNew returns Transient[User]; load() of Store, for which it stands here, returns Persistent[User]


def inherited_bad() -> None:
    Service(Inherits())  # error: [session-state] save() of OfPending takes


def given_to_a_method_bad(service: Service) -> None:
    service.use(OfPending())  # error: [session-state] save() of OfPending takes


def told_at_its_class_ok() -> None:
    _use(Named())


def another_protocol_ok(store: Store) -> None:
    _use(store)


def assigned_bad() -> None:
    store: Store = OfPending()  # error: [session-state] save() of OfPending takes
    _use(store)


class Registering(Protocol):
    def register(self, user: Becomes[Transient[User], Persistent[User]]) -> None: ...


class Adding:
    def register(self, user: Becomes[Transient[User], Pending[User]]) -> None:
        raise NotImplementedError


def _register(service: Registering) -> None: ...


def leaves_another_state_bad() -> None:
    _register(Adding())  # error: [session-state] register() of Adding leaves "user" as Becomes[Transient[User], Pending[User]]; register() of Registering, for which it stands here, as Becomes[Transient[User], Persistent[User]]


class Reader(Protocol):
    def read(self, session: Borrowed[Session]) -> list[User]: ...


class OnlyReads:
    def read(self, session: Borrowed[Session]) -> list[User]:
        return []


class SaysNothing:
    def read(self, session: Session) -> list[User]:
        return []


class Keeps:
    def read(self, session: Owned[Session]) -> list[User]:
        session.close()
        return []


def _read(reader: Reader) -> None: ...


def keeps_the_terms_ok() -> None:
    _read(OnlyReads())
    _read(SaysNothing())


def takes_what_is_lent_bad() -> None:
    _read(Keeps())  # error: [session-borrowed] read() of Keeps takes Owned[Session] as "session"; read() of Reader, for which it stands here, takes Borrowed[Session]


class Cache(Protocol[T]):
    def put(self, value: Persistent[T]) -> None: ...


class UserCache:
    def put(self, value: Persistent[User]) -> None: ...


class NewUserCache:
    def put(self, value: Transient[User]) -> None: ...


def _fill(cache: Cache[User]) -> None: ...


def generic_ok() -> None:
    _fill(UserCache())


def generic_bad() -> None:
    _fill(NewUserCache())  # error: [session-state] put() of NewUserCache takes Transient[User] as "value"


def _each(action: Callable[[Persistent[User]], None]) -> None: ...


def _any_user(user: User) -> None: ...


def _persistent_user(user: Persistent[User]) -> None: ...


def _new_user(user: Transient[User]) -> None: ...


def callables_ok() -> None:
    _each(_any_user)
    _each(_persistent_user)
    _each(lambda user: None)


def callable_of_another_state_bad() -> None:
    _each(_new_user)  # error: [session-state] "_new_user" takes Transient[User]; _each() gives it Persistent[User]


def method_of_another_state_bad(store: OfPending) -> None:
    _each(store.save)  # error: [session-state] "store.save" takes Pending[User]; _each() gives it Persistent[User]


def _made(maker: Callable[[], Persistent[User]]) -> None: ...


def _make_new() -> Transient[User]:
    return User()


def result_in_another_state_bad() -> None:
    _made(_make_new)  # error: [session-state] "_make_new" returns Transient[User]; _made() takes that as Persistent[User]
