"""What a cached function gives back may be from an earlier call: of another session, or of the same one before its end."""

from functools import cache, lru_cache

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User


@lru_cache
def _first_user(session: Session) -> User:
    return session.get_one(User, 1)


@cache
def _template() -> User:
    return User(name="template")


@cache
def _current() -> Session:
    return Session()


def loaded_before_the_end_ok(engine: Engine) -> None:
    session = Session(engine)
    print(_first_user(session).name)
    session.close()
    session.merge(_first_user(session))


def added_by_an_earlier_call_ok(session: Session) -> None:
    session.add(_template())
    session.flush()
    session.refresh(_template())


def one_session_of_two_calls_ok() -> None:
    user = User(name="ann")
    _current().add(user)
    _current().flush()
    _current().refresh(user)


def loaded_here_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _first_user(session)
    session.merge(user)  # error: [session-merge]
