"""Tuples that a loop puts into one another, without end."""

from typing import Any

from sqlalchemy.orm import Session

from models import User


def a_stack_of_pairs_bad(session: Session) -> None:
    waiting: list[Any] = [(None, 1)]
    while waiting:
        pair = waiting.pop()
        for name in ("a", "b"):
            waiting.append((pair, name))
    for first, second in waiting:
        print(first, second)
    user = session.get_one(User, 1)
    session.merge(user)  # error: [session-merge]


def pairs_of_pairs_bad(session: Session) -> None:
    pair: Any = ()
    pairs: list[Any] = []
    for name in ("a", "b"):
        pair = (pair, name)
        pairs.append(pair)
        for first, second in pairs:
            pair = (first, second)
    user = session.get_one(User, 1)
    session.merge(user)  # error: [session-merge]
