"""What an operation does with an instance of another session, by its state."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from models import User, elsewhere
from sqlalchemy import Engine, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, make_transient


def pending_bad(source: Session, target: Session) -> None:
    user = User(name="ann")
    source.add(user)
    target.add(user)  # error: [session-mismatch] "user" belongs to "source": pending (added at line


def flushed_bad(source: Session, target: Session) -> None:
    user = User(name="ann")
    source.add(user)
    source.flush()
    target.delete(user)  # error: [session-mismatch]


def marked_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    source.delete(user)
    target.expunge(user)  # error: [session-mismatch] "user" belongs to "source": marked for deletion


def deleted_is_another_fault_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    source.delete(user)
    source.flush()
    target.add(user)  # error: [session-state] has been deleted


def delete_of_pending_is_another_fault_bad(source: Session, target: Session) -> None:
    user = User(name="ann")
    source.add(user)
    target.delete(user)  # error: [session-state] is not persisted


def many_bad(source: Session, target: Session) -> None:
    ann, bob = source.get_one(User, 1), source.get_one(User, 2)
    target.add_all([ann, bob])  # error: [session-mismatch]


def loaded_ones_bad(source: Session, target: Session) -> None:
    users = source.scalars(select(User)).all()
    target.add_all(users)  # error: [session-mismatch]


def reported_once_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    target.add(user)  # error: [session-mismatch]
    target.refresh(user)


def copied_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    copy = target.merge(user)
    target.refresh(copy)
    target.delete(copy)
    source.refresh(user)


def copied_but_the_original_used_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    target.merge(user)
    target.refresh(user)  # error: [session-mismatch]


def taken_out_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    source.expunge(user)
    target.add(user)


def left_ok(engine: Engine, target: Session) -> None:
    with Session(engine) as source:
        user = source.get_one(User, 1)
    target.add(user)


def made_transient_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    make_transient(user)
    target.add(user)


def on_one_path_ok(source: Session, target: Session, moved: bool) -> None:
    user = source.get_one(User, 1)
    if moved:
        source.expunge(user)
    target.add(user)


def given_to_another_function_with_its_session_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    elsewhere(source, user)
    target.add(user)


def expected_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    with pytest.raises(InvalidRequestError):
        target.add(user)
    try:
        target.refresh(user)
    except InvalidRequestError:
        source.refresh(user)
    with suppress(InvalidRequestError):
        target.refresh(user)
    with _fails_with(InvalidRequestError, "not persistent within this Session"):
        target.refresh(user)


def suppressed_with_everything_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    with suppress(Exception):
        target.add(user)  # error: [session-mismatch]


@contextmanager
def _fails_with(error: type[Exception], text: str) -> Iterator[None]:
    with pytest.raises(error, match=text):
        yield
