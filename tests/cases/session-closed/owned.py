"""Sessions that were given to a place that owns them."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User, elsewhere
from mypy_session_plugin import Borrowed, Owned


def _store(session: Owned[Session]) -> None: ...


class Holder:
    def __init__(self, session: Owned[Session]) -> None:
        self.session = session


class Unit:
    """Owns the session that it is given: its methods use and end it, whoever calls them."""

    def __init__(self, session: Owned[Session]) -> None:
        self._session = session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._session.close()

    def add(self, name: str) -> None:
        self._session.add(User(name=name))

    def commit(self) -> None:
        self._session.commit()


@dataclass
class Record:
    session: Owned[Session]

    def commit(self) -> None:
        self.session.commit()


class Borrower:
    def __init__(self, session: Borrowed[Session]) -> None:
        self.session = session


def given_to_a_constructor_bad(engine: Engine) -> None:
    session = Session(engine)
    elsewhere(Holder(session))
    session.add(User())  # error: [session-closed] "session" is not this function's any more (given to Holder() at line 55)


def given_twice_bad(engine: Engine) -> None:
    session = Session(engine)
    _store(session)
    _store(session)  # error: [session-closed] "session" is not this function's any more (given to _store() at line 61)


def given_twice_on_a_path_bad(engine: Engine, early: bool) -> None:
    session = Session(engine)
    if early:
        _store(session)
    _store(session)  # error: [session-closed]


def lent_ok(engine: Engine) -> None:
    session = Session(engine)
    elsewhere(Borrower(session))
    session.add(User())


def another_one_ok(engine: Engine) -> None:
    session = Session(engine)
    _store(session)
    session = Session(engine)
    _store(session)


def either_ok(engine: Engine, early: bool) -> None:
    session = Session(engine)
    if early:
        _store(session)
    else:
        _store(session)


def used_by_its_owner_ok(engine: Engine) -> None:
    with Unit(Session(engine)) as unit:
        unit.add("carol")
        unit.commit()


def used_by_its_owner_outside_a_block_ok(engine: Engine) -> None:
    unit = Unit(Session(engine))
    unit.add("carol")
    unit.commit()
    record = Record(Session(engine))
    record.commit()


def used_beside_its_owner_bad(engine: Engine) -> None:
    session = Session(engine)
    with Unit(session) as unit:
        unit.add("carol")
        session.commit()  # error: [session-closed] "session" is not this function's any more (given to Unit() at line


def used_after_its_owner_bad(engine: Engine) -> None:
    session = Session(engine)
    Unit(session).commit()
    session.close()  # error: [session-closed]
