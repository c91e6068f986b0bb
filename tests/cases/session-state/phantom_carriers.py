"""Phantom-typed functions that are called through `functools.partial` or `map()`."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User, run_later
from mypy_session_plugin import Becomes, Detached, Persistent, Transient, reveal_state


def _publish(user: Detached[User], note: str = "") -> str: ...


def _load(session: Session, pk: int) -> Persistent[User]: ...


def _save(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None: ...


async def _fetch(session: Session, pk: int) -> Persistent[User]: ...


def partial_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    publish = partial(_publish, note="new")
    publish(user)  # error: [session-state] "user" is persistent (loaded at line 26); _publish() takes Detached[User]


def partial_at_once_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    partial(_publish, user)()  # error: [session-state]


def result_of_a_partial_bad(session: Session) -> None:
    user = partial(_load, session)(1)
    reveal_state(user)  # note: Revealed state is "Persistent[models.User]"
    session.merge(user)  # error: [session-merge]


def change_by_a_partial_bad(session: Session) -> None:
    save, user = partial(_save, session), User()
    save(user)
    save(user)  # error: [session-state] takes Becomes[Transient[User], Persistent[User]]


async def coroutine_of_a_partial_bad(session: Session) -> None:
    user = await partial(_fetch, session)(1)
    session.merge(user)  # error: [session-merge]


def map_bad(session: Session) -> None:
    users = [session.get_one(User, 1), session.get_one(User, 2)]
    print(list(map(_publish, users)))  # error: [session-state] an element of "users" is persistent


def loop_over_a_map_bad(session: Session) -> None:
    for note in map(_publish, [User()]):  # error: [session-state]
        print(note)


def results_of_a_map_ok(session: Session, pks: list[int]) -> None:
    for user in map(_load, [session, session], pks):
        reveal_state(user)  # note: Revealed state is "Persistent[models.User]"


def detached_by_then_ok(engine: Engine) -> None:
    """The instance arrives when the partial is called."""
    with Session(engine) as session:
        user = session.get_one(User, 1)
        publish = partial(_publish, user)
    publish()


def called_by_others_ok(session: Session) -> None:
    run_later(partial(_publish, session.get_one(User, 1)))


def one_of_two_partials_ok(session: Session, shown: bool) -> None:
    user = session.get_one(User, 1)
    work = partial(_publish, note="new") if shown else partial(str)
    work(user)


def map_that_others_go_through_ok(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        notes = map(_publish, [session.get_one(User, 1)])
    return notes


def map_of_nothing_ok() -> None:
    users: list[User] = []
    print(list(map(_publish, users)))


def right_states_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    partial(_publish, note="new")(user)
    print(list(map(_publish, [user])))
