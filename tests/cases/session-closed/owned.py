"""Sessions that were given to a place that owns them."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User, elsewhere
from mypy_session_plugin import Borrowed, Owned


def _store(session: Owned[Session]) -> None: ...


class Holder:
    def __init__(self, session: Owned[Session]) -> None:
        self.session = session


class Borrower:
    def __init__(self, session: Borrowed[Session]) -> None:
        self.session = session


def given_to_a_constructor_bad(engine: Engine) -> None:
    session = Session(engine)
    elsewhere(Holder(session))
    session.add(User())  # error: [session-closed] "session" is not this function's any more (given to Holder() at line 25)


def given_twice_bad(engine: Engine) -> None:
    session = Session(engine)
    _store(session)
    _store(session)  # error: [session-closed] "session" is not this function's any more (given to _store() at line 31)


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
