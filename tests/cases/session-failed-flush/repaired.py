"""Repairs that may raise themselves: what is caught then may have come from the repair."""

import logging
from contextlib import suppress

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import User, elsewhere

log = logging.getLogger(__name__)


def rolled_back_in_a_try_ok(session: Session) -> None:
    session.add(User(name="ann"))
    try:
        session.flush()
    except IntegrityError:
        try:
            session.rollback()
        except Exception:
            log.exception("not rolled back")
    session.get(User, 1)


def rolled_back_suppressed_ok(session: Session) -> None:
    session.add(User(name="ann"))
    try:
        session.flush()
    except IntegrityError:
        with suppress(Exception):
            session.rollback()
    session.get(User, 1)


def rolled_back_elsewhere_ok(session: Session) -> None:
    session.add(User(name="ann"))
    try:
        session.flush()
    except IntegrityError:
        try:
            elsewhere(session)
        except ValueError:
            log.exception("not rolled back")
    session.get(User, 1)


def not_rolled_back_bad(session: Session) -> None:
    session.add(User(name="ann"))
    try:
        session.flush()
    except IntegrityError:
        try:
            log.info("failed")
        except ValueError:
            log.exception("not logged")
    session.get(User, 1)  # error: [session-failed-flush]


def in_a_loop_that_has_turns_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        for step in ("log", "roll back"):
            print(step)
            session.rollback()
    session.commit()


def in_a_loop_that_may_have_none_bad(session: Session, steps: list[str]) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        for step in (*steps,):
            print(step)
            session.rollback()
    session.commit()  # error: [session-failed-flush]
