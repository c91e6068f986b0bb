"""The ways into another task, one after the other: each hands a session to one that runs at the same time."""

import asyncio

import anyio
import trio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from models import User


async def _count(session: AsyncSession) -> int:
    return len((await session.scalars(select(User))).all())


async def _serve(session: AsyncSession, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    task_status.started()
    await session.scalars(select(User))


async def _count_by(engine: AsyncEngine) -> int:
    async with AsyncSession(engine) as session:
        return await _count(session)


async def anyio_group_bad(session: AsyncSession) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_count, session)  # error: [session-task]
        await session.scalars(select(User))


async def anyio_group_in_a_loop_bad(session: AsyncSession) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(_count, session)  # error: [session-task]


async def anyio_group_of_someone_else_bad(session: AsyncSession, group: anyio.abc.TaskGroup) -> None:
    group.start_soon(_count, session)  # error: [session-task]


async def anyio_start_bad(session: AsyncSession) -> None:
    async with anyio.create_task_group() as group:
        await group.start(_count, session)  # error: [session-task]
        await session.scalars(select(User))


async def anyio_group_of_one_ok(session: AsyncSession) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_count, session)
    await session.scalars(select(User))


async def anyio_group_with_sessions_of_their_own_ok(engine: AsyncEngine) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(_count_by, engine)


async def trio_nursery_bad(session: AsyncSession) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_count, session)  # error: [session-task]
        await session.scalars(select(User))


async def trio_nursery_of_someone_else_bad(session: AsyncSession, nursery: trio.Nursery) -> None:
    nursery.start_soon(_count, session)  # error: [session-task]


async def trio_start_bad(session: AsyncSession) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(_serve, session)  # error: [session-task]
        await session.scalars(select(User))


async def trio_nursery_of_one_ok(session: AsyncSession) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_count, session)
    await session.scalars(select(User))


async def trio_nursery_with_sessions_of_their_own_ok(engine: AsyncEngine) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_count_by, engine)
        nursery.start_soon(_count_by, engine)


async def task_of_the_loop_bad(session: AsyncSession) -> None:
    task = asyncio.get_running_loop().create_task(_count(session))  # error: [session-task]
    await session.scalars(select(User))
    await task


async def shielded_bad(session: AsyncSession) -> None:
    shielded = asyncio.shield(_count(session))  # error: [session-task]
    await session.scalars(select(User))
    await shielded


async def task_inside_a_timeout_bad(session: AsyncSession) -> None:
    async with asyncio.timeout(1):
        task = asyncio.ensure_future(_count(session))  # error: [session-task]
        await session.scalars(select(User))
        await task


async def waited_for_inside_a_timeout_ok(session: AsyncSession) -> None:
    async with asyncio.timeout(1):
        await asyncio.wait_for(_count(session), 1)
    await session.scalars(select(User))


def run_to_its_end_ok(session: AsyncSession) -> None:
    with asyncio.Runner() as runner:
        runner.run(_count(session))
        runner.run(_count(session))
    asyncio.run(_count(session))


async def context_of_its_own_ok(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await asyncio.shield(_count(session))
        await session.scalars(select(User))
