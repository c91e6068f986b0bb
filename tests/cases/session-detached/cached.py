"""What a cached function has loaded in a session of its own is detached, for the first caller and all others."""

from functools import lru_cache

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models import User

engine = create_engine("sqlite://")


@lru_cache
def _user(key: int) -> User:
    with Session(engine) as session:
        return session.get_one(User, key)


def read_bad(key: int) -> list[str]:
    return [post.title for post in _user(key).posts]  # error: [session-detached]


def attached_by_the_caller_ok(session: Session, key: int) -> list[str]:
    session.add(_user(key))
    return [post.title for post in _user(key).posts]
