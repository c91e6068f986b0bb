"""Work in the block of a transaction that has ended."""

from contextlib import suppress

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from models import User, elsewhere, send_mails


def added_after_commit_bad(session: Session) -> None:
    with session.begin():
        session.add(User(name="anna"))
        session.commit()
        session.add(User(name="bert"))  # error: [session-transaction] the transaction of this "with" block has ended (commit() at line 16); add() raises InvalidRequestError


def queried_after_rollback_bad(session: Session) -> None:
    with session.begin():
        session.rollback()
        session.scalars(select(User)).all()  # error: [session-transaction]


def queried_after_close_bad(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.close()
        session.get(User, 1)  # error: [session-transaction]


def committed_twice_bad(session: Session) -> None:
    with session.begin():
        session.commit()
        session.commit()  # error: [session-transaction]


def by_the_object_bad(session: Session) -> None:
    with session.begin() as transaction:
        transaction.rollback()
        session.add(User(name="anna"))  # error: [session-transaction] (rollback() at line 40)


def begun_again_bad(session: Session) -> None:
    with session.begin():
        session.commit()
        session.begin()  # error: [session-transaction] has ended


def factory_bad(factory: sessionmaker[Session]) -> None:
    with factory.begin() as session:
        session.add(User(name="anna"))
        session.commit()
        session.add(User(name="bert"))  # error: [session-transaction]


def savepoint_bad(session: Session) -> None:
    with session.begin_nested() as savepoint:
        session.add(User(name="anna"))
        savepoint.rollback()
        session.scalars(select(User)).all()  # error: [session-transaction] (rollback() at line 60)


def root_inside_a_savepoint_bad(session: Session) -> None:
    with session.begin_nested():
        session.commit()
        session.add(User(name="bert"))  # error: [session-transaction]


def inner_block_ended_all_bad(session: Session) -> None:
    with session.begin():
        with session.begin_nested():
            session.rollback()
        session.add(User(name="bert"))  # error: [session-transaction] (rollback() at line 73)


def in_a_loop_bad(session: Session, names: list[str]) -> None:
    with session.begin():
        for name in names:
            session.add(User(name=name))  # error: [session-transaction] (commit() at line 81)
            session.commit()


def on_one_way_bad(session: Session, dry: bool) -> None:
    with session.begin():
        if dry:
            session.rollback()
        session.add(User(name="anna"))  # error: [session-transaction]


def read_what_expired_bad(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
        session.commit()
        with session.begin():
            print(user.name)
            session.commit()
            return user.name  # error: [session-transaction] reading "user.name" raises InvalidRequestError


async def async_bad(session: AsyncSession) -> None:
    async with session.begin():
        await session.commit()
        await session.scalars(select(User))  # error: [session-transaction]


async def async_factory_bad(factory: async_sessionmaker[AsyncSession]) -> None:
    async with factory.begin() as session:
        await session.rollback()
        session.add(User(name="anna"))  # error: [session-transaction]


def commit_last_ok(session: Session) -> None:
    with session.begin():
        session.add(User(name="anna"))
        session.commit()


def rollback_last_ok(session: Session, dry: bool) -> None:
    with session.begin():
        session.add(User(name="anna"))
        if dry:
            session.rollback()


def left_after_rollback_ok(session: Session, dry: bool) -> None:
    with session.begin():
        session.add(User(name="anna"))
        if dry:
            session.rollback()
            return
        session.add(User(name="bert"))


def what_needs_no_transaction_ok(session: Session) -> None:
    with session.begin():
        session.commit()
        session.rollback()
        session.flush()
        session.expire_all()
        query = session.query(User)
        session.close()
    print(query)


def after_the_block_ok(session: Session) -> None:
    with session.begin():
        session.rollback()
    session.add(User(name="anna"))


def savepoint_rolled_back_ok(session: Session) -> None:
    with session.begin():
        with session.begin_nested() as savepoint:
            savepoint.rollback()
        session.add(User(name="anna"))


def savepoint_without_a_block_ok(session: Session) -> None:
    with session.begin():
        savepoint = session.begin_nested()
        savepoint.rollback()
        session.add(User(name="anna"))


def savepoint_failed_ok(session: Session) -> None:
    with session.begin():
        try:
            with session.begin_nested():
                session.add(User(name="anna"))
        except IntegrityError:
            session.add(User(name="bert"))


def suppressed_savepoint_ok(session: Session) -> None:
    with session.begin():
        with suppress(IntegrityError), session.begin_nested():
            session.add(User(name="anna"))
        session.add(User(name="bert"))


def without_a_block_ok(session: Session) -> None:
    transaction = session.begin()
    session.add(User(name="anna"))
    transaction.commit()
    session.add(User(name="bert"))


def block_of_the_session_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.commit()
        session.add(User(name="anna"))
        session.commit()


def read_what_stays_ok(engine: Engine) -> str:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        user = session.scalars(select(User)).one()
        session.commit()
        return user.name


def another_session_ends_ok(session: Session, other: Session) -> None:
    with session.begin():
        other.commit()
        session.add(User(name="anna"))


def perhaps_this_session_ends_ok(session: Session, sessions: list[Session]) -> None:
    with session.begin():
        sessions[0].commit()
        session.add(User(name="anna"))


def unknown_code_ok(session: Session) -> None:
    with session.begin():
        session.commit()
        send_mails(session)
        session.add(User(name="anna"))


def commit_may_not_have_happened_ok(session: Session) -> None:
    with session.begin():
        try:
            elsewhere()
            session.commit()
        except ValueError:
            session.add(User(name="nobody"))


def repeated_block_ok(session: Session, names: list[str]) -> None:
    for name in names:
        with session.begin():
            session.add(User(name=name))
            session.commit()


def added_after_the_savepoint_ok(session: Session) -> None:
    """Only what sends SQL needs a savepoint that is open: the root transaction still runs."""
    with session.begin_nested() as savepoint:
        savepoint.rollback()
        session.add(User(name="later"))


def commit_after_the_savepoint_ok(session: Session) -> None:
    with session.begin_nested() as savepoint:
        savepoint.commit()
        session.commit()


def loaded_before_the_savepoint_ok(session: Session) -> str:
    """The end of a savepoint expires only what was changed in it."""
    user = session.get_one(User, 1)
    session.refresh(user)
    with session.begin_nested() as savepoint:
        savepoint.rollback()
        session.get(User, 1)
        return user.name
