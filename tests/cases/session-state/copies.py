"""Copies of instances: a deep one is in no session, whatever the original is."""

import copy

from sqlalchemy.orm import Session

from models import User


def refreshed_bad(session: Session) -> None:
    user = copy.deepcopy(session.get_one(User, 1))
    session.refresh(user)  # error: [session-state] copied at line 11


def expunged_bad(session: Session) -> None:
    users = [copy.deepcopy(User(name="ann"))]
    session.expunge(users[0])  # error: [session-state]


def the_original_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    copy.deepcopy(user)
    session.refresh(user)


def merged_ok(session: Session) -> User:
    user = copy.deepcopy(session.get_one(User, 1))
    user.name = "ann"
    return session.merge(user)


def shallow_ok(session: Session) -> None:
    user = copy.copy(session.get_one(User, 1))
    session.refresh(user)
