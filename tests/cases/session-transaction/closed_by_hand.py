"""Transactions that are closed by their own `close()`, which gives up what they have not committed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User


def work_after_it_bad(session: Session) -> None:
    with session.begin() as transaction:
        session.add(User(name="carol"))
        transaction.close()
        session.scalars(select(User)).all()  # error: [session-transaction] the transaction of this "with" block has ended


def work_after_that_of_a_savepoint_bad(session: Session) -> None:
    with session.begin_nested() as savepoint:
        savepoint.close()
        session.scalars(select(User)).all()  # error: [session-transaction]


def last_in_its_block_ok(session: Session) -> None:
    with session.begin() as transaction:
        session.add(User(name="carol"))
        transaction.close()


def begun_again_ok(session: Session) -> None:
    transaction = session.begin()
    transaction.close()
    with session.begin():
        session.scalars(select(User)).all()


def begun_while_it_runs_bad(session: Session) -> None:
    transaction = session.begin()
    session.scalars(select(User)).all()
    session.begin()  # error: [session-transaction]
    transaction.close()
