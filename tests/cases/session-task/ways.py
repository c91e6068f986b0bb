"""The ways by which a session comes into a task."""

import asyncio
import dataclasses
from asyncio import create_task, gather
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from models import Throttle, User


PLACES: Final = 3


async def _work(session: AsyncSession, key: int = 0) -> int:
    await session.get(User, key)
    return key


def _sync_work(session: Session, key: int = 0) -> int:
    session.get(User, key)
    return key


async def _weather(key: int = 0) -> int:
    return key


class Owner:
    def __init__(self, session: AsyncSession, factory: async_sessionmaker[AsyncSession]) -> None:
        self.session = session
        self.factory = factory
        self.task: asyncio.Task[int] | None = None
        self.tasks: set[asyncio.Task[Any]] = set()

    async def start(self, session: AsyncSession) -> None:
        self.task = create_task(_work(session))  # error: [session-task]

    async def start_own(self) -> None:
        self.task = create_task(self.run_own())

    async def run_own(self) -> int:
        async with self.factory() as session:
            return await _work(session)

    async def in_set(self, session: AsyncSession) -> None:
        task = create_task(_work(session))  # error: [session-task]
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def guard(self) -> None:
        lock = asyncio.Lock()

        async def one() -> None:
            async with lock:
                await self.session.commit()

        await gather(one(), one())

    async def methods_bad(self) -> None:
        await gather(self.uses(), self.uses2())  # error: [session-task]

    async def methods_ok(self) -> None:
        await gather(self.uses(), self.no_use())

    async def uses(self) -> None:
        await self.session.commit()

    async def uses2(self) -> None:
        await self.session.commit()

    async def no_use(self) -> None:
        print(self.task)

    async def method_while_the_owner_goes_on(self) -> None:
        t = create_task(self.uses())  # error: [session-task]
        await self.session.commit()
        await t

    async def method_while_a_method_goes_on(self) -> None:
        t = create_task(self.uses())  # error: [session-task]
        await self.uses2()
        await t

    async def method_while_another_does_not_use_it(self) -> None:
        t = create_task(self.uses())
        await self.no_use()
        await t


class Rebinding:
    session: AsyncSession

    def __init__(self, factory: async_sessionmaker[AsyncSession]) -> None:
        self.factory = factory

    async def all_ok(self) -> None:
        await gather(self.rebind(), self.rebind())

    async def rebind(self) -> None:
        async with self.factory() as self.session:
            await self.session.commit()


async def awaits_other_use_bad(session: AsyncSession) -> None:
    t = create_task(_work(session))  # error: [session-task]
    await _work(session)
    await t


async def to_thread_lambda_ok(factory: sessionmaker[Session]) -> None:
    def run() -> None:
        with factory() as session:
            session.get(User, 1)

    await asyncio.to_thread(run)


async def executor_partial_bad(session: Session) -> None:
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, partial(_sync_work, session, 1))  # error: [session-handover]
    await loop.run_in_executor(None, lambda: _sync_work(session))  # error: [session-handover]
    await loop.run_in_executor(None, partial(_sync_work, session=session))  # error: [session-handover]


async def sync_in_task_bad(session: Session) -> None:
    async def run() -> None:
        session.get(User, 1)

    await gather(run(), run())  # error: [session-task]


async def run_sync_ok(session: AsyncSession) -> None:
    await session.run_sync(lambda s: _sync_work(s))


async def closure_no_touch_ok(session: AsyncSession) -> None:
    name = "x"

    async def run() -> None:
        print(name)

    t = create_task(run())
    await session.commit()
    await t


async def closure_arg_shadow_ok(session: AsyncSession, factory: async_sessionmaker[AsyncSession]) -> None:
    async def run() -> None:
        async with factory() as session:
            await _work(session)

    t = create_task(run())
    await session.commit()
    await t


async def semaphore_of_several(session: AsyncSession) -> None:
    limit = asyncio.Semaphore(5)

    async def run(i: int) -> None:
        async with limit:
            await _work(session, i)

    await gather(*[run(i) for i in range(10)])  # error: [session-task]


async def semaphore_of_a_constant(session: AsyncSession) -> None:
    limit = asyncio.BoundedSemaphore(value=PLACES)

    async def run(i: int) -> None:
        async with limit:
            await _work(session, i)

    await gather(*[run(i) for i in range(10)])  # error: [session-task]


async def semaphore_of_somebody_ok(session: AsyncSession, limit: asyncio.Semaphore) -> None:
    async def run(i: int) -> None:
        async with limit:
            await _work(session, i)

    await gather(*[run(i) for i in range(10)])


