"""The mapped classes and the databases on which session programs run for real.

Programs are text, so that mypy can check and Python can run the same lines.  The checked copy of this module is
called `session_models`; `run_program` executes a program with the names that its header imports from there.
"""

from __future__ import annotations

import ast
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from typing import Any

import sqlalchemy
from sqlalchemy import Engine, ForeignKey, create_engine, delete, event, inspect, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    deferred,
    make_transient,
    make_transient_to_detached,
    mapped_column,
    relationship,
    sessionmaker,
)
from sqlalchemy.pool import NullPool, StaticPool


class Base(DeclarativeBase):
    """The base of the mapped classes."""


class User(Base):
    """Rows 1 ("one", with an address) and 2 ("two") exist; names are unique."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    bio: Mapped[str | None] = deferred(mapped_column())
    addresses: Mapped[list[Address]] = relationship(cascade="all, delete-orphan", back_populates="user")
    notes: Mapped[list[Note]] = relationship(back_populates="author")


class Address(Base):
    """A child of `User` with every cascade."""

    __tablename__ = "address"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship(back_populates="addresses")


class Note(Base):
    """A child that lives without its parent: nothing is deleted along `User.notes`, and no add goes back."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    author: Mapped[User | None] = relationship(back_populates="notes", cascade="merge, expunge")


#: What a program may name.
__all__ = [
    "Address",
    "Engine",
    "IntegrityError",
    "Iterator",
    "Note",
    "SQLAlchemyError",
    "Session",
    "User",
    "contextmanager",
    "delete",
    "delete_row",
    "fail_next_commit",
    "inspect",
    "make_transient",
    "make_transient_to_detached",
    "select",
    "sessionmaker",
    "text",
    "update",
]
#: The first lines of every checked program; `run_program` provides the same names.
HEADER = f"from session_models import {', '.join(__all__)}\nfrom mypy_session_plugin import reveal_state\n"

#: The file that the code of a program is said to be from.
PROGRAM = "<program>"

_SCHEMA = """
CREATE TABLE user (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE, bio VARCHAR);
CREATE TABLE address (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES user (id));
CREATE TABLE note (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES user (id));
INSERT INTO user VALUES (1, 'one', 'first'), (2, 'two', 'second');
INSERT INTO address VALUES (1, 1);
INSERT INTO note VALUES (1, 1), (2, NULL);
"""
_numbers = count()

#: The release of the installed SQLAlchemy, as the transition table names it.
SQLALCHEMY_RELEASE = ".".join(sqlalchemy.__version__.split(".")[:2])


class _Database:
    """An engine whose in-memory database is made anew for each program: it keeps what SQLAlchemy has compiled."""

    def __init__(self) -> None:
        self._address = ""
        self.refuses_commit = False
        self.engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        event.listen(self.engine, "commit", self._commit)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._address, uri=True, timeout=0)
        # Readers do not wait for another session's lock on the shared cache.
        connection.execute("PRAGMA read_uncommitted = 1")
        return connection

    def _commit(self, connection: object) -> None:
        if self.refuses_commit:
            self.refuses_commit = False
            raise IntegrityError("COMMIT", {}, Exception("deferred constraint"))

    def renew(self) -> sqlite3.Connection:
        """The rows above and nothing else; the database lives as long as this connection is open."""
        self._address = f"file:program{next(_numbers)}?mode=memory&cache=shared"
        self.refuses_commit = False
        keeper = self._connect()
        keeper.executescript(_SCHEMA)
        return keeper


_idle: list[_Database] = []
_busy: dict[Engine, _Database] = {}


@contextmanager
def fresh_engine() -> Iterator[Engine]:
    """An in-memory database of its own, with the rows above; each session works on a connection of its own."""
    database = _idle.pop() if _idle else _Database()
    keeper = database.renew()
    _busy[database.engine] = database
    try:
        yield database.engine
    finally:
        del _busy[database.engine]
        keeper.close()
        _idle.append(database)


@asynccontextmanager
async def fresh_async_engine() -> AsyncIterator[AsyncEngine]:
    """The same for an AsyncSession; all of its sessions work on one connection."""
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        for statement in filter(str.strip, _SCHEMA.split(";")):
            await connection.execute(text(statement))
    try:
        yield engine
    finally:
        await engine.dispose()


def delete_row(engine: Engine, key: int) -> None:
    """Delete a user's row, as another program would."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM user WHERE id = :key"), {"key": key})


def fail_next_commit(engine: Engine) -> None:
    """Let the database refuse the next COMMIT, as it does where a deferred constraint is broken."""
    _busy[engine].refuses_commit = True


def state_of(instance: object) -> str:
    """Which of the five states SQLAlchemy says that an instance is in."""
    status: Any = inspect(instance)
    return next(name for name in ("transient", "pending", "persistent", "deleted", "detached") if getattr(status, name))


def run_program(source: str | ast.Module, reveal_state: Callable[[object], object]) -> dict[str, Any]:
    """Execute a program (without its header); its functions by name."""
    names: dict[str, Any] = {name: globals()[name] for name in __all__}
    names["reveal_state"] = reveal_state
    exec(compile(source, PROGRAM, "exec"), names)
    return names
