"""Sessions that end by the transaction that they have: their own end would give back nothing more."""

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from models import User


def the_transaction_is_closed(engine: Engine) -> int:
    session = Session(engine)
    transaction = session.begin()
    count = len(session.scalars(select(User)).all())
    transaction.close()
    return count


def the_transaction_is_closed_after_its_commit(engine: Engine) -> None:
    session = Session(engine)
    transaction = session.begin()
    try:
        session.add(User(name="carol"))
        session.scalars(select(User)).all()
        transaction.commit()
    finally:
        transaction.close()


def work_goes_on_after_the_transaction_bad(engine: Engine) -> int:
    session = Session(engine)  # error: [session-leak] is not closed on the path that returns at line 36
    transaction = session.begin()
    session.scalars(select(User)).all()
    transaction.commit()
    count = len(session.scalars(select(User)).all())
    transaction.close()
    return count


def a_savepoint_is_closed_bad(engine: Engine) -> int:
    session = Session(engine)  # error: [session-leak]
    savepoint = session.begin_nested()
    count = len(session.scalars(select(User)).all())
    savepoint.close()
    return count


def its_transaction_is_asked_for(engine: Engine) -> int:
    session = Session(engine)
    count = len(session.scalars(select(User)).all())
    transaction = session.get_transaction()
    if transaction is not None:
        transaction.rollback()
    return count


def it_is_asked_for_a_transaction(engine: Engine) -> int:
    session = Session(engine)
    count = len(session.scalars(select(User)).all())
    if session.in_transaction():
        session.rollback()
    return count


def its_transaction_is_asked_whether_it_runs(engine: Engine) -> int:
    session = Session(engine)
    transaction = session.begin()
    count = len(session.scalars(select(User)).all())
    if transaction.is_active:
        transaction.rollback()
    return count


async def an_async_one_is_asked(engine: AsyncEngine) -> int:
    session = AsyncSession(engine)
    count = len((await session.scalars(select(User))).all())
    if (transaction := session.get_transaction()) is not None:
        await transaction.rollback()
    return count


def it_works_after_it_was_asked_bad(engine: Engine) -> int:
    session = Session(engine)  # error: [session-leak]
    if session.in_transaction():
        session.rollback()
    return len(session.scalars(select(User)).all())


def it_is_asked_for_a_savepoint_bad(engine: Engine) -> int:
    session = Session(engine)  # error: [session-leak]
    count = len(session.scalars(select(User)).all())
    if session.in_nested_transaction():
        session.rollback()
    return count


def it_is_asserted_that_one_runs_bad(engine: Engine) -> int:
    session = Session(engine)  # error: [session-leak]
    count = len(session.scalars(select(User)).all())
    assert session.in_transaction()
    return count


def it_is_asserted_that_there_is_one(engine: Engine) -> int:
    session = Session(engine)
    count = len(session.scalars(select(User)).all())
    transaction = session.get_transaction()
    assert transaction is not None
    transaction.rollback()
    return count
