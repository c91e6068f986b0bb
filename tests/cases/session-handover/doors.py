"""The ways into another thread by which the owner waits, one after the other."""

from multiprocessing.pool import ThreadPool

import anyio
import trio
from anyio import from_thread
from anyio.from_thread import BlockingPortal
from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from models import User


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


async def _async_count(session: AsyncSession) -> int:
    return len((await session.scalars(select(User))).all())


def thread_pool_apply_bad(session: Session) -> int:
    with ThreadPool(2) as pool:
        return pool.apply(_count, (session,))  # error: [session-handover]


def thread_pool_apply_async_bad(session: Session) -> int:
    pool = ThreadPool(2)
    return pool.apply_async(_count, (session,)).get()  # error: [session-handover]


def thread_pool_join_bad(session: Session) -> None:
    pool = ThreadPool(2)
    pool.apply_async(_count, (session,))  # error: [session-handover]
    pool.close()
    pool.join()
    session.commit()


def thread_pool_map_bad(session: Session) -> list[int]:
    with ThreadPool(2) as pool:
        return pool.map(_count, [session])  # error: [session-handover]


async def anyio_thread_bad(session: Session) -> int:
    return await anyio.to_thread.run_sync(_count, session)  # error: [session-handover]


async def anyio_thread_in_a_group_bad(session: Session) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.to_thread.run_sync, _count, session)  # error: [session-handover]


def anyio_back_to_the_loop_bad(session: AsyncSession) -> int:
    return from_thread.run(_async_count, session)  # error: [session-handover]


def anyio_function_in_the_loop_bad(session: Session) -> int:
    return from_thread.run_sync(_count, session)  # error: [session-handover]


def portal_bad(session: AsyncSession, portal: BlockingPortal) -> int:
    return portal.call(_async_count, session)  # error: [session-handover]


def portal_future_bad(session: AsyncSession, portal: BlockingPortal) -> int:
    return portal.start_task_soon(_async_count, session).result()  # error: [session-handover]


async def trio_thread_bad(session: Session) -> int:
    return await trio.to_thread.run_sync(_count, session)  # error: [session-handover]


def trio_back_to_the_task_bad(session: AsyncSession) -> int:
    return trio.from_thread.run(_async_count, session)  # error: [session-handover]


def trio_function_in_the_task_bad(session: Session) -> int:
    return trio.from_thread.run_sync(_count, session)  # error: [session-handover]


async def thread_pool_of_starlette_bad(session: Session) -> int:
    return await run_in_threadpool(_count, session)  # error: [session-handover]


def engines_ok(engine: Engine, portal: BlockingPortal) -> None:
    with ThreadPool(2) as pool:
        pool.apply(print, (engine,))
    from_thread.run_sync(print, engine)
    portal.call(print, engine)
    trio.from_thread.run_sync(print, engine)


async def engines_in_threads_ok(engine: Engine) -> None:
    await anyio.to_thread.run_sync(print, engine)
    await trio.to_thread.run_sync(print, engine)
    await run_in_threadpool(print, engine)


def background_task_bad(session: Session, tasks: BackgroundTasks) -> None:
    tasks.add_task(_count, session)  # error: [session-handover]
    session.commit()


def background_task_with_keywords_bad(session: Session, tasks: BackgroundTasks) -> None:
    tasks.add_task(_count, session=session)  # error: [session-handover]


def background_task_of_a_response_bad(session: Session) -> BackgroundTask:
    return BackgroundTask(_count, session)  # error: [session-handover]


def asynchronous_background_task_ok(session: AsyncSession, tasks: BackgroundTasks) -> None:
    tasks.add_task(_async_count, session)


def asynchronous_background_task_of_a_response_ok(session: AsyncSession) -> BackgroundTask:
    return BackgroundTask(_async_count, session)


def background_task_with_values_ok(session: Session, tasks: BackgroundTasks) -> None:
    user = session.get_one(User, 1)
    tasks.add_task(print, user.id, user.name)


app = FastAPI()


@app.post("/")
def endpoint_bad(tasks: BackgroundTasks, session: Session = Depends(Session)) -> None:
    tasks.add_task(_count, session)  # error: [session-handover]
