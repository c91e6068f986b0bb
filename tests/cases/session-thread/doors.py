"""The ways into another thread, one after the other: each hands a session to one that runs at the same time."""

import _thread
import asyncio
import contextvars
from functools import partial
from multiprocessing.dummy import Pool as DummyPool
from multiprocessing.dummy import Process as DummyProcess
from multiprocessing.pool import ThreadPool
from typing import Annotated

import anyio
import trio
from anyio import from_thread, to_thread
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import BackgroundTasks, Depends
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from models import User


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


async def _async_count(session: AsyncSession) -> int:
    return len((await session.scalars(select(User))).all())


def low_level_thread_bad(session: Session) -> None:
    _thread.start_new_thread(_count, (session,))  # error: [session-thread]


def low_level_thread_with_keywords_bad(session: Session) -> None:
    _thread.start_new_thread(_name, (), {"session": session, "user_id": 1})  # error: [session-thread]


def low_level_thread_ok(engine: Engine) -> None:
    _thread.start_new_thread(print, (engine,))


def thread_pool_map_bad(session: Session) -> list[str]:
    with ThreadPool(3) as pool:
        return pool.map(partial(_name, session), [1, 2, 3])  # error: [session-thread]


def thread_pool_apply_async_bad(session: Session) -> None:
    pool = ThreadPool(2)
    first = pool.apply_async(_count, (session,))  # error: [session-thread]
    session.scalars(select(User)).all()
    first.get()


def thread_pool_starmap_bad(session: Session) -> list[str]:
    with ThreadPool(2) as pool:
        return pool.starmap(_name, [(session, 1), (session, 2)])  # error: [session-thread]


def thread_pool_imap_bad(session: Session, ids: list[int]) -> None:
    pool = ThreadPool(2)
    for name in pool.imap_unordered(lambda user_id: _name(session, user_id), ids):  # error: [session-thread]
        print(name)


def thread_pool_of_one_worker_ok(session: Session) -> list[str]:
    with ThreadPool(1) as pool:
        return pool.starmap(_name, [(session, 1), (session, 2)])


def thread_pool_ok(engine: Engine) -> None:
    with Session(engine) as session, ThreadPool(2) as pool:
        pool.map(print, [user.name for user in session.scalars(select(User))])


def dummy_process_bad(session: Session) -> None:
    DummyProcess(target=_count, args=(session,)).start()  # error: [session-thread]


def dummy_pool_bad(session: Session) -> None:
    DummyPool(2).map_async(partial(_name, session), [1, 2])  # error: [session-thread]


def dummy_pool_ok(session: Session) -> None:
    DummyPool(2).map_async(print, session.scalars(select(User.name)).all())


def executor_of_the_loop_bad(session: Session, loop: asyncio.AbstractEventLoop) -> None:
    loop.run_in_executor(None, _count, session)  # error: [session-thread]


def thread_safe_callback_bad(session: Session, loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon_threadsafe(_count, session)  # error: [session-thread]


def coroutine_for_another_loop_bad(session: AsyncSession, loop: asyncio.AbstractEventLoop) -> None:
    asyncio.run_coroutine_threadsafe(_async_count(session), loop)  # error: [session-thread]


async def anyio_thread_in_a_group_bad(session: Session) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(to_thread.run_sync, _count, session)  # error: [session-thread]


async def anyio_thread_while_the_owner_works_bad(session: Session) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.to_thread.run_sync, _count, session)  # error: [session-thread]
        session.scalars(select(User)).all()


async def anyio_thread_ok(engine: Engine) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(to_thread.run_sync, print, engine)


def portal_bad(session: Session) -> None:
    with start_blocking_portal() as portal:
        future = portal.start_task_soon(_count, session)  # error: [session-thread]
        session.scalars(select(User)).all()
        future.result()


def portal_that_starts_bad(session: AsyncSession, portal: BlockingPortal) -> None:
    portal.start_task(_async_count, session)  # error: [session-thread]


def portal_ok(portal: BlockingPortal) -> None:
    portal.start_task_soon(print, 1)


async def trio_thread_in_a_nursery_bad(session: Session) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, _count, session)
        nursery.start_soon(trio.to_thread.run_sync, _count, session)  # error: [session-thread]


async def trio_thread_ok(engine: Engine) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, print, engine)


async def thread_pool_of_starlette_bad(session: Session) -> None:
    await asyncio.gather(run_in_threadpool(_count, session), run_in_threadpool(_count, session))  # error: [session-thread]


async def thread_pool_of_starlette_ok(engine: Engine) -> None:
    await asyncio.gather(run_in_threadpool(print, engine), run_in_threadpool(print, engine))


RequestSession = Annotated[Session, Depends(Session, scope="function")]


def background_task_after_the_dependency_bad(
    tasks: BackgroundTasks, session: Annotated[Session, Depends(Session, scope="function")]
) -> None:
    tasks.add_task(_count, session)  # error: [session-thread] that runs after its dependency


def background_task_after_the_dependency_of_an_alias_bad(tasks: BackgroundTasks, session: RequestSession) -> None:
    tasks.add_task(_count, session)  # error: [session-thread]


def background_task_after_the_dependency_of_a_default_bad(
    tasks: BackgroundTasks, session: Session = Depends(Session, scope="function")
) -> None:
    tasks.add_task(_count, session)  # error: [session-thread]


def background_task_with_values_ok(tasks: BackgroundTasks, session: RequestSession) -> None:
    tasks.add_task(print, session.get_one(User, 1).name)


def same_thread_by_context_ok(session: Session) -> None:
    context = contextvars.copy_context()
    context.run(_count, session)
    contextvars.copy_context().run(_count, session)
    session.commit()
