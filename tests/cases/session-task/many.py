"""Several sessions in a container: each task gets one of its own."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from models import User


async def _count(session: AsyncSession) -> int:
    return len((await session.scalars(select(User))).all())


async def of_a_comprehension_ok(engine: AsyncEngine) -> None:
    sessions = [AsyncSession(engine) for _ in range(3)]
    await asyncio.gather(*[_count(session) for session in sessions])


async def of_a_loop_ok(engine: AsyncEngine) -> None:
    factory = async_sessionmaker(engine)
    sessions = []
    for _ in range(3):
        sessions.append(factory())
    await asyncio.gather(*(_count(session) for session in sessions))


async def of_a_stack_ok(engine: AsyncEngine) -> None:
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(AsyncSession(engine)) for _ in range(3)]
        await asyncio.gather(*(session.get(User, 1) for session in sessions))


async def of_a_dictionary_ok(engine: AsyncEngine) -> None:
    sessions = {number: AsyncSession(engine) for number in range(3)}
    async with asyncio.TaskGroup() as group:
        for session in sessions.values():
            group.create_task(_count(session))


async def by_their_keys_ok(engine: AsyncEngine) -> None:
    sessions = {number: AsyncSession(engine) for number in range(3)}
    async with asyncio.TaskGroup() as group:
        for number in sessions:
            group.create_task(_count(sessions[number]))


async def by_their_numbers_ok(engine: AsyncEngine) -> None:
    sessions = [AsyncSession(engine) for _ in range(3)]
    await asyncio.gather(_count(sessions[0]), _count(sessions[1]))


async def taken_apart_ok(engine: AsyncEngine) -> None:
    reader, writer = [AsyncSession(engine) for _ in range(2)]
    await asyncio.gather(_count(reader), _count(writer))


async def in_tuples_ok(engine: AsyncEngine) -> None:
    sessions = [(number, AsyncSession(engine)) for number in range(3)]
    await asyncio.gather(*[_count(session) for _number, session in sessions])


async def the_same_in_a_display_bad(engine: AsyncEngine) -> None:
    session = AsyncSession(engine)
    pair = (session, session)
    await asyncio.gather(_count(pair[0]), _count(pair[1]))  # error: [session-task]


async def the_same_for_each_bad(engine: AsyncEngine) -> None:
    session = AsyncSession(engine)
    await asyncio.gather(*[_count(session) for _ in range(3)])  # error: [session-task]
