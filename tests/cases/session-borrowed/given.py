"""A session that is lent, where a signature, a declaration or a callable takes more than that."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Literal, Protocol

from models import User, elsewhere
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mypy_session_plugin import Borrowed, CrossesThread, Owned, Performs


def _store(session: Owned[Session]) -> None: ...


async def _store_later(session: Owned[Session]) -> None: ...


def _save(session: Performs[Session, Literal["flush", "commit"]]) -> None: ...


def _write(session: Performs[Session, Literal["write", "flush"]]) -> None: ...


def _read(session: Session, user: Borrowed[Session] | None = None) -> None: ...


class Task:
    def __init__(self, session: Owned[Session]) -> None: ...

    def run(self, session: Performs[Session, Literal["close"]]) -> None: ...


class Query:
    def __init__(self, session: Borrowed[Session]) -> None: ...


def owned_bad(session: Borrowed[Session]) -> None:
    _store(session)  # error: [session-borrowed] "session" is only lent to this function (Borrowed); _store() takes Owned[Session]


def owned_by_name_bad(session: Borrowed[Session]) -> None:
    _store(session=session)  # error: [session-borrowed]


async def owned_by_a_coroutine_bad(session: Borrowed[Session]) -> None:
    await _store_later(session)  # error: [session-borrowed]


def owned_by_an_object_bad(session: Borrowed[Session]) -> Task:
    return Task(session)  # error: [session-borrowed] Task() takes Owned[Session]


def performs_bad(session: Borrowed[Session]) -> None:
    _save(session)  # error: [session-borrowed] _save() takes Performs[Session, Literal["flush", "commit"]]


def performed_by_a_method_bad(session: Borrowed[Session], task: Task) -> None:
    task.run(session)  # error: [session-borrowed] run() takes Performs


def performs_more_bad(session: Performs[Session, Literal["flush"]]) -> None:
    _save(session)  # error: [session-borrowed] "session" is here for flush alone (Performs)


def performs_the_same_ok(session: Performs[Session, Literal["flush", "commit"]]) -> None:
    _save(session)


def writes_ok(session: Borrowed[Session]) -> None:
    _write(session)
    _read(session, session)
    elsewhere(session)
    Query(session)


def own_ok(engine: Engine) -> None:
    _store(Session(engine))


def plain_ok(session: Session) -> None:
    _store(session)


def assigned_bad(session: Borrowed[Session]) -> None:
    mine: Owned[Session] = session  # error: [session-borrowed] "mine" is declared as Owned[Session]
    elsewhere(mine)


def given_back_as_owned_bad(session: Borrowed[Session]) -> Owned[Session]:
    return session  # error: [session-borrowed] given_back_as_owned_bad() is declared to return Owned[Session]


def yielded_as_owned_bad(session: Borrowed[Session]) -> Iterator[Owned[Session]]:
    yield session  # error: [session-borrowed] is declared to yield Owned[Session]


class Holder:
    session: Owned[Session]

    def __init__(self, session: Borrowed[Session]) -> None:
        self.session = session  # error: [session-borrowed] "self.session" is declared as Owned[Session]


class Base:
    def add(self, session: Borrowed[Session], user: User) -> None: ...

    def flush(self, session: Performs[Session, Literal["flush"]]) -> None: ...

    def open(self) -> Owned[Session]: ...

    def current(self) -> Borrowed[Session]: ...

    def free(self, session: Session) -> None: ...


class Keeps(Base):
    def add(self, session: Borrowed[Session], user: User) -> None: ...

    def flush(self, session: Borrowed[Session]) -> None: ...

    def free(self, session: Borrowed[Session]) -> None: ...


class Takes(Base):
    def add(self, session: Owned[Session], user: User) -> None: ...  # error: [session-borrowed] add() of Takes takes Owned[Session] as "session"; the method that it overrides, of Base, takes Borrowed[Session]

    def flush(self, session: Performs[Session, Literal["flush", "commit"]]) -> None: ...  # error: [session-borrowed]

    def open(self) -> Borrowed[Session]: ...  # error: [session-borrowed] open() of Takes returns Borrowed[Session]; the method that it overrides, of Base, returns Owned[Session]


class Sends(Base):
    def add(self, session: CrossesThread[Session], user: User) -> None: ...  # error: [session-borrowed]


class Inherits(Base):
    def add(self, session: Session, user: User) -> None:  # bad, as Base lends it
        session.add(user)
        session.commit()  # error: [session-borrowed] "session" is only lent to this function (Borrowed, as add() of Base says); commit()

    def flush(self, session: Session) -> None:
        session.flush()


class Store(Protocol):
    def save(self, session: Borrowed[Session], user: User) -> None: ...


class CommittingStore(Store):
    def save(self, session: Session, user: User) -> None:
        session.commit()  # error: [session-borrowed] as save() of Store says


class OwningStore(Store):
    def save(self, session: Owned[Session], user: User) -> None: ...  # error: [session-borrowed]


def _each(action: Callable[[Borrowed[Session], User], None], session: Session) -> None: ...


async def _each_later(action: Callable[[Borrowed[Session]], Awaitable[None]]) -> None: ...


def _make(factory: Callable[[], Owned[Session]]) -> None: ...


def _end(session: Owned[Session], user: User) -> None: ...


def _lend(session: Borrowed[Session], user: User) -> None: ...


def _take(session: Session, user: User) -> None: ...


def _current() -> Borrowed[Session]: ...


def _new() -> Owned[Session]: ...


def callable_bad(session: Session) -> None:
    _each(_end, session)  # error: [session-borrowed] "_end" takes Owned[Session]; _each() gives it Borrowed[Session]


def method_bad(session: Session, base: Takes) -> None:
    _each(base.add, session)  # error: [session-borrowed] "base.add" takes Owned[Session]


async def coroutine_function_bad() -> None:
    await _each_later(_store_later)  # error: [session-borrowed] "_store_later" takes Owned[Session]


def factory_bad() -> None:
    _make(_current)  # error: [session-borrowed] "_current" returns Borrowed[Session]; _make() takes that as Owned[Session]


def assigned_callable_bad() -> None:
    action: Callable[[Borrowed[Session], User], None] = _end  # error: [session-borrowed] who calls "action" gives it Borrowed[Session]
    elsewhere(action)


def returned_callable_bad() -> Callable[[Borrowed[Session], User], None]:
    return _end  # error: [session-borrowed] "_end" takes Owned[Session]; who calls what returned_callable_bad() returns gives it Borrowed[Session]


def callable_ok(session: Session) -> None:
    _each(_lend, session)
    _each(_take, session)
    _each(lambda session, user: session.add(user), session)
    _make(_new)
