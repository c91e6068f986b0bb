"""An executor of one worker does one thing after the other, wherever it was made."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

database = ThreadPoolExecutor(max_workers=1)


class Writer:
    def __init__(self) -> None:
        self.session = Session(create_engine("sqlite://"))
        self.pool = ThreadPoolExecutor(max_workers=1)

    def write_ok(self) -> None:
        self.pool.submit(self.session.flush)
        self.pool.submit(self.session.commit)

    async def write_from_a_task_ok(self) -> None:
        loop = asyncio.get_running_loop()
        flushed = loop.run_in_executor(self.pool, self.session.flush)
        await loop.run_in_executor(self.pool, self.session.commit)
        await flushed


def write_ok(session: Session) -> None:
    flushed = database.submit(session.flush)
    committed = database.submit(session.commit)
    flushed.result()
    committed.result()


def uses_it_meanwhile_bad(session: Session) -> None:
    flushed = database.submit(session.flush)  # error: [session-thread]
    session.commit()
    flushed.result()


def pool_of_many_bad(session: Session) -> None:
    with ThreadPoolExecutor(max_workers=2) as pool:
        pool.submit(session.flush)
        pool.submit(session.commit)  # error: [session-thread]
