"""Results that a signature says to live only as long as their session."""

from sqlalchemy import Engine, ScalarResult
from sqlalchemy.orm import Session

from models import User
from mypy_session_plugin import Live


def _users(session: Session) -> Live[ScalarResult[User]]: ...


def _names(session: Session) -> Live[ScalarResult[str]]: ...


def _buffered(session: Session) -> ScalarResult[User]: ...


def read_after_the_block_bad(engine: Engine) -> None:
    with Session(engine) as session:
        found = _users(session)
    found.all()  # error: [session-escape] "found", a result of "session", is used after the "with" block


def returned_bad(engine: Engine) -> ScalarResult[User]:
    with Session(engine) as session:
        return _users(session)  # error: [session-escape]


def read_in_the_block_ok(engine: Engine) -> list[User]:
    with Session(engine) as session:
        return list(_users(session).all())


def of_columns_ok(engine: Engine) -> ScalarResult[str]:
    with Session(engine) as session:
        return _names(session)


def not_live_ok(engine: Engine) -> ScalarResult[User]:
    with Session(engine) as session:
        return _buffered(session)


def of_another_session_ok(engine: Engine, session: Session) -> ScalarResult[User]:
    with Session(engine):
        return _users(session)
