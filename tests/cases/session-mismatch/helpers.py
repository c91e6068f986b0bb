"""What a called function of the module does with sessions and rows is seen by its caller."""

from models import User, elsewhere
from sqlalchemy import Engine
from sqlalchemy.orm import Session


def fetch(session: Session, pk: int) -> User:
    return session.get_one(User, pk)


def readd(session: Session, old: User) -> None:
    session.add(old)


def load_and_add(session: Session, old: User, pk: int) -> str:
    current = session.get_one(User, pk)
    session.add(old)
    return current.name


def make(engine: Engine) -> User:
    session = Session(engine)
    user = User(name="x")
    session.add(user)
    session.commit()
    return user


class Holder:
    def __init__(self, session: Session) -> None:
        self.session = session


def add_by_holder(holder: Holder, user: User) -> None:
    holder.session.add(user)


def add_by_own_holder(session: Session, user: User) -> None:
    holder = Holder(session)
    elsewhere(holder)
    holder.session.add(user)


def rows_outlive_a_call_bad(session: Session) -> str:
    old = session.get_one(User, 1)
    session.expunge(old)
    readd(session, User(name="new"))
    current = session.get_one(User, 1)
    session.add(old)  # error: [session-mismatch] and "current" is the same row in "session"
    return current.name


def other_session_bad(engine: Engine, session: Session) -> None:
    mine = Session(engine)
    user = User(name="x")
    mine.add(user)
    mine.commit()
    readd(session, user)  # error: [session-mismatch] in "readd" at line
    mine.close()


def key_of_the_same_name_ok(session: Session, pk: int, other: int) -> str:
    """The callee calls another key by the name of the caller's."""
    old = session.get_one(User, pk)
    session.expunge(old)
    current = fetch(session, other)
    session.add(old)
    return current.name


def one_name_for_two_keys_ok(session: Session, one: int, other: int) -> str:
    old = fetch(session, one)
    session.expunge(old)
    current = fetch(session, other)
    session.add(old)
    return current.name


def key_of_the_callee_ok(session: Session, pk: int, other: int) -> str:
    old = session.get_one(User, pk)
    session.expunge(old)
    return load_and_add(session, old, other)


def key_assigned_after_the_call_ok(session: Session, pk: int) -> str:
    old = session.get_one(User, pk)
    session.expunge(old)
    readd(session, User(name="new"))
    pk += 1
    current = session.get_one(User, pk)
    session.add(old)
    return current.name


def session_collected_after_the_return_ok(engine: Engine, session: Session) -> None:
    """Only the callee's variable kept the session alive, so the instance belongs to none any more."""
    user = make(engine)
    session.add(user)


def session_in_a_new_object_ok(engine: Engine) -> None:
    session = Session(engine)
    user = User(name="x")
    session.add(user)
    add_by_holder(Holder(session), user)
    session.close()


def session_in_an_object_of_the_callee_ok(engine: Engine) -> None:
    session = Session(engine)
    user = User(name="x")
    add_by_own_holder(session, user)
    session.add(user)
    session.close()
