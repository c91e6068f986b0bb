"""A listener may write when the session commits."""

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from models import User


def with_listener_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(select(User)).all())
        session.commit()


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    session.add(User(name="audit"))
