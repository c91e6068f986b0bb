"""Operators and subscripts of an object that has the session may add what they are given."""

from sqlalchemy.orm import Session

from models import User


class Users:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __iadd__(self, user: User) -> "Users":
        self.session.add(user)
        self.session.flush()
        return self

    def __setitem__(self, key: int, user: User) -> None:
        self.session.add(user)
        self.session.flush()


def operator_ok(session: Session) -> None:
    users, user = Users(session), User(name="carol")
    users += user
    session.refresh(user)


def subscript_ok(session: Session) -> None:
    users, user = Users(session), User(name="carol")
    users[1] = user
    session.refresh(user)


def dictionary_bad(session: Session) -> None:
    user = User(name="carol")
    users: dict[int, User] = {}
    users[1] = user
    session.refresh(user)  # error: [session-state] "user" is transient
