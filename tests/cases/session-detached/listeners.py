"""A module that listens to what its sessions load: what that adds is not seen."""

from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, selectinload

from models import User


@event.listens_for(Session, "do_orm_execute")
def _load_posts(state: ORMExecuteState) -> None:
    if state.is_select:
        state.statement = state.statement.options(selectinload(User.posts))


def loaded_by_a_listener_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return len(user.posts)


def expired_bad(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    return user.name  # error: [session-detached]
