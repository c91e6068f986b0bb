"""A session among the arguments of a task, which another process runs."""

# needs: arq, celery, dramatiq, rq, taskiq

import dramatiq
from arq import ArqRedis
from celery import Celery, signature
from redis import Redis
from rq import Queue
from rq.decorators import job
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from taskiq import InMemoryBroker

from models import User

app = Celery("app")
jobs = Queue(connection=Redis())
broker = InMemoryBroker()


@app.task
def celery_task(session: Session, user_id: int) -> None:
    session.get_one(User, user_id)


@app.task
def celery_task_of_its_own(user_id: int) -> None: ...


@dramatiq.actor
def dramatiq_task(session: Session) -> None:
    session.commit()


@broker.task
async def taskiq_task(session: AsyncSession) -> None:
    await session.commit()


def rq_task(session: Session, user_id: int) -> None:
    session.get_one(User, user_id)


def celery_delay_bad(session: Session) -> None:
    celery_task.delay(session, 1)  # error: [session-process]


def celery_delay_by_name_bad(session: Session) -> None:
    celery_task.delay(session=session, user_id=1)  # error: [session-process]


def celery_apply_async_bad(engine: Engine) -> None:
    with Session(engine) as session:
        for user_id in session.scalars(select(User.id)):
            celery_task.apply_async(args=(session, user_id), countdown=5)  # error: [session-process]


def celery_apply_async_by_name_bad(session: Session) -> None:
    celery_task.apply_async(kwargs={"session": session, "user_id": 1})  # error: [session-process]


def celery_signatures_bad(session: Session) -> None:
    celery_task.s(session, 1)  # error: [session-process]
    celery_task.si(session, 1)  # error: [session-process]
    celery_task.signature((session, 1))  # error: [session-process]


def celery_signature_that_is_completed_bad(session: Session) -> None:
    signature("app.celery_task").delay(session, 1)  # error: [session-process]


def celery_send_task_bad(session: Session) -> None:
    app.send_task("app.celery_task", args=[session, 1])  # error: [session-process]


def celery_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    celery_task_of_its_own.delay(user.id)
    celery_task_of_its_own.apply_async((user.id,), {}, countdown=5)
    celery_task_of_its_own.s(user.id).delay()
    app.send_task("app.celery_task_of_its_own", kwargs={"user_id": user.id})


def celery_task_called_directly_ok(session: Session) -> None:
    celery_task(session, 1)


def dramatiq_bad(session: Session) -> None:
    dramatiq_task.send(session)  # error: [session-process]
    dramatiq_task.send_with_options(args=(session,), delay=1000)  # error: [session-process]


def dramatiq_ok(session: Session) -> None:
    dramatiq_task(session)


def rq_bad(session: Session) -> None:
    jobs.enqueue(rq_task, session, 1)  # error: [session-process]
    jobs.enqueue_call(rq_task, args=(session, 1), timeout=10)  # error: [session-process]


def rq_method_of_the_session_bad(session: Session) -> None:
    jobs.enqueue(session.get_one, User, 1)  # error: [session-process]


def rq_ok(session: Session) -> None:
    jobs.enqueue(print, session.get_one(User, 1).id)


async def arq_bad(session: AsyncSession, redis: ArqRedis) -> None:
    await redis.enqueue_job("task", session, _defer_by=5)  # error: [session-process]


async def arq_ok(session: AsyncSession, redis: ArqRedis) -> None:
    await redis.enqueue_job("task", (await session.get_one(User, 1)).id)


async def taskiq_bad(session: AsyncSession) -> None:
    await taskiq_task.kiq(session)  # error: [session-process]
    await taskiq_task.kicker().with_labels(priority=1).kiq(session)  # error: [session-process]


async def taskiq_ok(session: AsyncSession) -> None:
    await taskiq_task(session)


@job("default", connection=Redis())
def rq_job(session: Session, user_id: int) -> None:
    session.get_one(User, user_id)


@job("default", connection=Redis())
def rq_job_of_its_own(user_id: int) -> None: ...


class _Named:
    def delay(self, session: Session) -> None: ...


def rq_job_bad(session: Session) -> None:
    rq_job.delay(session, 1)  # error: [session-process]


def rq_job_enqueued_bad(session: Session) -> None:
    rq_job.enqueue(session=session, user_id=1)  # error: [session-process]


def rq_job_called_ok(session: Session) -> None:
    rq_job(session, 1)


def rq_job_of_keys_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    rq_job_of_its_own.delay(user.id)


def method_of_the_same_name_ok(session: Session, other: _Named) -> None:
    other.delay(session)
