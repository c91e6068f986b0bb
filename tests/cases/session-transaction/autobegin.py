"""Sessions that begin no transaction by themselves."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from models import User


def added_before_begin_bad(engine: Engine) -> None:
    session = Session(engine, autobegin=False)
    session.add(User())  # error: [session-transaction] no transaction is begun on "session", which begins none by itself (autobegin=False); add() raises InvalidRequestError: Autobegin is disabled on this Session


def read_before_begin_bad(engine: Engine) -> None:
    with Session(engine, autobegin=False) as session:
        session.scalars(select(User)).all()  # error: [session-transaction]


def worked_after_the_block_bad(engine: Engine) -> None:
    session = sessionmaker(engine, autobegin=False)()
    with session.begin():
        session.add(User())
    session.add(User())  # error: [session-transaction] Autobegin is disabled


def committed_twice_bad(engine: Engine) -> None:
    session = Session(engine, autobegin=False)
    session.begin()
    session.commit()
    session.commit()  # error: [session-transaction] commit() raises InvalidRequestError: Autobegin is disabled


def begun_ok(engine: Engine) -> None:
    session = Session(engine, autobegin=False)
    session.begin()
    session.add(User())
    session.commit()


def ended_without_a_transaction_ok(engine: Engine) -> None:
    session = Session(engine, autobegin=False)
    session.flush()
    session.rollback()
    session.expunge_all()
    session.close()


def a_savepoint_begins_ok(engine: Engine) -> None:
    session = Session(engine, autobegin=False)
    with session.begin_nested():
        session.add(User())
    session.add(User())
    session.commit()


def begun_on_one_path_bad(engine: Engine, begin: bool) -> None:
    session = Session(engine, autobegin=False)
    if begin:
        session.begin()
    session.add(User())  # error: [session-transaction]
    session.commit()


def asked_ok(engine: Engine) -> None:
    session = Session(engine, autobegin=False)
    if not session.in_transaction():
        session.begin()
    session.add(User())
    session.commit()


def not_known_ok(engine: Engine, begins: bool) -> None:
    session = Session(engine, autobegin=begins)
    session.add(User())
    session.commit()
