"""A session in two tasks at once."""

import asyncio
from collections.abc import Awaitable

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_scoped_session, async_sessionmaker

from models import Post, User
from mypy_session_plugin import CrossesTask, Synchronized


async def _count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(User)) or 0


async def _rename(session: AsyncSession, user_id: int) -> None:
    user = await session.get_one(User, user_id)
    user.name += "!"


async def _weather(city: str) -> str:
    return f"sun in {city}"


async def gathered_bad(session: AsyncSession) -> None:
    await asyncio.gather(_count(session), _rename(session, 1))  # error: [session-task]


async def gathered_methods_bad(session: AsyncSession) -> None:
    await asyncio.gather(session.scalars(select(User)), session.scalars(select(Post)))  # error: [session-task]


async def gathered_comprehension_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await asyncio.gather(*[session.execute(delete(User).where(User.id == key)) for key in (1, 2)])  # error: [session-task]


async def gathered_generator_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await asyncio.gather(*(_rename(session, key) for key in (1, 2)))  # error: [session-task]


async def gathered_list_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        renames = [_rename(session, key) for key in (1, 2)]
        await asyncio.gather(*renames)  # error: [session-task]


async def task_group_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        async with asyncio.TaskGroup() as group:
            group.create_task(_rename(session, 1))
            group.create_task(_rename(session, 2))  # error: [session-task]


async def owner_in_the_task_group_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session, asyncio.TaskGroup() as group:
        group.create_task(_rename(session, 1))  # error: [session-task]
        await session.commit()


async def owner_goes_on_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        task = asyncio.create_task(_rename(session, 1))  # error: [session-task]
        await session.commit()
        await task


async def owner_adds_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        task = asyncio.ensure_future(_rename(session, 1))  # error: [session-task]
        session.add(User(name="ann"))
        await task


async def parameter_without_waiting_bad(session: AsyncSession) -> None:
    asyncio.create_task(_count(session))  # error: [session-task]


class Endpoint:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def count(self) -> int:
        return await _count(self.session)

    async def attribute_without_waiting_bad(self) -> None:
        asyncio.create_task(_count(self.session))  # error: [session-task]

    async def own_method_gathered_bad(self) -> None:
        await asyncio.gather(self.count(), self.count())  # error: [session-task]


async def two_tasks_in_a_list_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        tasks = [
            asyncio.create_task(_rename(session, 1)),
            asyncio.create_task(_rename(session, 2)),  # error: [session-task]
        ]
        await asyncio.gather(*tasks)


async def closure_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:

        async def rename(user_id: int) -> None:
            user = await session.get_one(User, user_id)
            user.name += "!"

        futures = [asyncio.ensure_future(rename(user_id)) for user_id in (1, 2)]  # error: [session-task]
        await asyncio.wait(futures)


async def created_in_a_loop_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        tasks = []
        for user_id in (1, 2):
            tasks.append(asyncio.create_task(_rename(session, user_id)))  # error: [session-task]
        await asyncio.wait(tasks)


async def _nursery(*work: CrossesTask[Awaitable[object]]) -> None: ...


async def phantom_typed_parameter_bad(session: AsyncSession) -> None:
    await _nursery(_count(session), _count(session))  # error: [session-task]


async def own_sessions_ok(factory: async_sessionmaker[AsyncSession]) -> None:
    async def count() -> int:
        async with factory() as session:
            return await _count(session)

    async with factory() as session:
        tasks = [asyncio.create_task(count()) for _ in range(3)]
        await session.commit()
        await asyncio.gather(*tasks)


async def one_argument_ok(session: AsyncSession) -> None:
    await asyncio.gather(_count(session), _weather("Oslo"), _weather("Rome"))


async def awaited_one_by_one_ok(session: AsyncSession) -> None:
    for key in (1, 2):
        await _rename(session, key)
    await asyncio.create_task(_rename(session, 3))
    await asyncio.wait_for(_rename(session, 4), 5)
    await asyncio.shield(_rename(session, 5))


async def awaited_before_the_next_ok(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        first = asyncio.create_task(_rename(session, 1))
        await first
        second = asyncio.create_task(_rename(session, 2))
        await second
        await session.commit()


async def owner_does_other_things_ok(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        task = asyncio.create_task(_rename(session, 1))
        await _weather("Oslo")
        await task
        await session.commit()


async def shielded_close_ok(session: AsyncSession) -> None:
    await asyncio.shield(session.close())


async def registry_ok(registry: async_scoped_session[AsyncSession]) -> None:
    async def count() -> int:
        return await registry.scalar(select(func.count()).select_from(User)) or 0

    await asyncio.gather(count(), count())


async def synchronized_ok(session: Synchronized[AsyncSession]) -> None:
    await asyncio.gather(_rename(session, 1), _rename(session, 2))


async def values_ok(session: AsyncSession) -> None:
    users = (await session.scalars(select(User))).all()
    await asyncio.gather(*(_weather(user.name) for user in users))


async def two_sessions_ok(one: AsyncSession, other: AsyncSession) -> None:
    await asyncio.gather(_count(one), _count(other))


async def not_started_ok(session: AsyncSession) -> None:
    coroutine = _count(session)
    await session.commit()
    await coroutine


async def _greet(user: User) -> str:
    return f"hello {user.name}"


async def known_miss_instances_whose_receiver_is_in_view(session: AsyncSession) -> None:
    users = (await session.scalars(select(User))).all()
    await asyncio.gather(*(_greet(user) for user in users))
