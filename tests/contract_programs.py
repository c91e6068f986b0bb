"""Functions with phantom types, for the tests of their runtime twin; some do not hold to what they say.

Where the plugin reports such a function, it is silenced by its code.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict, TypeVar

from sqlalchemy import Engine, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from typing_extensions import TypeAliasType

from mypy_session_plugin import (
    Added,
    Attached,
    Becomes,
    Borrowed,
    Detached,
    In,
    Loaded,
    Owned,
    Pending,
    Performs,
    Persistent,
    Synchronized,
    Transient,
    Unattached,
)

if TYPE_CHECKING:
    from collections.abc import Set as UnseenSet

T = TypeVar("T")


class Base(DeclarativeBase):
    """The base of the mapped classes."""


class User(Base):
    """Users 1 and 2 exist, with a post each."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    posts: Mapped[list[Post]] = relationship(back_populates="author")


class Post(Base):
    """What a user has written."""

    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    author: Mapped[User | None] = relationship(back_populates="posts")


Saved = Persistent[User]
SavedAlias = TypeAliasType("SavedAlias", Persistent[User])
SessionDependency = Annotated[Borrowed[Session], "filled in by a framework"]


def new_user() -> User:
    return User()


def fail() -> None:
    raise LookupError


def transient(user: Transient[User]) -> None: ...
def pending(user: Pending[User]) -> None: ...
def persistent(user: Persistent[User]) -> None: ...
def detached(user: Detached[User]) -> None: ...
def attached(user: Attached[User]) -> None: ...
def unattached(user: Unattached[User]) -> None: ...


def optional(user: Persistent[User] | None = None) -> None: ...
def union(user: Pending[User] | Detached[User]) -> None: ...
def alias(user: Saved) -> None: ...
def alias_type(user: SavedAlias) -> None: ...
def generic(instance: Persistent[T]) -> T:
    return instance


def unseen(user: Persistent[User], others: UnseenSet[int]) -> None: ...
def post_or_new_user(instance: Persistent[Post] | Transient[User]) -> None: ...


def of_list(users: Sequence[Persistent[User]]) -> None: ...
def of_dict(users: dict[str, Persistent[User]]) -> None: ...
def of_pair(users: tuple[Persistent[User], Transient[User]]) -> None: ...
def variadic(*users: Persistent[User], **named: Detached[User]) -> None: ...


def with_posts(user: Loaded[User, Literal["posts", "name"]]) -> None: ...


def register(session: Session, user: Becomes[Transient[User], Persistent[User]], flush: bool = True) -> None:
    session.add(user)
    if flush:
        session.flush()


def enrol(session: Session, user: Added[User], add: bool = True) -> None:
    if add:
        session.add(user)


def fail_to_register(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    raise LookupError


def in_this(session: Session, user: Persistent[User]) -> None: ...
def in_the_named(session: Session, other: Session, user: In[Persistent[User], Literal["other"]]) -> None: ...
def in_either(session: Session, other: Session, user: Persistent[User]) -> None: ...


def load(session: Session, expunge: bool = False) -> Persistent[User]:
    user = session.get_one(User, 1)
    if expunge:
        session.expunge(user)
    return user


def stream(session: Session, expunge: bool) -> Iterator[Persistent[User]]:
    for user in session.scalars(select(User)).all():
        if expunge:
            session.expunge(user)
        yield user


@contextmanager
def lent_user(session: Borrowed[Session], expunge: bool) -> Iterator[Persistent[User]]:
    user = session.get_one(User, 1)
    if expunge:
        session.expunge(user)
    yield user
    session.flush()


@asynccontextmanager
async def lent_user_later(session: Borrowed[AsyncSession], commit: bool) -> AsyncIterator[Persistent[User]]:
    user = await session.get_one(User, 1)
    try:
        yield user
    except LookupError:
        await session.flush()
    if commit:
        await session.commit()  # type: ignore[session-borrowed]


@cache
def cached(session: Session) -> Persistent[User]:
    return session.get_one(User, 1)


@dataclass
class Draft:
    """A generated constructor."""

    user: Persistent[User]


class Description(TypedDict):
    """What isinstance() refuses to answer for."""

    name: str


def described(user: Persistent[User] | Description) -> None: ...


class Repository:
    """A method, a class method, a static one and a property."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def remove(self, user: Persistent[User]) -> None:
        self.session.delete(user)

    @classmethod
    def of_class(cls, user: Persistent[User]) -> None: ...

    @staticmethod
    def of_nothing(user: Persistent[User]) -> None: ...

    @property
    def current(self) -> Persistent[User]:
        return User()  # type: ignore[session-state]


async def load_later(session: AsyncSession, expunge: bool = False) -> Persistent[User]:
    user = await session.get_one(User, 1)
    if expunge:
        session.expunge(user)
    return user


def borrow(session: Borrowed[Session], method: str) -> None:
    getattr(session, method)()


def borrow_in_a_block(session: Borrowed[Session]) -> None:
    with session.begin_nested():
        session.add(User())
    with session:  # type: ignore[session-borrowed]
        session.flush()


def borrow_and_return(session: Borrowed[Session]) -> object:
    return session  # type: ignore[session-borrowed]


def borrow_from_framework(session: SessionDependency) -> object:
    return session


def borrow_steps(session: Borrowed[Session]) -> Iterator[int]:
    yield 1
    session.flush()
    yield 2


def perform(session: Performs[Session, Literal["flush", "commit"]], method: str) -> None:
    getattr(session, method)()


def borrow_and_perform(session: Borrowed[Session]) -> None:
    perform(session, "commit")  # type: ignore[session-borrowed]


def borrow_and_give_away(session: Borrowed[Session]) -> None:
    store(session)  # type: ignore[session-borrowed]


def borrow_and_call(session: Borrowed[Session], work: Callable[[], object]) -> object:
    return work()


def use_guarded(session: Synchronized[Borrowed[Session]], work: Callable[[], object]) -> None:
    work()


def store(session: Owned[Session]) -> None:
    session.commit()
    session.close()


class Keeper:
    """Owns its session for as long as it lives."""

    def __init__(self, session: Owned[Session]) -> None:
        self.session = session


class Users:
    """Has its session on loan for as long as it lives."""

    made_of: type[Users]

    def __init__(self, session: Borrowed[Session]) -> None:
        self.session = session

    def add(self, user: User) -> None:
        self.session.add(user)
        self.session.flush()

    def undo(self) -> None:
        self.session.rollback()  # type: ignore[session-borrowed]

    @property
    def lent(self) -> Session:
        return self.session

    def each(self) -> Iterator[User]:
        yield from self.session.scalars(select(User)).all()


Users.made_of = Users


def open_session(engine: Engine) -> Owned[Session]:
    return Session(engine)


def run_in_thread(work: Callable[[], object]) -> None:
    thread = Thread(target=work, name="worker")
    thread.start()
    thread.join()


def borrow_nothing(session: Borrowed[AsyncSession]) -> None: ...


async def borrow_later(session: Borrowed[AsyncSession], ready: asyncio.Event, going: asyncio.Event) -> None:
    await session.get_one(User, 1)
    ready.set()
    await going.wait()
    await session.flush()


async def borrow_and_commit_later(session: Borrowed[AsyncSession]) -> None:
    await session.commit()  # type: ignore[session-borrowed]
