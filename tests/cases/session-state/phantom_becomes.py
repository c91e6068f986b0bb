"""`Becomes` and `Added` on both sides of the call."""

from abc import ABC, abstractmethod

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User, elsewhere
from mypy_session_plugin import Attached, Becomes, Deleted, Detached, Persistent, Transient


def _save(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    session.add(user)
    session.flush()


def _release(session: Session, user: Becomes[Persistent[User], Detached[User]]) -> None:
    session.expunge(user)


def _bury(session: Session, user: Becomes[Attached[User], Deleted[User]]) -> None:
    elsewhere(session, user)


def _save_all(session: Session, users: list[Becomes[Transient[User], Persistent[User]]]) -> None:
    session.add_all(users)
    session.flush()


def _read(user: Persistent[User]) -> None: ...


def twice_bad(session: Session) -> None:
    user = User(name="ann")
    _save(session, user)
    _save(session, user)  # error: [session-state] "user" is persistent (changed by _save() at line


def wrong_before_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _save(session, user)  # error: [session-state]


def used_as_before_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    _release(session, user)
    session.refresh(user)  # error: [session-state] "user" is detached (changed by _release()


def in_the_session_afterwards_bad(session: Session) -> None:
    user = User(name="ann")
    _save(session, user)
    session.merge(user)  # error: [session-merge]


def unknown_argument_bad(session: Session, user: User) -> None:
    _release(session, user)
    _read(user)  # error: [session-state]


def not_kept_at_the_end_bad(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    user.name = "ann"
    session.add(user)  # error: [session-state] "user" is pending (added at line 63) at the end; not_kept_at_the_end_bad() promises


def not_kept_at_a_return_bad(session: Session, user: Becomes[Transient[User], Persistent[User]], now: bool) -> bool:
    if not now:
        return False  # error: [session-state] "user" is transient
    session.add(user)
    session.flush()
    return True


def name_bound_again_bad(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    user = session.get_one(User, 1)
    session.flush()  # error: [session-state] "user" is transient


class Repository:
    session: Session

    def save_bad(self, user: Becomes[Transient[User], Persistent[User]]) -> None:
        self.session.add(user)  # error: [session-state]

    def save_ok(self, user: Becomes[Transient[User], Persistent[User]]) -> None:
        self.session.add(user)
        self.session.flush()


def kept_by_the_block_ok(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    with session.begin():
        session.add(user)


def kept_by_finally_ok(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> bool:
    try:
        session.add(user)
        return True
    finally:
        session.flush()


def kept_elsewhere_ok(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    elsewhere(session, user)


def raised_ok(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    raise NotImplementedError


def on_one_path_ok(session: Session, user: Becomes[Transient[User], Persistent[User]], later: bool) -> None:
    session.add(user)
    if not later:
        session.flush()
    elsewhere()


def not_written_yet_ok(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    """Saves a user."""


class Saver(ABC):
    @abstractmethod
    def save_ok(self, session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
        """Saves a user."""


def once_ok(session: Session) -> None:
    user = User(name="ann")
    _save(session, user)
    _read(user)
    _release(session, user)
    session.add(user)
    _bury(session, user)


def each_of_a_list_ok(session: Session) -> None:
    users = [User(name="ann"), User(name="bob")]
    _save_all(session, users)
    for user in users:
        _read(user)


def may_not_have_run_ok(session: Session, user: Transient[User]) -> None:
    try:
        _save(session, user)
    except ValueError:
        _save(session, user)


def other_instance_ok(session: Session) -> None:
    user, other = session.get_one(User, 1), session.get_one(User, 2)
    _release(session, user)
    _read(other)


def one_of_two_ok(session: Session, engine: Engine, first: bool) -> None:
    one, other = session.get_one(User, 1), session.get_one(User, 2)
    chosen = one if first else other
    _release(session, chosen)
    _read(one)
    _read(other)
