"""Commits in functions of the module that a unit of work calls."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import User


def _save(session: Session) -> None:
    session.commit()


def _save_by_another(session: Session) -> None:
    _save(session)


def _save_if(session: Session, wanted: bool) -> None:
    if wanted:
        session.commit()


def _try_to_save(session: Session) -> None:
    try:
        session.commit()
    except IntegrityError:
        session.rollback()


def _save_in_own(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User())
        session.commit()


@contextmanager
def _committing(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session
        session.commit()


def by_two_helpers_bad(session: Session) -> None:
    session.add(User())
    _save(session)  # error: [session-split-commit] the commit in this "_save()" and the one at line 50 split
    session.add(User())
    _save_by_another(session)


def by_a_helper_and_itself_bad(session: Session) -> None:
    session.add(User())
    _save(session)  # error: [session-split-commit]
    session.add(User())
    session.commit()


def by_itself_and_a_helper_bad(session: Session) -> None:
    session.add(User())
    session.commit()  # error: [session-split-commit] this commit() and the one at line 64 split
    session.add(User())
    _save(session)


def by_one_helper_at_two_places_bad(session: Session) -> None:
    session.add(User())
    _save(session)  # error: [session-split-commit]
    session.add(User())
    _save(session)


def asked_for_bad(session: Session) -> None:
    session.add(User())
    _save_if(session, True)  # error: [session-split-commit]
    session.add(User())
    session.commit()


def not_asked_for_ok(session: Session) -> None:
    session.add(User())
    _save_if(session, False)
    session.add(User())
    session.commit()


def in_a_loop_ok(session: Session, users: list[User]) -> None:
    for _user in users:
        session.add(User())
        _save(session)
    session.add(User())
    session.commit()


def failure_is_caught_ok(session: Session) -> None:
    session.add(User())
    _try_to_save(session)
    session.add(User())
    session.commit()


def failure_of_the_helper_is_caught_ok(session: Session) -> None:
    session.add(User())
    try:
        _save(session)
    except IntegrityError:
        session.rollback()
    session.add(User())
    session.commit()


def nothing_is_written_before_ok(session: Session) -> None:
    _save(session)
    session.add(User())
    session.commit()


def session_of_the_helpers_own_ok(engine: Engine, session: Session) -> None:
    session.add(User())
    _save_in_own(engine)
    session.add(User())
    session.commit()


def ended_by_its_manager_ok(engine: Engine) -> None:
    with _committing(engine) as session:
        session.add(User())
        session.commit()
        session.add(User())
