"""Functions of the same module that touch nothing: a call of one changes no state."""

import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User

logger = logging.getLogger(__name__)
kept: list[User] = []


def _key(length: int = 8) -> str:
    """A random text."""
    text = uuid.uuid4().hex
    parts = [text[start : start + 2] for start in range(0, length, 2)]
    return "-".join(parts)


def _age(moment: datetime | None) -> float:
    if moment is None:
        raise ValueError("no moment")
    return (datetime.now() - moment).total_seconds()


def _describe(user: User) -> str:
    logger.info("described %s", _key())
    names = {}
    for number, letter in enumerate(user.name or ""):
        names[number] = letter.upper()
    return f"{user.name} {_age(None)} {sorted(names, key=lambda item: -item)}"


def _even(number: int) -> bool:
    return number == 0 or _odd(number - 1)


def _odd(number: int) -> bool:
    return number != 0 and _even(number - 1)


class _Service:
    """Methods, static and of the object."""

    @staticmethod
    def key() -> str:
        return _key(4)

    def label(self) -> str:
        return self.key().upper()

    def delete_new_bad(self, session: Session) -> None:
        user = User()
        session.add(user)
        if self.label():
            session.delete(user)  # error: [session-state] "user" is pending


def calls_of_what_touches_nothing_bad(session: Session) -> None:
    user = User()
    session.add(user)
    if _even(3) and _Service.key() == _key():
        session.delete(user)  # error: [session-state] "user" is pending


def given_the_instance_bad(session: Session) -> None:
    user = User()
    print(_describe(user))
    session.delete(user)  # error: [session-state] "user" is transient


def attributes_are_read_ok(session: Session) -> None:
    other = session.get_one(User, 1)
    user = User()
    session.add(user)
    _describe(other)
    session.delete(user)


def _remember(user: User) -> None:
    kept.append(user)


def _rename(user: User) -> None:
    user.name = _key()


def _run(action: Callable[[], None]) -> None:
    action()


def _all(user: User) -> Iterator[User]:
    yield user


def _same(user: User) -> User:
    return user


def _load(session: Session) -> int:
    return len(session.scalars(select(User)).all())


def _loaded(session: Session) -> str:
    return str(_load(session))


def flushes_ok(session: Session) -> None:
    user = User()
    session.add(user)
    print(_loaded(session))
    session.delete(user)


def runs_what_it_is_given_ok(session: Session) -> None:
    user = User()
    session.add(user)
    _run(session.flush)
    session.delete(user)
