"""A listener may change what a session does."""

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from models import User


def with_listener_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))


@event.listens_for(Session, "before_flush")
def _before_flush(session: Session, _context: object, _instances: object) -> None:
    for instance in list(session.new):
        session.expunge(instance)
