"""Code that asks what is loaded, or for the session: what it reads after that depends on the answer."""

from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Session, object_session, selectinload

from models import User


def serialized(user: User) -> dict[str, object]:
    data: dict[str, object] = {}
    if "posts" not in inspect(user).unloaded:
        data["posts"] = [post.title for post in user.posts]
    return data


def unloaded_asked_elsewhere_ok(engine: Engine) -> dict[str, object]:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    return serialized(user)


def unloaded_asked_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    if "posts" in inspect(user).unloaded:
        return 0
    return len(user.posts)


def dict_asked_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    return len(user.posts) if "posts" in user.__dict__ else 0


def vars_asked_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    return len(user.posts) if "posts" in vars(user) else 0


def session_of_state_asked_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    return len(user.posts) if inspect(user).session is not None else 0


def object_session_asked_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    owner = object_session(user)
    if owner is not None:
        owner.refresh(user)
        return len(user.posts)
    return 0


def other_attribute_asked_bad(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
    assert inspect(user).detached
    return len(user.posts)  # error: [session-detached] "user.posts" is not loaded (loaded at line 60 without it)


def along_with_its_owner_bad(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.scalars(select(User).options(selectinload(User.posts))).one()
    return user.posts[0].author.name  # error: [session-detached] "user.posts[0].author" is not loaded (loaded at line 67 without it)  # note: load it with the row: selectinload(User.posts).joinedload(Post.author) in the options
