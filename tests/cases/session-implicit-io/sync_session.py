"""The session inside an AsyncSession: in a coroutine nothing waits for the SQL that it sends."""

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from models import User


async def executed_bad(session: AsyncSession) -> None:
    session.sync_session.execute(text("SELECT 1"))  # error: [session-implicit-io] "session.sync_session" sends SQL where nothing waits for the answer; execute() raises MissingGreenlet (sqlalche.me/e/20/xd2s)


async def scalars_bad(engine: AsyncEngine) -> list[User]:
    async with AsyncSession(engine) as inner:
        return list(inner.sync_session.scalars(select(User)))  # error: [session-implicit-io] "inner.sync_session" sends SQL


async def in_a_greenlet_ok(session: AsyncSession) -> int:
    return await session.run_sync(lambda inner: len(inner.scalars(select(User)).all()))


async def in_a_greenlet_by_its_name_ok(session: AsyncSession) -> Any:
    return await session.run_sync(lambda _: session.sync_session.scalar(select(User)))


def helper(session: AsyncSession) -> Any:
    return session.sync_session.scalar(select(User))


async def awaited_ok(session: AsyncSession) -> Any:
    return await session.execute(select(User))


async def nothing_sent_ok(session: AsyncSession) -> None:
    session.sync_session.add(User(name="anna"))
    session.sync_session.expire_all()


async def in_the_identity_map_ok(session: AsyncSession) -> User | None:
    user = await session.get_one(User, 1)
    return session.sync_session.get(User, user.id)


async def expected_ok(session: AsyncSession) -> None:
    try:
        session.sync_session.execute(text("SELECT 1"))
    except MissingGreenlet:
        pass


class Holder:
    sync_session: Session


async def no_async_session_ok(holder: Holder) -> None:
    holder.sync_session.execute(text("SELECT 1"))
