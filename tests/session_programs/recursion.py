"""Functions that call themselves, or one another: followed two calls deep, and unknown code beyond."""

from collections.abc import Iterator
from contextlib import contextmanager

from session_models import Engine, IntegrityError, Session, User

from mypy_session_plugin import reveal_state


def save(session: Session, user: User, again: bool = True) -> None:
    session.add(user)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        if again:
            save(session, user, again=False)
        else:
            raise


def it_tries_once_more(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="new")
        save(session, user)
        reveal_state(user)  # persistent


def with_others(session: Session, more: bool) -> User:
    user = User(name=f"more {more}")
    if more:
        session.add(with_others(session, False))
        session.flush()
        reveal_state(user)  # transient
    return user


def each_call_makes_its_own(engine: Engine) -> None:
    with Session(engine) as session:
        user = with_others(session, True)
        reveal_state(user)  # transient


def even(session: Session, user: User, more: bool) -> None:
    if more:
        odd(session, user)
    session.flush()


def odd(session: Session, user: User) -> None:
    session.add(user)
    even(session, user, False)


def they_call_one_another(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="new")
        odd(session, user)
        reveal_state(user)  # persistent


def descend(session: Session, user: User, depth: int) -> None:
    if depth > 0:
        descend(session, user, depth - 1)
    else:
        session.delete(user)


def how_deep_is_not_known(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        other = User(name="other")
        descend(session, user, 5)
        session.flush()
        reveal_state(user)  # persistent | deleted | unknown
        reveal_state(other)  # transient


@contextmanager
def nested(session: Session, more: bool) -> Iterator[User]:
    user = User(name=f"more {more}")
    if more:
        with nested(session, False) as inner:
            reveal_state(inner)  # pending
    session.add(user)
    yield user
    session.expunge(user)


def what_one_line_has_made_twice_is_not_told_apart(engine: Engine) -> None:
    with Session(engine) as session:
        with nested(session, True) as user:
            reveal_state(user)  # transient | pending
        reveal_state(user)  # transient | pending
