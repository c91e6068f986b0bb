"""Constructors, which mypy checks before the bodies of the functions that they call."""

from sqlalchemy.orm import Session

from models import User


class _Loader:
    def __init__(self, session: Session) -> None:
        self.key = _key()
        user = session.get_one(User, 1)
        self.prepare()
        self.user = session.merge(user)  # error: [session-merge]

    def prepare(self) -> None:
        len(_key())


def _key() -> str:
    return "a".upper()


class _Closing:
    def __init__(self, session: Session) -> None:
        user = session.get_one(User, 1)
        _close(session)
        self.user = session.merge(user)


def _close(session: Session) -> None:
    session.close()
