"""Instances where `In` says which session they belong to."""

from collections.abc import Iterator
from typing import Literal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import User, elsewhere
from mypy_session_plugin import Attached, In, Persistent


def _put(source: Session, target: Session, user: In[Attached[User], Literal["target"]]) -> None: ...


def _put_all(source: Session, target: Session, users: list[In[Persistent[User], Literal["target"]]]) -> None: ...


def _plain(source: Session, target: Session, user: Attached[User]) -> None: ...


def other_session_bad(one: Session, two: Session) -> None:
    user = one.get_one(User, 1)
    _put(one, two, user)  # error: [session-mismatch] "user" belongs to "one": persistent (loaded at line 23); _put() takes In[Attached[User], Literal["target"]]


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


def returned_from_the_other_bad(one: Session, two: Session) -> In[Persistent[User], Literal["two"]]:
    user = one.get_one(User, 1)
    return user  # error: [session-mismatch] "user" belongs to "one": persistent (loaded at line 58); returned_from_the_other_bad() is declared to return In[Persistent[User], Literal["two"]]


def yielded_from_the_other_bad(one: Session, two: Session) -> Iterator[In[Persistent[User], Literal["two"]]]:
    for user in one.scalars(select(User)):
        yield user  # error: [session-mismatch] "user" belongs to "one"


async def awaited_from_the_other_bad(one: Session, two: Session) -> In[Persistent[User], Literal["two"]]:
    return one.get_one(User, 1)  # error: [session-mismatch] belongs to "one"


class Repository:
    def __init__(self, session: Session, archive: Session) -> None:
        self.session = session
        self.archive = archive

    def archived_bad(self) -> In[Persistent[User], Literal["self.archive"]]:
        user = self.session.get_one(User, 1)
        return user  # error: [session-mismatch] "user" belongs to "self.session"

    def archived_ok(self) -> In[Persistent[User], Literal["self.archive"]]:
        return self.archive.get_one(User, 1)


def returned_from_the_named_ok(one: Session, two: Session) -> In[Persistent[User], Literal["two"]]:
    elsewhere(one)
    return two.merge(User())


def named_session_replaced_ok(
    engine: Engine, one: Session, two: Session | None
) -> In[Persistent[User], Literal["two"]]:
    two = two or Session(engine)
    return one.get_one(User, 1)


def nothing_returned_ok(one: Session, two: Session) -> In[Persistent[User], Literal["two"]] | None:
    elsewhere(one)
    return None
