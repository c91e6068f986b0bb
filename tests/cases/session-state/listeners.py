"""A listener of the module may take out what waits for a flush, or take back that it is to be deleted."""

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from models import User


def _keep(session: Session, _context: object, _instances: object) -> None:
    for item in list(session.deleted):
        session.add(item)


def deleted_before_the_flush_ok(engine: Engine) -> None:
    factory = sessionmaker(engine)
    event.listen(factory, "before_flush", _keep)
    with factory() as session:
        user = session.get_one(User, 1)
        session.delete(user)
        session.flush()
        session.refresh(user)


def added_before_the_flush_ok(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.flush()
    session.merge(user)


def no_flush_bad(session: Session) -> None:
    user = User(name="ann")
    session.refresh(user)  # error: [session-state]


def before_any_flush_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.expunge(user)
    session.refresh(user)  # error: [session-state]
