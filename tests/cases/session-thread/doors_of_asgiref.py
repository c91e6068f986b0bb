"""asgiref runs two functions in other threads at once."""

# needs: asgiref

import asyncio

from asgiref.sync import sync_to_async
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User


def _count(session: Session) -> int:
    return len(session.scalars(select(User)).all())


async def two_at_once_bad(session: Session) -> None:
    count = sync_to_async(_count, thread_sensitive=False)
    await asyncio.gather(count(session), count(session))  # error: [session-thread]


async def one_and_the_owner_bad(session: Session) -> None:
    task = asyncio.create_task(sync_to_async(_count)(session))  # error: [session-thread]
    session.scalars(select(User)).all()
    await task
