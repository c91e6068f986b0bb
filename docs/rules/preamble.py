"""What every example on the pages of the rules begins with."""

import asyncio
import functools
import json
import pickle
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection as Pipeline
from threading import Barrier, Event, Lock, Thread, Timer, get_ident
from typing import Annotated, Generic, Literal, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    ForeignKey,
    ScalarResult,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncScalarResult,
    AsyncSession,
    async_scoped_session,
    async_sessionmaker,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    defer,
    joinedload,
    load_only,
    make_transient,
    make_transient_to_detached,
    mapped_column,
    object_session,
    raiseload,
    relationship,
    scoped_session,
    selectinload,
    sessionmaker,
    undefer,
)
from sqlalchemy.orm.attributes import flag_modified

from mypy_session_plugin import (
    Attached,
    Becomes,
    Borrowed,
    Deleted,
    Detached,
    In,
    Live,
    Owned,
    Pending,
    Performs,
    Persistent,
    Synchronized,
    Transient,
)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    posts: Mapped[list["Post"]] = relationship(back_populates="author", cascade="all, delete-orphan")


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    author: Mapped[User] = relationship(back_populates="posts")


def load_posts(user: User) -> int:
    """The thread in which the posts of a user were loaded."""
    assert user.posts
    return get_ident()
