"""Sessions that a type says to be the function's own: as a parameter, as a result, in the place of another method."""

from typing import Literal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import User
from mypy_session_plugin import Borrowed, Owned, Performs


def _store(session: Owned[Session]) -> None: ...


def _make() -> Owned[Session]: ...


async def _make_later() -> Owned[Session]: ...


def _maybe() -> Owned[Session] | None: ...


def parameter_bad(session: Owned[Session]) -> None:  # error: [session-leak] "session" has run SQL and is not closed
    session.scalars(select(User)).all()


def parameter_on_a_path_bad(session: Owned[Session], now: bool) -> None:  # error: [session-leak]
    session.scalars(select(User)).all()
    if now:
        session.close()


def closed_ok(session: Owned[Session]) -> None:
    session.scalars(select(User)).all()
    session.close()


def block_ok(session: Owned[Session]) -> None:
    with session:
        session.scalars(select(User)).all()


def committed_ok(session: Owned[Session]) -> None:
    session.scalars(select(User)).all()
    session.commit()


def given_on_ok(session: Owned[Session]) -> None:
    session.scalars(select(User)).all()
    _store(session)


def given_back_ok(session: Owned[Session]) -> Owned[Session]:
    session.scalars(select(User)).all()
    return session


def somebody_elses_ok(session: Session, other: Borrowed[Session]) -> None:
    session.scalars(select(User)).all()
    other.scalars(select(User)).all()


def result_bad() -> None:
    session = _make()  # error: [session-leak]
    session.scalars(select(User)).all()


async def result_of_a_coroutine_bad() -> None:
    session = await _make_later()  # error: [session-leak]
    session.scalars(select(User)).all()


def optional_result_bad() -> None:
    session = _maybe()  # error: [session-leak]
    if session is not None:
        session.scalars(select(User)).all()


def result_closed_ok() -> None:
    session = _make()
    session.scalars(select(User)).all()
    session.close()


def result_in_a_block_ok() -> None:
    with _make() as session:
        session.scalars(select(User)).all()


def _close(session: Performs[Session, Literal["close"]]) -> None: ...


def closed_by_another_ok(engine: Engine) -> None:
    session = Session(engine)
    session.scalars(select(User)).all()
    _close(session)


class Keeper:
    session: Owned[Session]

    def open_ok(self) -> None:
        self.session = _make()
        self.session.scalars(select(User)).all()


class Base:
    def store(self, session: Owned[Session]) -> None: ...

    def current(self) -> Borrowed[Session]: ...


class Heir(Base):
    def store(self, session: Borrowed[Session]) -> None: ...  # error: [session-leak] store() of Heir takes Borrowed[Session] as "session"; the method that it overrides, of Base, takes Owned[Session]

    def current(self) -> Owned[Session]: ...  # error: [session-leak] current() of Heir returns Owned[Session]; the method that it overrides, of Base, returns Borrowed[Session]


class Plain(Base):
    def store(self, session: Session) -> None: ...

    def current(self) -> Session: ...
