"""Ownership in the signatures of other modules means the same from source, from the cache and from a stub."""

from __future__ import annotations

import pytest

from tests.harness import Harness, assert_expected, modes, run_in_mode

DECLARATIONS = """
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from mypy_session_plugin import Borrowed, CrossesThread, Owned, Performs, Synchronized

def store(session: Owned[Session]) -> None: ...
def make() -> Owned[Session]: ...
def save(session: Performs[Session, Literal["flush", "commit"]]) -> None: ...
def spawn(session: CrossesThread[Session]) -> None: ...
def guarded() -> Synchronized[Session]: ...
async def store_later(session: Owned[Session]) -> None: ...

@contextmanager
def lending() -> Iterator[Borrowed[Session]]: ...

class Repository:
    session: Borrowed[Session]
    def __init__(self, session: Borrowed[Session]) -> None: ...
    def add(self, session: Borrowed[Session]) -> None: ...

@dataclass
class Report:
    session: Session
    title: str
"""

USER = """
from threading import Thread

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from mypy_session_plugin import Borrowed, Owned
from MODULE import Report, Repository, guarded, lending, make, save, spawn, store, store_later

def owned(engine: Engine) -> None:
    session = Session(engine)
    store(session)
    session.flush()  # error: [session-closed] "session" is not this function's any more (given to store()

def lent(session: Borrowed[Session]) -> None:
    store(session)  # error: [session-borrowed] store() takes Owned[Session]

async def lent_to_a_coroutine(session: Borrowed[Session]) -> None:
    await store_later(session)  # error: [session-borrowed]

def performed(session: Borrowed[Session]) -> None:
    save(session)  # error: [session-borrowed]

def kept(session: Borrowed[Session]) -> Report:
    return Report(session, "users")  # error: [session-borrowed] the Report that is returned keeps it

def in_a_block() -> None:
    with lending() as session:
        session.commit()  # error: [session-borrowed] as lending() says

def of_an_object(repository: Repository) -> None:
    repository.session.close()  # error: [session-borrowed]

class Heir(Repository):
    def add(self, session: Session) -> None:
        session.commit()  # error: [session-borrowed] as add() of Repository says

    def end(self) -> None:
        self.session.rollback()  # error: [session-borrowed]

class Taking(Repository):
    def add(self, session: Owned[Session]) -> None: ...  # error: [session-borrowed] add() of Taking takes

def left_open() -> None:
    session = make()  # error: [session-leak]
    session.execute(text("SELECT 1"))

def crossing(session: Session) -> None:
    spawn(session)  # error: [session-thread]
    session.flush()

def synchronized() -> None:
    session = guarded()
    Thread(target=print, args=(session,)).start()
    session.flush()

def right(engine: Engine, session: Borrowed[Session]) -> None:
    Repository(session).add(session)
    mine = Session(engine)
    mine.execute(text("SELECT 1"))
    store(mine)
"""


@pytest.mark.parametrize("mode", modes())
def test_ownership_is_the_same_in_every_mode(harness: Harness, mode: str) -> None:
    files = {
        "library.py": DECLARATIONS,
        "typed.pyi": DECLARATIONS,
        "of_source.py": USER.replace("MODULE", "library"),
        "of_stub.py": USER.replace("MODULE", "typed"),
    }
    config = "[mypy-of_source,of_stub]\nenable_error_code = session-leak\n"

    assert_expected(files, run_in_mode(harness, mode, files, flags=["--allow-empty-bodies"], config=config))
