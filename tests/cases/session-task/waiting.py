"""Tasks that are waited for, or not."""

import asyncio
import contextlib
from asyncio import TaskGroup, create_task, gather
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from models import User


async def _work(session: AsyncSession, key: int = 0) -> int:
    await session.get(User, key)
    return key


def _sync_work(session: Session, key: int = 0) -> int:
    session.get(User, key)
    return key


async def _weather(key: int = 0) -> int:
    return key


async def gather_sessions_ok(sessions: list[AsyncSession]) -> None:
    await gather(*[_work(s) for s in sessions])


async def gather_factory_ok(factory: async_sessionmaker[AsyncSession]) -> None:
    await gather(*[_work(factory()) for _ in range(3)])


async def gather_factory_in_loop_ok(factory: async_sessionmaker[AsyncSession]) -> None:
    coros = []
    for i in range(3):
        s = factory()
        coros.append(_work(s, i))
    await gather(*coros)


async def gather_users_sessions_ok(factory: async_sessionmaker[AsyncSession], session: AsyncSession) -> None:
    users = (await session.scalars(select(User))).all()
    ids = [u.id for u in users]
    await gather(*[_work(factory(), i) for i in ids])
    await session.commit()


async def gather_single_ok(session: AsyncSession) -> None:
    await gather(_work(session))


async def gather_single_list_ok(session: AsyncSession) -> None:
    await gather(*[_work(session)])


async def gather_append_one_ok(session: AsyncSession, flag: bool) -> None:
    coros = [_work(session)]
    if flag:
        coros.append(_weather())
    await gather(*coros)


async def gather_append_either_ok(session: AsyncSession, flag: bool) -> None:
    coros = []
    if flag:
        coros.append(_work(session))
    else:
        coros.append(_work(session, 2))
    await gather(*coros)


async def known_miss_gather_append_both(session: AsyncSession) -> None:
    coros = []
    coros.append(_work(session))
    coros.append(_work(session, 2))
    await gather(*coros)


async def gather_append_loop_bad(session: AsyncSession) -> None:
    coros = []
    for i in range(3):
        coros.append(_work(session, i))
    await gather(*coros)  # error: [session-task]


async def gather_inside_loop_ok(session: AsyncSession) -> None:
    for i in range(3):
        coros = [_work(session, i)]
        coros.append(_weather(i))
        await gather(*coros)


async def gather_tasks_bad(session: AsyncSession) -> None:
    a = create_task(_work(session))
    b = create_task(_work(session))  # error: [session-task]
    await gather(a, b)


async def gather_task_ok(session: AsyncSession) -> None:
    a = create_task(_work(session))
    b = create_task(_weather())
    await gather(a, b)
    await session.commit()


async def gather_stored_bad(session: AsyncSession) -> None:
    f = gather(_work(session), _weather())  # error: [session-task]
    await session.commit()
    await f


async def gather_stored_ok(session: AsyncSession) -> None:
    f = gather(_work(session), _weather())
    await _weather()
    await f
    await session.commit()


async def wait_for_ok(session: AsyncSession) -> None:
    await asyncio.wait_for(_work(session), 5)
    await asyncio.wait_for(_work(session), timeout=5)
    await asyncio.shield(_work(session))
    async with asyncio.timeout(5):
        await _work(session)


async def wait_for_task_ok(session: AsyncSession) -> None:
    t = create_task(_work(session))
    await asyncio.wait_for(t, 5)
    await session.commit()


async def wait_for_shield_ok(session: AsyncSession) -> None:
    t = create_task(_work(session))
    await asyncio.wait_for(asyncio.shield(t), 5)
    await session.commit()


async def tg_one_ok(session: AsyncSession) -> None:
    async with TaskGroup() as tg:
        tg.create_task(_work(session))
        tg.create_task(_weather())
    await session.commit()


async def tg_loop_bad(session: AsyncSession) -> None:
    async with TaskGroup() as tg:
        for i in range(3):
            tg.create_task(_work(session, i))  # error: [session-task]


async def tg_own_ok(factory: async_sessionmaker[AsyncSession]) -> None:
    async def one(i: int) -> None:
        async with factory() as session:
            await _work(session, i)

    async with TaskGroup() as tg:
        for i in range(3):
            tg.create_task(one(i))


async def tg_in_with_bad(session: AsyncSession) -> None:
    async with TaskGroup() as tg:
        t = tg.create_task(_work(session))  # error: [session-task]
        await _work(session)


async def tg_task_awaited_inside_ok(session: AsyncSession) -> None:
    async with TaskGroup() as tg:
        t = tg.create_task(_work(session))
        await t
        await _work(session)


