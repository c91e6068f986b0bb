"""What loads an attribute where nobody spells that out: methods of objects, and what has no type."""

from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import User


class _Preloader:
    def __init__(self, user: User) -> None:
        self.user = user

    def run(self) -> int:
        return len(self.user.posts)


def by_an_object_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        _Preloader(user).run()
    return len(user.posts)


def by_an_object_with_a_name_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        preloader = _Preloader(user)
        preloader.run()
    return len(user.posts)


def by_a_factory_ok(engine: Engine) -> int:
    def preloader(user: User) -> _Preloader:
        return _Preloader(user)

    with Session(engine) as session:
        user = session.get_one(User, 1)
        preloader(user).run()
    return len(user.posts)


def without_a_type_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.info["user"] = user
        other: Any = session.info["user"]
        assert other.posts
    return len(user.posts)


def of_another_name_bad(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        other: Any = session.info["user"]
        assert other.name
    return len(user.posts)  # error: [session-detached]


def of_the_others_ok(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        first, *_others = users
        assert first.posts
    return len(users[0].posts)
