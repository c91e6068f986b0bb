"""Use after the end: of transactions, results, sessions that are closed for good or were given away."""

from collections.abc import Iterator
from typing import Literal

from sqlalchemy import Engine, select
from sqlalchemy.exc import ResourceClosedError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, sessionmaker

from models import Post, User, elsewhere, send_mails
from mypy_session_plugin import Borrowed, Owned, Performs

final = sessionmaker(close_resets_only=False)


def committed_twice_bad(session: Session) -> None:
    transaction = session.begin()
    transaction.commit()
    transaction.commit()  # error: [session-closed] "transaction" has ended (commit() at line 19); commit() raises ResourceClosedError: This transaction is closed


def ended_by_the_session_bad(session: Session) -> None:
    transaction = session.begin()
    session.commit()
    transaction.rollback()  # error: [session-closed] (commit() at line 25)


def savepoint_bad(engine: Engine, names: list[str]) -> None:
    with Session(engine) as session:
        for name in names:
            savepoint = session.begin_nested()
            session.add(User(name=name))
            if not name:
                savepoint.rollback()
            savepoint.commit()  # error: [session-closed] "savepoint" has ended (rollback() at line 35)
        session.commit()


def savepoint_of_an_ended_transaction_bad(session: Session) -> None:
    savepoint = session.begin_nested()
    session.rollback()
    savepoint.rollback()  # error: [session-closed]


def after_its_block_bad(session: Session) -> None:
    with session.begin_nested() as savepoint:
        session.add(User(name="anna"))
    savepoint.rollback()  # error: [session-closed] (the end of its block at line


def twice_in_its_block_bad(session: Session) -> None:
    with session.begin() as transaction:
        transaction.commit()
        transaction.commit()  # error: [session-closed]


async def async_bad(session: AsyncSession) -> None:
    transaction = await session.begin()
    await transaction.commit()
    await transaction.rollback()  # error: [session-closed] "transaction" has ended (commit() at line 60)


def result_of_a_closed_session_bad(engine: Engine) -> list[str]:
    session = Session(engine)
    result = session.scalars(select(User))
    session.close()
    return [user.name for user in result]  # error: [session-closed] the result is read after its session closed at line 67; this raises InvalidRequestError (sqlalche.me/e/20/lkrp)


def rows_of_a_closed_session_bad(session: Session) -> None:
    result = session.execute(select(User, Post))
    session.close()
    result.all()  # error: [session-closed] "result" is read after its session closed


def scalars_of_it_bad(session: Session) -> None:
    result = session.execute(select(User))
    session.close()
    result.scalars().one()  # error: [session-closed]


def loop_over_it_bad(session: Session) -> None:
    result = session.scalars(select(User))
    session.close()
    for user in result:  # error: [session-closed]
        print(user)


async def streamed_bad(session: AsyncSession) -> None:
    result = await session.stream_scalars(select(User))
    await session.close()
    await result.all()  # error: [session-closed]


def row_taken_twice_bad(session: Session) -> None:
    result = session.scalars(select(User))
    print(result.one())
    print(result.one())  # error: [session-closed] "result" is closed (one() at line 98); one() raises ResourceClosedError: This result object is closed


def rest_taken_bad(session: Session) -> None:
    result = session.execute(select(User.name))
    if result.first() is not None:
        print(result.all())  # error: [session-closed]


def closed_for_good_bad(engine: Engine) -> None:
    session = Session(engine, close_resets_only=False)
    session.close()
    session.scalars(select(User))  # error: [session-closed] "session" is closed for good (close() at line 110), as close_resets_only=False says; scalars() raises InvalidRequestError: This Session has been permanently closed


def closed_for_good_by_its_block_bad(engine: Engine) -> None:
    with Session(engine, close_resets_only=False) as session:
        session.add(User(name="anna"))
        session.commit()
    session.scalars(select(User)).all()  # error: [session-closed]


def _keep(session: Owned[Session]) -> None:
    session.close()


def given_away_bad(engine: Engine) -> None:
    session = Session(engine)
    _keep(session)
    session.add(User(name="anna"))  # error: [session-closed] "session" is not this function's any more (given to _keep() at line


def closed_by_both_bad(engine: Engine) -> None:
    session = Session(engine)
    _keep(session)
    elsewhere()
    session.close()  # error: [session-closed]


def _lend(session: Borrowed[Session]) -> None: ...


def _write(session: Performs[Session, Literal["write"]]) -> None: ...


def lent_ok(engine: Engine) -> None:
    with Session(engine) as session:
        _lend(session)
        _write(session)
        session.add(User(name="anna"))
        session.commit()