async def awaited_later_ok(session: AsyncSession) -> int:
    t = create_task(_work(session))
    x = await _weather()
    return x + await t


async def awaited_in_finally_ok(session: AsyncSession) -> None:
    t = create_task(_work(session))
    try:
        await _weather()
    finally:
        await t


async def cancelled_ok(session: AsyncSession) -> None:
    t = create_task(_work(session))
    try:
        await _weather()
    finally:
        t.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await t
    await session.commit()


async def cancelled_gather_ok(session: AsyncSession) -> None:
    t = create_task(_work(session))
    t.cancel()
    await gather(t, return_exceptions=True)
    await session.rollback()


async def awaited_on_some_ok(session: AsyncSession, flag: bool) -> None:
    t = create_task(_work(session))
    if flag:
        await t


async def returned_ok(session: AsyncSession) -> asyncio.Task[int]:
    return create_task(_work(session))


async def returned_list_ok(session: AsyncSession) -> list[asyncio.Task[int]]:
    t = create_task(_work(session))
    return [t]


async def passed_ok(session: AsyncSession) -> None:
    t = create_task(_work(session))
    await _wait_for(t)
    await session.commit()


async def _wait_for(t: asyncio.Task[int]) -> None:
    await t


async def to_thread_loop_bad(session: Session) -> None:
    for i in range(3):
        await asyncio.to_thread(_sync_work, session, i)  # error: [session-handover]


async def executor_gather_bad(session: Session) -> None:
    loop = asyncio.get_running_loop()
    await gather(*[loop.run_in_executor(None, _sync_work, session, i) for i in range(3)])  # error: [session-thread]


async def executor_pool_ok(factory: sessionmaker[Session]) -> None:
    loop = asyncio.get_event_loop()
    with ThreadPoolExecutor() as pool:
        await gather(*[loop.run_in_executor(pool, _sync_work, factory(), i) for i in range(3)])


async def as_completed_ok(session: AsyncSession) -> None:
    tasks = [create_task(_work(session)), create_task(_weather())]
    for c in asyncio.as_completed(tasks):
        await c
    await session.commit()


async def as_completed_bad(session: AsyncSession) -> None:
    for c in asyncio.as_completed([_work(session), _work(session)]):  # error: [session-task]
        await c


async def wait_ok(session: AsyncSession) -> None:
    tasks = [create_task(_work(session)), create_task(_weather())]
    done, pending = await asyncio.wait(tasks)
    await session.commit()


async def wait_first_completed_ok(session: AsyncSession) -> None:
    tasks = [create_task(_work(session)), create_task(_weather())]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for p in pending:
        p.cancel()
    await session.commit()


async def await_each_ok(session: AsyncSession) -> None:
    tasks = [create_task(_work(session)), create_task(_weather())]
    for t in tasks:
        await t
    await session.commit()


async def await_each_comp_ok(session: AsyncSession) -> None:
    tasks = [create_task(_work(session)), create_task(_weather())]
    r = [await t for t in tasks]
    await session.commit()


async def stored_dict_ok(session: AsyncSession) -> None:
    tasks = {"a": create_task(_work(session)), "b": create_task(_weather())}
    await gather(*tasks.values())
    await session.commit()


async def loop_create_task_ok(session: AsyncSession) -> None:
    loop = asyncio.get_running_loop()
    t = loop.create_task(_work(session))
    await t


def run_until_complete_ok(session: AsyncSession) -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(_work(session))
    asyncio.run(_work(session))


@contextlib.asynccontextmanager
async def _running(session: AsyncSession) -> AsyncIterator[None]:
    t = create_task(_work(session))
    yield
    await t


async def while_loop_ok(session: AsyncSession) -> None:
    while True:
        t = create_task(_work(session))
        await t


async def while_loop_prev_ok(session: AsyncSession) -> None:
    t: asyncio.Task[int] | None = None
    for i in range(3):
        if t is not None:
            await t
        t = create_task(_work(session))
    if t is not None:
        await t


async def nested_owner_ok(session: AsyncSession) -> None:
    tasks: list[asyncio.Task[int]] = []

    def spawn(i: int) -> None:
        tasks.append(create_task(_work(session, i)))

    spawn(1)
    await gather(*tasks)


async def both_branches_ok(session: AsyncSession, flag: bool) -> None:
    t = create_task(_work(session)) if flag else None
    if t:
        await t
    await session.commit()


async def try_ok(session: AsyncSession) -> None:
    t = create_task(_work(session))
    try:
        await t
    except Exception:
        await session.rollback()
        raise
    await session.commit()
