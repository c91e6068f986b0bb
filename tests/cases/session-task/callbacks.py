"""Callbacks of an event loop: none runs while a function that waits for nothing does."""

import asyncio

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User


async def _count(session: Session) -> int:
    return session.query(User).count()


def soon_ok(engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
    session = Session(engine)
    loop.call_soon(lambda: session.close())
    session.add(User(name="anna"))
    session.commit()


def later_ok(engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
    session = Session(engine)
    loop.call_later(10, session.close)
    session.add(User(name="anna"))
    session.commit()


def as_a_task_ok(engine: Engine, loop: asyncio.AbstractEventLoop) -> "asyncio.Task[int]":
    session = Session(engine)
    task = loop.create_task(_count(session))
    session.add(User(name="anna"))
    session.commit()
    return task


async def where_others_run_bad(engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
    session = Session(engine)
    loop.call_soon(lambda: session.close())  # error: [session-task]
    await asyncio.sleep(1)
    session.add(User(name="anna"))
    session.commit()


def with_an_owner_outside_bad(session: Session, loop: asyncio.AbstractEventLoop) -> None:
    loop.create_task(_count(session))  # error: [session-task]
    session.add(User(name="anna"))
