"""Phantom-typed positions beside the cases: the option `strict`, and signatures that mypy takes from its cache."""

from __future__ import annotations

import pytest

from tests.harness import Harness, assert_expected, modes, run_in_mode

MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

LIBRARY = """
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache

from sqlalchemy.orm import Session

from models import User
from mypy_session_plugin import Detached, Persistent

def publish(user: Detached[User]) -> None: ...

@contextmanager
def loaded(session: Session) -> Iterator[Persistent[User]]:
    yield session.get_one(User, 1)

def stream(session: Session) -> Iterator[Persistent[User]]:
    yield session.get_one(User, 1)

@cache
def cached() -> Persistent[User]:
    raise NotImplementedError

class Repository:
    async def fetch(self, session: Session) -> Persistent[User]:
        return session.get_one(User, 1)
"""

USER = """
from sqlalchemy.orm import Session

from library import Repository, cached, loaded, publish, stream
from models import User

def under_a_context_manager(session: Session) -> None:
    with loaded(session) as user:
        publish(user)  # error: [session-state] "user" is persistent (returned by loaded()

def from_a_generator(session: Session) -> None:
    for user in stream(session):
        publish(user)  # error: [session-state]

def from_a_cache() -> None:
    publish(cached())  # error: [session-state]

async def from_a_method(session: Session, repository: Repository) -> None:
    publish(await repository.fetch(session))  # error: [session-state]

def from_the_session(session: Session) -> None:
    user = session.get_one(User, 1)
    publish(user)  # error: [session-state]
    session.expunge(user)
    publish(user)
"""


@pytest.mark.parametrize("mode", modes())
def test_signatures_of_another_module_are_the_same_in_every_mode(harness: Harness, mode: str) -> None:
    files = {"models.py": MODELS, "library.py": LIBRARY, "user.py": USER}
    assert_expected(files, run_in_mode(harness, mode, files))


def test_strict_reports_unknown_states(harness: Harness) -> None:
    program = """
from sqlalchemy.orm import Session
from models import User
from mypy_session_plugin import Persistent

def read(user: Persistent[User]) -> None: ...
def read_all(users: list[Persistent[User]]) -> None: ...

def unknown(user: User) -> None:
    read(user)  # error: [session-state] "user" is of unknown state; read() takes Persistent[User]

def unknown_elements(users: list[User]) -> None:
    read_all(users)  # error: [session-state] an element of "users" is of unknown state

def known(session: Session) -> None:
    read(session.get_one(User, 1))
    read_all([session.get_one(User, 1)])
    read_all([])

class Base:
    def load(self) -> Persistent[User]:
        raise NotImplementedError

class Plain(Base):
    def load(self) -> User:  # error: [session-state] load() of Plain returns User
        raise NotImplementedError
"""
    files = {"models.py": MODELS, "program.py": program}
    harness.check(files, config="[mypy_session_plugin]\nstrict = true\n")
