"""A session in another thread while its owner waits, or for good."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Thread

from sqlalchemy import Engine, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from models import User, run_later
from mypy_session_plugin import Owned, Synchronized


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(User)) or 0


async def _count_async(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(User)) or 0


async def to_thread_bad(session: Session) -> int:
    return await asyncio.to_thread(_count, session)  # error: [session-handover]


async def to_thread_partial_bad(session: Session) -> int:
    return await asyncio.to_thread(partial(_count, session))  # error: [session-handover]


async def to_thread_lambda_bad(session: Session) -> int:
    return await asyncio.to_thread(lambda: _count(session))  # error: [session-handover]


async def to_thread_twice_bad(engine: Engine) -> None:
    with Session(engine) as session:
        await asyncio.to_thread(_count, session)  # error: [session-handover]
        await asyncio.to_thread(_count, session)  # error: [session-handover]


async def run_in_executor_bad(session: Session) -> int:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, _count, session)  # error: [session-handover]


def joined_bad(session: Session) -> None:
    worker = Thread(target=_count, args=(session,))  # error: [session-handover]
    worker.start()
    worker.join()
    session.commit()


def result_bad(session: Session) -> int:
    with ThreadPoolExecutor() as pool:
        return pool.submit(_count, session).result()  # error: [session-handover]


def end_of_the_executor_bad(engine: Engine) -> None:
    with Session(engine) as session:
        with ThreadPoolExecutor() as pool:
            pool.submit(_count, session)  # error: [session-handover]
        session.commit()


def made_for_the_thread_bad(engine: Engine) -> None:
    Thread(target=_count, args=(Session(engine),)).start()  # error: [session-handover]


def made_and_forgotten_bad(engine: Engine) -> None:
    session = Session(engine)
    Thread(target=_count, args=(session,)).start()  # error: [session-handover]


def made_for_the_task_bad(engine: AsyncEngine, background: set[asyncio.Task[int]]) -> None:
    background.add(asyncio.create_task(_count_async(AsyncSession(engine))))  # error: [session-handover]


def _consume(session: Owned[Session]) -> None:
    session.close()


def ownership_moves_ok(engine: Engine) -> None:
    Thread(target=_consume, args=(Session(engine),)).start()


async def made_in_the_thread_ok(engine: Engine) -> int:
    def count() -> int:
        with Session(engine) as session:
            return _count(session)

    return await asyncio.to_thread(count)


async def awaited_task_ok(session: AsyncSession) -> int:
    return await asyncio.create_task(_count_async(session))


async def run_sync_ok(session: AsyncSession) -> int:
    return await session.run_sync(_count)


async def own_method_of_the_session_ok(session: Session) -> None:
    await asyncio.to_thread(session.flush)
    await asyncio.get_running_loop().run_in_executor(None, session.commit)
    with ThreadPoolExecutor() as pool:
        pool.submit(session.close)


async def own_method_in_a_lambda_bad(session: Session) -> None:
    commit = session.commit
    await asyncio.to_thread(lambda: commit())  # error: [session-handover]


def own_method_not_waited_for_bad(engine: Engine) -> None:
    session = Session(engine)
    Thread(target=session.commit).start()  # error: [session-handover]


async def synchronized_ok(session: Synchronized[Session]) -> int:
    return await asyncio.to_thread(_count, session)


async def values_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    await asyncio.to_thread(print, user.name)


def known_miss_callable_kept_elsewhere(session: Session) -> None:
    run_later(lambda: _count(session))
