"""Sessions inside objects, values that may be several things, and other ways to know that a thread has ended."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, sessionmaker

from models import User, elsewhere
from mypy_session_plugin import CrossesThread, Synchronized


class ConnectsItself:
    session: Session

    def __init__(self, factory: sessionmaker[Session]) -> None:
        self.factory = factory

    def start_ok(self) -> None:
        Thread(target=self.run).start()

    def connect(self) -> None:
        self.session = self.factory()

    def run(self) -> None:
        self.connect()
        self.session.commit()


class MakesItsSession:
    def __init__(self, factory: sessionmaker[Session]) -> None:
        self.session = factory()

    def start_bad(self) -> None:
        Thread(target=self.run).start()  # error: [session-handover]

    def use_and_start_bad(self) -> None:
        Thread(target=self.run).start()  # error: [session-thread]
        self.session.commit()

    def run(self) -> None:
        self.session.commit()


class Local(threading.local):
    session: Session


class HasLocal:
    def __init__(self) -> None:
        self.local = Local()

    def run_ok(self) -> None:
        with ThreadPoolExecutor() as pool:
            pool.submit(self.work)
            pool.submit(self.work)

    def work(self) -> None:
        self.local.session.commit()


class Base:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def load(self, key: int) -> None:
        await self.session.get(User, key)


class Derived(Base):
    async def all_bad(self) -> None:
        await asyncio.gather(self.load(1), self.load(2))  # error: [session-task]

    async def one_ok(self) -> None:
        await asyncio.gather(self.load(1), asyncio.sleep(1))

    async def loop_ok(self) -> None:
        for key in (1, 2):
            await self.load(key)

    async def comprehension_bad(self) -> None:
        await asyncio.gather(*[self.load(key) for key in (1, 2)])  # error: [session-task]

    async def dict_bad(self) -> None:
        tasks = {key: asyncio.create_task(self.load(key)) for key in (1, 2)}  # error: [session-task]
        await asyncio.gather(*tasks.values())


async def websocket_ok(session: AsyncSession, queue: asyncio.Queue[int]) -> None:
    getter: asyncio.Task[int] | None = None
    while True:
        getter = asyncio.create_task(queue.get())
        await session.commit()
        await getter


async def two_phases_ok(session: AsyncSession) -> None:
    a = asyncio.create_task(Base(session).load(1))
    await a
    b = asyncio.create_task(Base(session).load(1))
    await b


async def optional_ok(session: AsyncSession | None) -> None:
    if session is not None:
        await asyncio.wait_for(Base(session).load(1), 3)


def optional_bad(session: Session | None = None) -> None:
    if session is None:
        return
    Thread(target=elsewhere, args=(session,)).start()  # error: [session-thread]


def either_ok(session: Session | None, factory: sessionmaker[Session]) -> None:
    session = session or factory()
    Thread(target=elsewhere, args=(session,)).start()


def conditional_target_ok(session: Session, flag: bool) -> None:
    def one() -> None:
        session.commit()

    def two() -> None:
        print("two")

    worker = Thread(target=one if flag else two)
    worker.start()
    session.commit()
    worker.join()


def while_alive_bad(session: Session) -> None:
    worker = Thread(target=elsewhere, args=(session,))  # error: [session-handover]
    worker.start()
    while worker.is_alive():
        print("waiting")
    session.commit()


def done_bad(session: Session, pool: ThreadPoolExecutor) -> None:
    future = pool.submit(elsewhere, session)  # error: [session-handover]
    while not future.done():
        print("waiting")
    session.commit()


async def task_done_ok(session: AsyncSession) -> None:
    task = asyncio.create_task(Base(session).load(1))
    while not task.done():
        await asyncio.sleep(1)
    await session.commit()


def kwargs_bad(session: Session, **kwargs: Any) -> None:
    Thread(target=elsewhere, kwargs=dict(session=session)).start()  # error: [session-thread]


def star_args_bad(session: Session) -> None:
    arguments = (session, 1)
    with ThreadPoolExecutor() as pool:
        future = pool.submit(elsewhere, *arguments)  # error: [session-thread]
        session.commit()
        future.result()


class _Spawning:
    def __init__(self, session: CrossesThread[Session]) -> None: ...


def constructor_that_says_so_bad(session: Session) -> None:
    _Spawning(session)  # error: [session-thread]
    session.flush()


def what_the_signature_says_is_told_to_its_callers_ok(session: CrossesThread[Session]) -> None:
    Thread(target=print, args=(session,)).start()


def _guarded() -> Synchronized[Session]: ...


def guarded_result_ok() -> None:
    session = _guarded()
    Thread(target=print, args=(session,)).start()
    session.flush()
