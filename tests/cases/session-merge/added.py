"""What was added is pending, and persistent from the flush on; `merge()` gives it back, or copies what is pending."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from models import User, elsewhere


def autoflush_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        session.merge(user)  # error: [session-merge] merge() flushes it and returns the same instance


def no_autoflush_bad(engine: Engine) -> None:
    with Session(engine, autoflush=False) as session:
        user = User(name="ann")
        session.add(user)
        session.merge(user)  # error: [session-merge] merge() makes a second copy, and both are inserted


def factory_without_autoflush_bad(engine: Engine) -> None:
    factory = sessionmaker(engine, autoflush=False)
    with factory() as session:
        user = User(name="ann")
        session.add(user)
        session.merge(user)  # error: [session-merge] merge() makes a second copy, and both are inserted


def unknown_autoflush_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.merge(user)  # error: [session-merge] "user" is already pending in this session


def flushed_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.flush()
    session.merge(user)  # error: [session-merge] (persistent, flushed at line


def committed_bad(session: Session) -> User:
    user = User(name="ann")
    session.add(user)
    session.commit()
    return session.merge(user)  # error: [session-merge] (persistent, committed at line


def added_again_after_expunge_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.expunge(user)
    session.add(user)
    session.merge(user)  # error: [session-merge]


def in_savepoint_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    with session.begin_nested():
        session.merge(user)  # error: [session-merge]


def in_a_later_transaction_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.commit()
    session.merge(user)  # error: [session-merge]


def rolled_back_but_loaded_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.commit()
    user.name = "anna"
    session.rollback()
    session.merge(user)  # error: [session-merge]


def rolled_back_ok(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.flush()
    session.rollback()
    session.merge(user)


def added_on_one_path_ok(session: Session, keep: bool) -> None:
    user = User(name="ann")
    if keep:
        session.add(user)
    session.merge(user)


def marked_for_deletion_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    session.merge(user)


def deleted_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.merge(user)


def given_to_unknown_code_together_with_the_session_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    elsewhere(session, user)
    session.merge(user)


def session_given_to_unknown_code_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    elsewhere(session)
    session.merge(user)


def given_to_unknown_code_alone_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        elsewhere(user)
        session.merge(user)  # error: [session-merge]


def expunged_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.expunge(user)
    session.merge(user)


def closed_in_between_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    with Session(engine) as session:
        session.merge(user)
