"""Primary keys that are assigned: what they were is read first."""

from sqlalchemy.ext.asyncio import AsyncSession

from models import User


async def known_miss_where_nothing_else_is_read(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    session.expire(user)
    user.id = 2


async def expired_bad(session: AsyncSession, other: User) -> str:
    user = await session.get_one(User, 1)
    session.expire(user)
    user.id = 2  # error: [session-implicit-io] "user.id" is not loaded (expired by expire() at line 16) and belongs to an AsyncSession; the assignment reads it
    return other.name


async def loaded_ok(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    user.id = 2


async def another_column_ok(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    session.expire(user)
    user.name = "anna"
