"""Handlers that use a registry alone: all tasks of a thread get the same session from it."""

# needs: fastapi

import asyncio

from fastapi import FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import scoped_session, sessionmaker

from models import User

app = FastAPI()
registry = scoped_session(sessionmaker(create_engine("sqlite://")))  # error: [session-shared] "registry" gives one Session to all tasks of a thread
of_threads = scoped_session(sessionmaker(create_engine("sqlite://")))


@app.get("/names")
async def names() -> list[str]:
    found = list(registry.scalars(select(User.name)))
    await asyncio.sleep(1)
    registry.remove()
    registry.scalars(select(User.name))
    return found


@app.get("/count")
def count() -> int:
    found = of_threads.scalars(select(User.name)).all()
    of_threads.remove()
    return len(found)
