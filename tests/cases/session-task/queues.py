"""What is put into a queue goes to the task that takes it out, where that one is in view."""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import User


async def _consume(sessions: asyncio.Queue[AsyncSession]) -> None:
    session = await sessions.get()
    await session.scalars(select(User))


async def _consume_ids(ids: asyncio.Queue[int]) -> None:
    user_id = await ids.get()
    print(user_id)


async def session_for_a_task_bad(session: AsyncSession) -> None:
    sessions: asyncio.Queue[AsyncSession] = asyncio.Queue()
    task = asyncio.create_task(_consume(sessions))
    await sessions.put(session)  # error: [session-task]
    await session.scalars(select(User))
    await task


async def session_at_once_for_a_task_bad(session: AsyncSession) -> None:
    sessions: asyncio.Queue[AsyncSession] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(_consume(sessions))
        sessions.put_nowait(session)  # error: [session-task]
        await session.scalars(select(User))


async def waited_for_ok(session: AsyncSession) -> None:
    sessions: asyncio.Queue[AsyncSession] = asyncio.Queue()
    task = asyncio.create_task(_consume(sessions))
    await sessions.put(session)
    await task
    await session.scalars(select(User))


async def waited_for_by_the_group_ok(session: AsyncSession) -> None:
    sessions: asyncio.Queue[AsyncSession] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(_consume(sessions))
        await sessions.put(session)
    await session.scalars(select(User))


async def ids_ok(session: AsyncSession) -> None:
    ids: asyncio.Queue[int] = asyncio.Queue()
    asyncio.create_task(_consume_ids(ids))
    ids.put_nowait((await session.get_one(User, 1)).id)
