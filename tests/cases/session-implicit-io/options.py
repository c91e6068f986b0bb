"""The session inside an AsyncSession has its options."""

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models import User


async def set_inside_ok(engine: AsyncEngine) -> int:
    async with AsyncSession(engine) as session:
        session.sync_session.expire_on_commit = False
        user = User(name="ann")
        session.add(user)
        await session.commit()
        return user.id


async def autoflush_set_inside_bad(engine: AsyncEngine) -> int:
    async with AsyncSession(engine) as session:
        session.sync_session.autoflush = False
        user = User(name="ann")
        session.add(user)
        await session.commit()
        return user.id  # error: [session-implicit-io] "user.id" is not loaded