async def semaphore_given_or_made_ok(session: AsyncSession, limit: asyncio.Semaphore | None = None) -> None:
    if limit is None:
        limit = asyncio.Semaphore(5)
    waiting = limit

    async def run(i: int) -> None:
        async with waiting:
            await _work(session, i)

    await gather(*[run(i) for i in range(10)])


async def semaphore_as_wide_as_said_ok(session: AsyncSession, places: int) -> None:
    limit = asyncio.Semaphore(places)

    async def run(i: int) -> None:
        async with limit:
            await _work(session, i)

    await gather(*[run(i) for i in range(10)])


async def semaphore_of_one_or_several_ok(session: AsyncSession, alone: bool) -> None:
    limit = asyncio.Semaphore(5)
    if alone:
        limit = asyncio.Semaphore()

    async def run(i: int) -> None:
        async with limit:
            await _work(session, i)

    await gather(*[run(i) for i in range(10)])


class Several:
    limit = asyncio.Semaphore(5)
    one_in_subclass = asyncio.Semaphore(5)

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def limited(self, i: int) -> None:
        async with self.limit:
            await _work(self.session, i)

    async def run(self) -> None:
        await gather(*[self.limited(i) for i in range(10)])  # error: [session-task]

    async def alone_in_subclass(self, i: int) -> None:
        async with self.one_in_subclass:
            await _work(self.session, i)

    async def run_ok(self) -> None:
        await gather(*[self.alone_in_subclass(i) for i in range(10)])


class Alone(Several):
    one_in_subclass = asyncio.Semaphore(1)


async def semaphore_of_an_object_from_elsewhere_ok(session: AsyncSession, throttle: Throttle) -> None:
    async def run(i: int) -> None:
        async with throttle.limit:
            await _work(session, i)

    await gather(*[run(i) for i in range(10)])


class Counting:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def count(self) -> int:
        return await _work(self.session)


async def of_objects_side_by_side(session: AsyncSession) -> None:
    one, other = Counting(session), Counting(session)
    await gather(one.count(), other.count())  # error: [session-task]


async def of_objects_without_a_name(session: AsyncSession) -> None:
    await gather(Counting(session).count(), Counting(session).count())  # error: [session-task]


async def of_an_object_without_a_name_and_used(session: AsyncSession) -> None:
    task = create_task(Counting(session).count())  # error: [session-task]
    await session.commit()
    await task


async def of_several_sessions_ok(session: AsyncSession, factory: async_sessionmaker[AsyncSession]) -> None:
    async with factory() as other:
        one, two = Counting(session), Counting(other)
        await gather(one.count(), two.count())
        await gather(Counting(session).count(), Counting(other).count())


async def swapped_ok(session: AsyncSession, factory: async_sessionmaker[AsyncSession]) -> None:
    async with factory() as other:
        one, two = Counting(session), Counting(other)
        one, two = two, one
        await gather(one.count(), two.count())


class Crawler:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.limit = asyncio.Semaphore(5)
        self.one = asyncio.Semaphore(1)

    async def limited(self, i: int) -> None:
        async with self.limit:
            await _work(self.session, i)

    async def alone(self, i: int) -> None:
        async with self.one:
            await _work(self.session, i)

    async def run(self) -> None:
        await gather(*[self.limited(i) for i in range(10)])  # error: [session-task]

    async def run_ok(self) -> None:
        await gather(*[self.alone(i) for i in range(10)])


async def semaphore_ok(session: AsyncSession) -> None:
    sem = asyncio.Semaphore(1)

    async def run(i: int) -> None:
        async with sem:
            await _work(session, i)

    await gather(*[run(i) for i in range(10)])


async def callback_ok(session: AsyncSession) -> None:
    t = create_task(_weather())
    t.add_done_callback(lambda _: None)
    await session.commit()


@dataclasses.dataclass
class Deps:
    db: AsyncSession
    name: str


async def _tool(deps: Deps) -> None:
    await deps.db.commit()


async def _print_name(deps: Deps) -> None:
    print(deps.name)


async def deps_bad(deps: Deps) -> None:
    await gather(_tool(deps), _tool(deps))  # error: [session-task]


async def deps_ok(deps: Deps) -> None:
    await gather(_tool(deps), _print_name(deps))


async def deps_made_bad(session: AsyncSession) -> None:
    deps = Deps(session, "x")
    await gather(_tool(deps), _tool(deps))  # error: [session-task]


async def lambda_tasks_bad(session: AsyncSession) -> None:
    jobs = [lambda: _work(session), lambda: _work(session)]
    await gather(*[job() for job in jobs])  # error: [session-task]


async def forget_made_bad(engine: AsyncEngine) -> None:
    session = AsyncSession(engine)
    create_task(_work(session))  # error: [session-handover]


async def unknown_session_bad(get: Callable[[], AsyncSession]) -> None:
    session = get()
    create_task(_work(session))  # error: [session-handover]
