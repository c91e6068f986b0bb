"""asgiref runs a function in another thread and waits for it."""

# needs: asgiref

from asgiref.sync import async_to_sync, sync_to_async
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import User


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


async def _async_count(session: AsyncSession) -> int:
    return len((await session.scalars(select(User))).all())


async def to_a_thread_bad(session: Session) -> int:
    return await sync_to_async(_count)(session)  # error: [session-handover]


async def method_in_a_thread_bad(engine: Engine) -> None:
    count = sync_to_async(_count, thread_sensitive=False)
    with Session(engine) as session:
        await count(session)  # error: [session-handover]


def to_the_loop_bad(session: AsyncSession) -> object:
    return async_to_sync(_async_count)(session)  # error: [session-handover]


async def engine_ok(engine: Engine) -> None:
    await sync_to_async(print)(engine)


async def wrapped_before_the_session_ok(engine: Engine) -> None:
    names = sync_to_async(lambda: Session(engine).close())
    with Session(engine) as session:
        session.scalars(select(User)).all()
        await names()
