"""Variables, attributes and overrides with phantom types."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypedDict, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import User, elsewhere
from mypy_session_plugin import Attached, Becomes, Detached, Persistent, Transient

T = TypeVar("T")

CURRENT: Detached[User] | None = None
FIRST: Persistent[User] = User(name="ann")  # error: [session-state] "FIRST" is declared as Persistent[User]


def _publish(user: Detached[User]) -> None: ...


def _read(user: Persistent[User]) -> None: ...


@dataclass
class Event:
    user: Detached[User]


class Line(NamedTuple):
    user: Detached[User]


class Form(TypedDict):
    user: Detached[User]


class Job:
    user: Persistent[User]
    last: Detached[User] | None = None

    def __init__(self, session: Session, user: Persistent[User]) -> None:
        self.session = session
        self.inferred = user
        self.declared: Detached[User] = user  # error: [session-state] "self.declared" is declared as Detached[User]

    def assign_bad(self) -> None:
        self.last = User(name="ann")  # error: [session-state] "self.last" is declared as Detached[User] | None

    def read_bad(self) -> None:
        _publish(self.user)  # error: [session-state] "self.user" is persistent

    def belongs_to_the_only_session_bad(self, user: Persistent[User]) -> None:
        self.session.merge(user)  # error: [session-merge]

    def inferred_ok(self) -> None:
        _publish(self.inferred)

    def changed_by_a_call_ok(self) -> None:
        self._change()
        _publish(self.user)

    def _change(self) -> None:
        elsewhere(self)

    def read_by_a_call_bad(self) -> None:
        self.read_ok()
        _publish(self.user)  # error: [session-state] "self.user" is persistent

    def read_ok(self) -> None:
        _read(self.user)

    def none_ok(self) -> None:
        self.last = None


class TwoSessions:
    one: Session
    other: Session

    def unknown_session_ok(self, user: Persistent[User]) -> None:
        self.one.merge(user)


def variable_bad(session: Session) -> None:
    user: Detached[User]
    user = session.get_one(User, 1)  # error: [session-state] "user" is declared as Detached[User]
    elsewhere(user)


def loop_variable_bad(session: Session) -> None:
    user: Detached[User]
    for user in session.scalars(select(User)):  # error: [session-state]
        elsewhere(user)


def global_bad(session: Session) -> None:
    global CURRENT
    CURRENT = session.get_one(User, 1)  # error: [session-state] "CURRENT" is declared as Detached[User] | None


def attribute_of_a_value_bad(job: Job, session: Session) -> None:
    job.last = session.get_one(User, 1)  # error: [session-state] "job.last"


def constructor_bad(session: Session) -> None:
    Event(session.get_one(User, 1))  # error: [session-state] Event() takes Detached[User]
    Line(user=User(name="ann"))  # error: [session-state]


def declared_unknown_bad(user: User) -> None:
    known: Persistent[User] = user
    _publish(known)  # error: [session-state] "known" is persistent (declared at line


def broken_name_is_unknown_ok(user: Persistent[User]) -> None:
    elsewhere()
    _read(user)


def broken_name_is_reported_once_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    kept: Detached[User] = user  # error: [session-state]
    _publish(kept)
    _publish(user)  # error: [session-state]


def not_for_its_life_ok(session: Session) -> None:
    user: Persistent[User] = session.get_one(User, 1)
    session.expunge(user)
    _publish(user)


def parameter_bound_again_ok(session: Session, user: Detached[User]) -> None:
    user = session.merge(user)
    _read(user)


def global_is_unknown_ok() -> None:
    if CURRENT is not None:
        _read(CURRENT)


def inferred_variable_ok(session: Session, user: Persistent[User]) -> None:
    kept = user
    kept = User(name="ann")
    elsewhere(kept)


def captured_is_unknown_ok(session: Session, user: Persistent[User]) -> None:
    def later() -> None:
        _publish(user)

    session.expunge(user)
    elsewhere(later)


class Cache(Generic[T]):
    def put(self, value: T) -> None: ...


def declared_type_argument_bad(session: Session, cache: Cache[Detached[User]]) -> None:
    cache.put(session.get_one(User, 1))  # error: [session-state] put() takes Detached[User]


class Sink(Protocol):
    def put(self, user: Detached[User]) -> None: ...


def protocol_bad(session: Session, sink: Sink) -> None:
    sink.put(session.get_one(User, 1))  # error: [session-state]


class Base:
    def load(self, session: Session) -> Persistent[User]: ...

    async def fetch(self, session: AsyncSession) -> Persistent[User]: ...

    def stream(self, session: Session) -> Iterator[Persistent[User]]: ...

    def take(self, user: Attached[User]) -> None: ...

    def every(self, users: list[Attached[User]]) -> None: ...

    def save(self, session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None: ...

    def plain(self, user: User) -> User: ...

    def __private(self, user: Attached[User]) -> None: ...

    @staticmethod
    def static(user: Attached[User]) -> None: ...


class Weaker(Base):
    def load(self, session: Session) -> Attached[User]: ...  # error: [session-state] load() of Weaker returns Attached[User]

    async def fetch(self, session: AsyncSession) -> Attached[User]: ...  # error: [session-state]

    def stream(self, session: Session) -> Iterator[Attached[User]]: ...  # error: [session-state]

    def take(self, user: Persistent[User]) -> None: ...  # error: [session-state] takes Persistent[User] as "user"

    def every(self, users: list[Persistent[User]]) -> None: ...  # error: [session-state]

    def save(self, session: Session, user: Becomes[Transient[User], Attached[User]]) -> None: ...  # error: [session-state] leaves

    @staticmethod
    def static(user: Persistent[User]) -> None: ...  # error: [session-state]


class Inherits(Base):
    def load(self, session: Session) -> User:
        return User(name="ann")  # error: [session-state] load() of Base is declared to return Persistent[User]

    async def fetch(self, session: AsyncSession) -> User:
        return User(name="ann")  # error: [session-state]


class Stronger(Base):
    def load(self, session: Session) -> Persistent[User]: ...

    def take(self, user: Attached[User] | Detached[User]) -> None: ...

    def every(self, users: list[User]) -> None: ...

    def plain(self, user: Persistent[User]) -> Persistent[User]: ...

    def __private(self, user: Persistent[User]) -> None: ...


class Plain(Base):
    def load(self, session: Session) -> User:
        return session.get_one(User, 1)

    def take(self, user: User) -> None: ...
