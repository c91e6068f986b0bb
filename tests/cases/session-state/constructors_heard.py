"""A listener that is told of constructors may add what is constructed to a session, as a contextual mapper does."""

from sqlalchemy import create_engine, event
from sqlalchemy.orm import scoped_session, sessionmaker

from models import User

registry = scoped_session(sessionmaker(create_engine("sqlite://")))


@event.listens_for(User, "init")
def add(user: User, _arguments: object, _named: object) -> None:
    registry.add(user)
    registry.flush()


def constructed_ok() -> None:
    user = User(name="carol")
    registry.refresh(user)
    registry.delete(user)
