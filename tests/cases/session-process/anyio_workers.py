"""anyio runs functions in worker processes and in other interpreters."""

from anyio import to_interpreter, to_process
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


def _name_by(engine: Engine, user_id: int) -> str:
    with Session(engine) as session:
        return _name(session, user_id)


async def worker_process_bad(session: Session) -> None:
    await to_process.run_sync(_name, session, 1)  # error: [session-process]


async def interpreter_bad(session: Session) -> None:
    await to_interpreter.run_sync(_name, session, 1)  # error: [session-process] "session" is handed to another interpreter; a session cannot be copied there


async def session_made_there_ok(engine: Engine, session: Session) -> None:
    user = session.get_one(User, 1)
    await to_process.run_sync(_name_by, engine, user.id)
    await to_interpreter.run_sync(_name_by, engine, user.id)


async def values_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    await to_process.run_sync(len, user.name)
    await to_interpreter.run_sync(len, user.name)
