"""What the program asks of an instance's state is known where the answer leads."""

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models import User


def transient_bad(session: Session, user: User) -> None:
    if inspect(user).transient:
        session.refresh(user)  # error: [session-state] "user" is transient


def detached_bad(session: Session, user: User) -> None:
    if not inspect(user).detached:
        return
    session.expire(user)  # error: [session-state] "user" is detached


def pending_bad(session: Session, user: User) -> None:
    if inspect(user).pending and user in session:
        session.delete(user)  # error: [session-state] "user" is pending


def persistent_ok(session: Session, user: User) -> None:
    if inspect(user).persistent:
        session.refresh(user)


def otherwise_ok(session: Session, user: User) -> None:
    if inspect(user).transient:
        session.add(user)
        session.flush()
    session.refresh(user)


def added_after_the_question_ok(session: Session, user: User) -> None:
    is_new = inspect(user).transient
    session.add(user)
    session.flush()
    if is_new:
        session.refresh(user)
