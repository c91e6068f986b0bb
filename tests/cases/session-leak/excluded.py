"""Paths that leave a session open, and that no run may take."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import User


def comparisons_of_one_number_ok(engine: Engine, count: int) -> None:
    session = Session(engine)
    if count > 1:
        session.scalars(select(User)).all()
    if count != 0:
        session.close()


def comparisons_of_two_numbers_bad(engine: Engine, count: int, other: int) -> None:
    session = Session(engine)  # error: [session-leak]
    if count > 1:
        session.scalars(select(User)).all()
    if other != 0:
        session.close()


def made_by_count_ok(engine: Engine, count: int) -> None:
    session = None
    if count > 1:
        session = Session(engine)
        session.scalars(select(User)).all()
    if count != 0 and session is not None:
        session.close()


def a_list_and_its_turns_ok(engine: Engine, names: list[str]) -> None:
    session = Session(engine)
    for name in names:
        session.scalars(select(User).where(User.name == name)).all()
    if names:
        session.close()


def all_kinds_ok(engine: Engine, kind: str) -> None:
    session = Session(engine)
    session.scalars(select(User)).all()
    if kind == "read":
        session.close()
    elif kind == "write":
        session.close()


def all_cases_ok(engine: Engine, kind: int) -> None:
    session = Session(engine)
    session.scalars(select(User)).all()
    match kind:
        case 1:
            session.close()
        case 2:
            session.rollback()


def one_kind_bad(engine: Engine, kind: str) -> None:
    session = Session(engine)  # error: [session-leak]
    session.scalars(select(User)).all()
    if kind == "read":
        session.close()


def a_return_of_the_same_number_ok(engine: Engine, count: int) -> int:
    session = Session(engine)
    if count > 0:
        session.scalars(select(User)).all()
    if count < 1:
        return 0
    session.close()
    return count


def a_return_before_the_close_bad(engine: Engine, count: int, other: int) -> int:
    session = Session(engine)  # error: [session-leak]
    if count > 0:
        session.scalars(select(User)).all()
    if other < 1:
        return 0
    session.close()
    return count


def guards_bad(engine: Engine) -> None:
    session = Session(engine)  # error: [session-leak]
    count = len(session.scalars(select(User)).all())
    assert count > 1
    if count > 5:
        raise ValueError(count)
