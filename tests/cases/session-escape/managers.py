"""What leaves the block of a context manager that the module defines."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ScalarResult, create_engine, select
from sqlalchemy.orm import Session

from models import User

engine = create_engine("sqlite://")


@contextmanager
def _closing() -> Iterator[Session]:
    session = Session(engine)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def _left_open(session: Session) -> Iterator[Session]:
    yield session
    session.flush()


@contextmanager
def _perhaps_closing(close: bool) -> Iterator[Session]:
    session = Session(engine)
    yield session
    if close:
        session.close()


def result_is_returned_bad() -> ScalarResult[User]:
    with _closing() as session:
        return session.scalars(select(User))  # error: [session-escape]


def result_is_read_after_the_block_bad() -> None:
    with _closing() as session:
        users = session.scalars(select(User))
    for user in users:  # error: [session-escape]
        print(user)


def session_is_returned_bad() -> Session:
    with _closing() as session:
        session.get(User, 1)
        return session  # error: [session-escape]


def result_of_a_session_that_stays_open_ok(session: Session) -> ScalarResult[User]:
    with _left_open(session) as same:
        return same.scalars(select(User))


def perhaps_closed_ok(close: bool) -> ScalarResult[User]:
    with _perhaps_closing(close) as session:
        return session.scalars(select(User))


def list_is_returned_ok() -> list[User]:
    with _closing() as session:
        return list(session.scalars(select(User)))
