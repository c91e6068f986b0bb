"""`Loaded`: what a signature says is loaded, held against what is given, and trusted inside."""

from typing import Any, Literal

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, selectinload

from models import User
from mypy_session_plugin import Detached, Loaded, Persistent


def _titles(user: Loaded[User, Literal["posts"]]) -> list[str]:
    return [post.title for post in user.posts]


def _name(user: Detached[Loaded[User, Literal["name"]]]) -> str:
    return user.name


def argument_bad(engine: Engine) -> list[str]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return _titles(user)  # error: [session-state] "user" has "posts" not loaded (loaded at line 23 without it); _titles() takes Loaded[User, Literal["posts"]]


def expired_bad(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    return _name(user)  # error: [session-state] "user" has "name" not loaded (expired by commit() at line


def returned_bad(session: Session) -> Loaded[User, Literal["posts"]]:
    user = session.get_one(User, 1)
    return user  # error: [session-state] "user" has "posts" not loaded


def optional_bad(session: Session) -> Loaded[User, Literal["posts", "name"]] | None:
    return session.scalars(select(User)).one()  # error: [session-state] has "posts" not loaded


def assigned_bad(session: Session) -> None:
    user: Persistent[Loaded[User, Literal["posts"]]] = session.get_one(User, 1)  # error: [session-state] has "posts" not loaded
    print(user)


async def of_a_coroutine_bad(session: AsyncSession) -> list[str]:
    user = await session.get_one(User, 1)
    return _titles(user)  # error: [session-state] "user" has "posts" not loaded


def loaded_ok(engine: Engine) -> list[str]:
    with Session(engine) as session:
        user = session.get_one(User, 1, options=[selectinload(User.posts)])
    return _titles(user)


def read_ok(engine: Engine) -> list[str]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        assert user.posts
    return _titles(user)


def new_ok() -> list[str]:
    return _titles(User(name="anna"))


def unknown_ok(user: User) -> list[str]:
    return _titles(user)


def _load(session: Session) -> Detached[Loaded[User, Literal["posts"]]]: ...


def given_ok(session: Session) -> list[str]:
    user = _load(session)
    return [post.title for post in user.posts]


async def trusted_ok(session: AsyncSession, user: Persistent[Loaded[User, Literal["posts"]]]) -> int:
    return len(user.posts)


def on_one_path_ok(session: Session, other: Any, mine: bool) -> list[str]:
    user: Any = session.get_one(User, 1)
    if not mine:
        user = other
    return _titles(user)
