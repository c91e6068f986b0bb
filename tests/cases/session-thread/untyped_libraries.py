"""Libraries that mypy has no types of: the import says what they are."""

# needs: apscheduler, eventlet

import apscheduler.schedulers.background as scheduling  # type: ignore[import-untyped]
import eventlet  # type: ignore[import-untyped]
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from eventlet import GreenPool, spawn  # type: ignore[import-untyped]
from eventlet.greenthread import spawn_after as later  # type: ignore[import-untyped]
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, scoped_session

from models import User, elsewhere

SCHEDULER = BackgroundScheduler()
CHANGED = BackgroundScheduler()


def _sweep(session: Session) -> None:
    session.scalars(select(User)).all()


async def _sweep_async(session: AsyncSession) -> None:
    await session.scalars(select(User))


def _sweep_by(engine: Engine) -> None:
    with Session(engine) as session:
        _sweep(session)


def _sweep_own(registry: scoped_session[Session]) -> None:
    _sweep(registry())


def _name(session: Session, user_id: int) -> str:
    return session.get_one(User, user_id).name


def job_bad(session: Session) -> None:
    scheduler = BackgroundScheduler()
    scheduler.add_job(_sweep, "interval", seconds=60, args=[session])  # error: [session-thread] "session" is handed to another thread
    scheduler.start()


def job_with_keywords_bad(session: Session) -> None:
    scheduler = scheduling.BackgroundScheduler(daemon=True)
    scheduler.add_job(_sweep, "cron", kwargs={"session": session}, hour=3)  # error: [session-thread]


def job_of_a_closure_bad(session: Session) -> None:
    scheduler = BackgroundScheduler()
    scheduler.add_job(lambda: _sweep(session), "interval", seconds=60)  # error: [session-thread]


def scheduler_of_the_module_bad(session: Session) -> None:
    SCHEDULER.add_job(_sweep, args=(session,))  # error: [session-thread]


async def task_bad(session: AsyncSession) -> None:
    scheduler = AsyncIOScheduler()
    scheduler.add_job(_sweep_async, "interval", seconds=60, args=[session])  # error: [session-task]


async def thread_of_the_loop_bad(session: Session) -> None:
    scheduler = AsyncIOScheduler()
    scheduler.add_job(_sweep, "interval", seconds=60, args=[session])  # error: [session-thread]


def made_in_the_job_ok(engine: Engine) -> None:
    scheduler = BackgroundScheduler()
    scheduler.add_job(_sweep_by, "interval", seconds=60, args=[engine])
    scheduler.start()


def registry_ok(registry: scoped_session[Session]) -> None:
    SCHEDULER.add_job(_sweep_own, args=(registry,))


def another_executor_ok(session: Session) -> None:
    SCHEDULER.add_job(_sweep, args=(session,), executor="mine")


def reassigned_ok(session: Session) -> None:
    CHANGED.add_job(_sweep, args=(session,))


def _change(scheduler: object) -> None:
    global CHANGED
    CHANGED = scheduler


def key_ok(session: Session, user: User) -> None:
    SCHEDULER.add_job(elsewhere, args=(user.id,))
    session.commit()


def green_thread_bad(session: Session) -> None:
    first = eventlet.spawn(_sweep, session)  # error: [session-thread]
    session.scalars(select(User)).all()
    first.wait()


def green_threads_bad(session: Session) -> None:
    for user_id in (1, 2):
        spawn(_name, session, user_id)  # error: [session-thread]


def green_thread_later_bad(session: Session) -> None:
    later(1, _sweep, session)  # error: [session-thread]


def green_pool_bad(session: Session) -> None:
    pool = GreenPool(10)
    pool.spawn(_sweep, session)
    pool.spawn_n(_sweep, session)  # error: [session-thread]


def green_thread_by_engine_ok(engine: Engine) -> None:
    eventlet.spawn(_sweep_by, engine).wait()


def shadowed_ok(session: Session) -> None:
    def spawn(function: object, *arguments: object) -> None: ...

    spawn(_sweep, session)
