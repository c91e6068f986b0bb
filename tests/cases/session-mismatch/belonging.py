"""Instances where `In` says which session they belong to."""

from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User
from mypy_session_plugin import Attached, In, Persistent


def _put(source: Session, target: Session, user: In[Attached[User], Literal["target"]]) -> None: ...


def _put_all(source: Session, target: Session, users: list[In[Persistent[User], Literal["target"]]]) -> None: ...


def _plain(source: Session, target: Session, user: Attached[User]) -> None: ...


def other_session_bad(one: Session, two: Session) -> None:
    user = one.get_one(User, 1)
    _put(one, two, user)  # error: [session-mismatch] "user" belongs to "one": persistent (loaded at line 22); _put() takes In[Attached[User], Literal["target"]]


def element_bad(engine: Engine) -> None:
    with Session(engine) as one, Session(engine) as two:
        user = one.get_one(User, 1)
        _put_all(one, two, [user])  # error: [session-mismatch]


def same_session_ok(one: Session, two: Session) -> None:
    user = two.get_one(User, 1)
    _put(one, two, user)


def copied_ok(one: Session, two: Session) -> None:
    user = one.get_one(User, 1)
    _put(one, two, two.merge(user))


def on_one_path_ok(one: Session, two: Session, first: bool) -> None:
    user = (one if first else two).get_one(User, 1)
    _put(one, two, user)


def nobody_says_ok(one: Session, two: Session) -> None:
    user = one.get_one(User, 1)
    _plain(one, two, user)


def unknown_ok(one: Session, two: Session, user: User) -> None:
    _put(one, two, user)
