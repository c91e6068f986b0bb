"""Functions that call themselves: followed two calls deep, unknown code beyond."""

from models import User
from sqlalchemy import select
from sqlalchemy.orm import Session


def twice_bad(session: Session, user: User, again: bool = True) -> None:
    if again:
        session.add(user)
        session.flush()
        twice_bad(session, user, False)  # error: [session-merge]
    else:
        session.merge(user)


def ping_bad(session: Session, user: User, first: bool) -> None:
    if first:
        session.add(user)
        session.flush()
        pong_ok(session, user)  # error: [session-merge]
    else:
        session.merge(user)


def pong_ok(session: Session, user: User) -> None:
    ping_bad(session, user, False)


def it_is_told_where_it_becomes_certain_ok(session: Session) -> None:
    ping_bad(session, User(), True)


def retried_ok(session: Session, user: User, tries: int) -> User:
    try:
        session.add(user)
        session.flush()
    except ValueError:
        session.rollback()
        if tries > 0:
            return retried_ok(session, user, tries - 1)
    return user


def the_end_is_not_seen_ok(session: Session) -> None:
    user = User()
    session.add(user)
    session.flush()
    down_ok(session, user, 5)
    session.merge(user)


def down_ok(session: Session, user: User, depth: int) -> None:
    if depth > 0:
        down_ok(session, user, depth - 1)
    else:
        session.expunge(user)


def _walk(session: Session, pairs: list[tuple[int, object]]) -> None:
    for pair in enumerate(pairs):
        _walk(session, [pair])
    session.flush()


def pairs_of_pairs_ok(session: Session) -> None:
    users = session.scalars(select(User)).all()
    _walk(session, list(enumerate(users)))
    session.merge(User())
