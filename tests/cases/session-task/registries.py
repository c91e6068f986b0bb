"""Functions that are found through a container which the module never changes, and holders that they are given."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from threading import Thread

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import User


@dataclass
class Context:
    session: AsyncSession


Tool = Callable[[Context], Awaitable[int]]


async def _count(context: Context) -> int:
    return len((await context.session.scalars(select(User))).all())


async def _first(context: Context) -> int:
    user = await context.session.get_one(User, 1)
    return user.id


async def _sleep(context: Context) -> int:
    await asyncio.sleep(1)
    return 1


TOOLS: dict[str, Tool] = {"count": _count, "first": _first}
MIXED: dict[str, Tool] = {"count": _count, "sleep": _sleep}
CHANGED: dict[str, Tool] = {"count": _count, "first": _first}
LISTED: list[Tool] = [_count, _first]


def register(name: str, tool: Tool) -> None:
    CHANGED[name] = tool


async def by_name_bad(context: Context, names: list[str]) -> list[int]:
    return await asyncio.gather(*[TOOLS[name](context) for name in names])  # error: [session-task]


async def by_name_with_a_new_context_bad(session: AsyncSession, names: list[str]) -> list[int]:
    context = Context(session)
    return await asyncio.gather(*[TOOLS[name](context) for name in names])  # error: [session-task]


async def listed_bad(context: Context) -> list[int]:
    return await asyncio.gather(*[tool(context) for tool in LISTED])  # error: [session-task]


async def some_do_not_use_it_ok(context: Context, names: list[str]) -> list[int]:
    return await asyncio.gather(*[MIXED[name](context) for name in names])


async def changed_ok(context: Context, names: list[str]) -> list[int]:
    return await asyncio.gather(*[CHANGED[name](context) for name in names])


async def one_after_the_other_ok(context: Context, names: list[str]) -> list[int]:
    return [await TOOLS[name](context) for name in names]


def _show(session: Session) -> None:
    print(session.get(User, 1))


def _forget(session: Session) -> None:
    session.expunge_all()


COMMANDS = {"show": _show, "forget": _forget}


def keys_ok(session: Session) -> None:
    for name in COMMANDS:
        Thread(target=print, args=(name,)).start()
    session.scalars(select(User)).all()
