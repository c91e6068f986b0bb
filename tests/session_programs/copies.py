"""Copies of instances: in no session, and with the state that the original would have without one."""

import copy
import pickle

from session_models import Engine, Session, User

from mypy_session_plugin import reveal_state


def a_deep_copy(engine: Engine) -> None:
    with Session(engine) as session:
        persistent, transient = session.get_one(User, 1), User(name="new")
        reveal_state(copy.deepcopy(persistent))  # transient | detached
        reveal_state(copy.deepcopy(transient))  # transient | detached
        session.add(transient)
        reveal_state(copy.deepcopy(transient))  # transient | detached
        (copied,) = copy.deepcopy([persistent])
        reveal_state(copied)  # transient | detached
        reveal_state(persistent)  # persistent


def a_shallow_copy_shares_the_state(engine: Engine) -> None:
    with Session(engine) as session:
        reveal_state(copy.copy(session.get_one(User, 1)))  # unknown


def what_is_pickled(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        again: User = pickle.loads(pickle.dumps(user))
        reveal_state(user)  # persistent
        reveal_state(again)  # detached | transient
