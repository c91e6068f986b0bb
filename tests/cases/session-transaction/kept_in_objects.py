"""A transaction that one method of an object begins and another one ends."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, SessionTransaction

from models import User


class Job:
    def __init__(self, session: Session) -> None:
        self.transaction = session.begin()

    def done(self, succeeded: bool) -> None:
        if succeeded:
            self.transaction.commit()
        else:
            self.transaction.rollback()


class Block:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.transaction: SessionTransaction | None = None

    def __enter__(self) -> Block:
        self.transaction = self.session.begin()
        return self

    def __exit__(self, *args: object) -> None:
        if self.transaction is not None:
            self.transaction.commit()
            self.transaction = None


def one_job_after_the_other_ok(session: Session, user: User, other: User) -> None:
    first = Job(session)
    session.add(User())
    first.done(True)
    second = Job(session)
    session.add(User())
    second.done(False)
    session.delete(user)
    session.refresh(other)


def two_jobs_at_once_bad(session: Session, user: User, other: User) -> None:
    first = Job(session)
    session.add(User())
    second = Job(session)  # error: [session-transaction]
    second.done(True)
    first.done(True)
    session.delete(user)
    session.refresh(other)


def one_block_after_the_other_ok(session: Session, user: User, other: User) -> None:
    with Block(session):
        session.add(User())
    with Block(session):
        session.add(User())
    session.delete(user)
    session.refresh(other)


def a_block_in_another_bad(session: Session, user: User, other: User) -> None:
    with Block(session):
        session.add(User())
        with Block(session):  # error: [session-transaction]
            session.add(User())
    session.delete(user)
    session.refresh(other)


def try_to_save(session: Session, user: User) -> bool:
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        return False
    return True


def rolled_back_by_the_caller_ok(session: Session, first: User, second: User) -> None:
    if not try_to_save(session, first):
        session.rollback()
    try_to_save(session, second)
    session.commit()
