"""Commits in the block of a context manager that the module defines, and of that manager itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models import User, elsewhere

engine = create_engine("sqlite://")


@contextmanager
def _closing() -> Iterator[Session]:
    session = Session(engine)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def _committing() -> Iterator[Session]:
    with Session(engine) as session:
        yield session
        session.commit()


@contextmanager
def _writing() -> Iterator[Session]:
    with Session(engine) as session:
        session.add(User())
        yield session


def _save(session: Session) -> None:
    session.commit()


def reads_bad() -> list[User]:
    with _closing() as session:
        users = list(session.scalars(select(User)))
        session.commit()  # error: [session-redundant-commit]
    return users


def writes_ok() -> None:
    with _closing() as session:
        session.add(User())
        session.commit()


def manager_commits_for_all_that_use_it_ok() -> list[User]:
    with _committing() as session:
        return list(session.scalars(select(User)))


def helper_commits_for_all_that_use_it_ok() -> list[User]:
    with _closing() as session:
        users = list(session.scalars(select(User)))
        _save(session)
    return users


def manager_has_written_ok() -> None:
    with _writing() as session:
        print(session.scalars(select(User)).all())
        session.commit()


def known_to_code_that_is_not_seen_ok() -> None:
    with _closing() as session:
        elsewhere(session)
        session.commit()
