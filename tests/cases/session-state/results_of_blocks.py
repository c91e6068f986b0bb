"""Declared results that a function gives back from inside a block: its end comes before the caller has them."""

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, sessionmaker

from models import User
from mypy_session_plugin import Detached, Persistent, Transient


def closed_by_the_block_ok(engine: Engine) -> Detached[User]:
    with Session(engine) as session:
        return session.get_one(User, 1)


def closed_in_finally_ok(engine: Engine) -> Detached[User]:
    session = Session(engine)
    try:
        return session.get_one(User, 1)
    finally:
        session.close()


def one_of_two_returns_ok(engine: Engine, name: str) -> Detached[User] | None:
    with Session(engine) as session:
        user = session.scalar(select(User).where(User.name == name))
        if user is None:
            return None
        return user


def elements_ok(engine: Engine) -> list[Detached[User]]:
    with Session(engine) as session:
        return list(session.scalars(select(User)).all())


def committed_by_the_block_ok(factory: sessionmaker[Session]) -> Detached[User]:
    with factory.begin() as session:
        user = User(name="carol")
        session.add(user)
        return user


def flushed_by_the_block_ok(session: Session) -> Persistent[User]:
    with session.begin():
        user = User(name="carol")
        session.add(user)
        return user


async def awaited_ok(engine: AsyncEngine) -> Detached[User]:
    async with AsyncSession(engine) as session:
        return await session.get_one(User, 1)


def never_what_it_promises_bad(engine: Engine) -> Transient[User]:
    with Session(engine) as session:
        return session.get_one(User, 1)  # error: [session-state] is persistent (loaded at line 58)


def block_of_another_session_bad(engine: Engine, session: Session) -> Detached[User]:
    user = session.get_one(User, 1)
    with Session(engine):
        return user  # error: [session-state] "user" is persistent (loaded at line 62)


def savepoint_alone_bad(session: Session) -> Detached[User]:
    with session.begin_nested():
        return session.get_one(User, 1)  # error: [session-state]


def behind_the_block_bad(engine: Engine) -> Persistent[User]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return user  # error: [session-state] "user" is detached
