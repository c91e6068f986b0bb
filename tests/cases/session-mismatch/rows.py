"""Two instances of one row in one session."""

import uuid
from collections.abc import Callable

from models import Admin, User, elsewhere
from sqlalchemy import Engine
from sqlalchemy.orm import Session, make_transient


def restored_bad(engine: Engine, session: Session, pk: int) -> str:
    with Session(engine) as reader:
        old = reader.get_one(User, pk)
    old.name = "restored"
    current = session.get_one(User, pk)
    session.add(old)  # error: [session-mismatch] "old" is detached (block left at line
    session.commit()
    return current.name


def literal_bad(session: Session) -> str:
    old = session.get_one(User, 1)
    session.expunge(old)
    current = session.get_one(User, 1)
    session.delete(old)  # error: [session-mismatch] and "current" is the same row in "session"
    return current.name


def found_bad(session: Session) -> str:
    old = session.get_one(User, (1,))
    session.expunge_all()
    current = session.get(User, (1,))
    if current is None:
        return ""
    session.add_all([old])  # error: [session-mismatch]
    return current.name


def written_before_bad(session: Session, pk: str) -> str:
    old = session.get_one(User, pk)
    session.expunge(old)
    current = session.get_one(User, pk)
    current.name = old.name
    session.add(old)  # error: [session-mismatch]
    return current.name


def perhaps_found_ok(session: Session) -> str:
    old = session.get_one(User, 1)
    session.expunge(old)
    current = session.get(User, 1)
    session.add(old)
    return current.name if current else ""


def not_kept_ok(session: Session) -> None:
    """Nothing names the loaded instance: the identity map has let go of it by then."""
    old = session.get_one(User, 1)
    session.expunge(old)
    session.get_one(User, 1)
    session.add(old)


def variable_given_something_else_ok(session: Session) -> None:
    old = session.get_one(User, 1)
    session.expunge(old)
    current: User | None = session.get_one(User, 1)
    current = None
    session.add(old)
    elsewhere(current)


def other_row_ok(session: Session, one: int, other: int) -> str:
    old = session.get_one(User, one)
    session.expunge(old)
    current = session.get_one(User, other)
    session.add(old)
    return current.name


def variable_assigned_between_ok(session: Session, pk: int) -> str:
    old = session.get_one(User, pk)
    session.expunge(old)
    pk += 1
    current = session.get_one(User, pk)
    session.add(old)
    return current.name


def variable_of_a_loop_ok(session: Session, pks: list[int]) -> None:
    old: User | None = None
    for pk in pks:
        current = session.get_one(User, pk)
        if old is not None:
            session.add(old)
        session.expunge(current)
        old = current
        print(current.name)


def variable_assigned_by_a_nested_function_ok(session: Session, pk: int) -> str:
    def advance() -> None:
        nonlocal pk
        pk += 1

    old = session.get_one(User, pk)
    session.expunge(old)
    advance()
    current = session.get_one(User, pk)
    session.add(old)
    return current.name


def key_that_changes_ok(session: Session, keys: list[int]) -> str:
    old = session.get_one(User, keys)
    session.expunge(old)
    keys[0] += 1
    current = session.get_one(User, keys)
    session.add(old)
    return current.name


def other_class_ok(session: Session, pk: uuid.UUID) -> str:
    old = session.get_one(User, pk)
    session.expunge(old)
    current = session.get_one(Admin, pk)
    session.add(old)
    return current.name


def key_written_and_flushed_ok(session: Session) -> str:
    old = session.get_one(User, 1)
    session.expunge(old)
    current = session.get_one(User, 1)
    current.id = 7
    session.flush()
    session.add(old)
    return current.name


def key_written_elsewhere_ok(session: Session, change: Callable[[User], None]) -> str:
    old = session.get_one(User, 1)
    session.expunge(old)
    current = session.get_one(User, 1)
    change(current)
    session.flush()
    session.add(old)
    return current.name


def made_transient_ok(session: Session) -> str:
    old = session.get_one(User, 1)
    make_transient(old)
    current = session.get_one(User, 1)
    old.id = 7
    session.add(old)
    return current.name


def merged_ok(session: Session) -> str:
    old = session.get_one(User, 1)
    session.expunge(old)
    current = session.get_one(User, 1)
    session.merge(old)
    return current.name


def taken_out_before_ok(session: Session) -> str:
    old = session.get_one(User, 1)
    session.expunge(old)
    current = session.get_one(User, 1)
    session.expunge(current)
    session.add(old)
    return current.name


def one_instance_ok(session: Session) -> None:
    one = session.get_one(User, 1)
    other = session.get_one(User, 1)
    session.expunge(one)
    session.add(other)
    session.refresh(one)


def one_instance_that_was_taken_out_bad(session: Session, pk: int) -> None:
    one = session.get_one(User, pk)
    other = session.get_one(User, pk)
    session.expunge(one)
    session.refresh(other)  # error: [session-state] "other" is detached
    print(one.name)