def another_one_given_away_ok(engine: Engine) -> None:
    session = Session(engine)
    _keep(session)
    session = Session(engine)
    session.add(User(name="anna"))
    session.commit()
    session.close()


def given_away_on_another_way_ok(engine: Engine, keep: bool) -> None:
    session = Session(engine)
    if keep:
        _keep(session)
        return
    session.add(User(name="anna"))
    session.commit()
    session.close()


def ended_on_either_way_ok(session: Session, names: list[str]) -> None:
    for name in names:
        savepoint = session.begin_nested()
        session.add(User(name=name))
        if not name:
            savepoint.rollback()
        else:
            savepoint.commit()


def rolled_back_by_the_handler_ok(session: Session) -> None:
    transaction = session.begin()
    try:
        elsewhere()
        transaction.commit()
    except ValueError:
        transaction.rollback()
        raise


def rolled_back_if_active_ok(session: Session) -> None:
    transaction = session.begin()
    try:
        elsewhere()
        transaction.commit()
    finally:
        if transaction.is_active:
            transaction.rollback()


def closed_after_its_end_ok(session: Session) -> None:
    transaction = session.begin()
    try:
        transaction.commit()
    finally:
        transaction.close()


def external_transaction_ok(session: Session) -> None:
    savepoint = session.begin_nested()
    session.add(User(name="anna"))
    savepoint.commit()
    session.commit()


def a_new_one_ok(session: Session) -> None:
    transaction = session.begin()
    transaction.commit()
    transaction = session.begin()
    transaction.commit()


def one_a_turn_ok(session: Session, names: list[str]) -> None:
    for name in names:
        transaction = session.begin()
        session.add(User(name=name))
        transaction.commit()


def of_another_session_ok(session: Session, other: Session) -> None:
    transaction = session.begin()
    other.commit()
    transaction.commit()


def unknown_code_ok(session: Session) -> None:
    savepoint = session.begin_nested()
    send_mails(session)
    savepoint.commit()


def commit_and_rollback_leave_a_result_ok(session: Session) -> list[User]:
    result = session.scalars(select(User))
    session.commit()
    session.rollback()
    return list(result)


def taken_before_ok(engine: Engine) -> list[str]:
    session = Session(engine)
    result = session.scalars(select(User))
    names = [user.name for user in result]
    session.close()
    return names


def list_ok(engine: Engine) -> int:
    session = Session(engine)
    users = session.scalars(select(User)).all()
    session.close()
    return len(list(users))


def columns_ok(engine: Engine) -> list[str]:
    session = Session(engine)
    result = session.scalars(select(User.name))
    session.close()
    return list(result)


def query_ok(engine: Engine) -> list[User]:
    session = Session(engine)
    query = session.query(User)
    session.close()
    return query.all()


async def buffered_ok(session: AsyncSession) -> list[User]:
    result = await session.scalars(select(User))
    await session.close()
    return list(result)


def closed_inside_its_loop_ok(session: Session) -> None:
    for user in session.scalars(select(User)):
        print(user.id)
        session.close()


def closed_inside_the_loop_over_a_variable_ok(session: Session) -> None:
    result = session.scalars(select(User))
    for user in result:
        print(user.id)
        session.close()


def emptied_twice_ok(session: Session) -> None:
    result = session.scalars(select(User))
    print(result.all(), result.all())


def taken_on_another_way_ok(session: Session, one: bool) -> None:
    result = session.scalars(select(User))
    if one:
        print(result.one())
    else:
        print(result.all())


def expected_ok(session: Session) -> None:
    result = session.scalars(select(User))
    print(result.one())
    try:
        result.one()
    except ResourceClosedError:
        print("as always")


def usable_again_ok(engine: Engine) -> None:
    session = Session(engine)
    session.close()
    session.add(User(name="anna"))
    session.commit()
    session.close()


def harmless_after_the_end_ok(engine: Engine) -> None:
    session = Session(engine, close_resets_only=False)
    session.close()
    session.rollback()
    session.expunge_all()
    session.close()


def reset_only_ok(engine: Engine) -> None:
    session = Session(engine, close_resets_only=False)
    session.reset()
    session.add(User(name="anna"))
    session.commit()
    session.close()


def setting_unknown_ok(engine: Engine, setting: bool) -> None:
    session = Session(engine, close_resets_only=setting)
    session.close()
    session.add(User(name="anna"))
    session.commit()


def dependency_ok(engine: Engine) -> Iterator[Session]:
    session = Session(engine)
    try:
        yield session
    finally:
        session.close()
