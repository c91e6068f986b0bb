"""Generator expressions that are given to a call: it goes through them at once, or later, or never."""

# mypy: disable-error-code="func-returns-value"

import itertools
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from models import User, Post


class Later:
    def __init__(self, items: Iterable[object]) -> None:
        self.items = items

    def all(self) -> list[object]:
        return list(self.items)


def later(items: Iterable[object]) -> Iterable[object]:
    return items


def first_or_none(items: Iterable[object], wanted: bool) -> object:
    return next(iter(items), None) if wanted else None


def never_gone_through_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    first_or_none((len(user.posts) for _ in [1]), False)


def added_never_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(id=2, name="anna")
        first_or_none((session.add(user) for _ in [1]), False)
        session.merge(user)
        session.commit()


def gone_through_before_the_end_ok(engine: Engine) -> None:
    user = User(id=3, name="anna")
    with Session(engine) as session:
        session.add(user)
        names = Later(user.name for _ in [1])
        session.commit()
        names.all()


def kept_until_attached_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    posts = Later(len(user.posts) for _ in [1])
    with Session(engine) as session:
        session.add(user)
        posts.all()


def returned_lazily_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    lengths = later(len(user.posts) for _ in [1])
    with Session(engine) as session:
        session.add(user)
        list(lengths)


def enumerated_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    lengths = enumerate(len(user.posts) for _ in [1])
    with Session(engine) as session:
        session.add(user)
        list(lengths)


def appended_ok(engine: Engine) -> None:
    waiting: list[Iterable[int]] = []
    with Session(engine) as session:
        user = session.get_one(User, 1)
    waiting.append(len(user.posts) for _ in [1])
    with Session(engine) as session:
        session.add(user)
        list(waiting[0])


def chained_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    waiting = itertools.chain((len(user.posts) for _ in [1]), [2])
    with Session(engine) as session:
        session.add(user)
        list(waiting)


def commits_later_ok(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(User(id=9, name="x"))
        first_or_none((session.commit() for _ in [1]), False)
        session.add(User(id=10, name="x"))


def deleted_never_ok(engine: Engine) -> None:
    user = User(id=11, name="x")
    with Session(engine) as session:
        first_or_none((session.delete(user) for _ in [1]), False)
        session.add(user)
        session.commit()


def only_printed_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    print(len(user.posts) for _ in [1])


def joined_bad(engine: Engine) -> str:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return ",".join(str(user.posts) for user in users)  # error: [session-detached]


def summed_bad(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return sum(len(user.posts) for user in users)  # error: [session-detached]


def counted_bad(engine: Engine) -> object:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return Counter(len(user.posts) for user in users)  # error: [session-detached]


def extended_bad(engine: Engine) -> list[int]:
    found: list[int] = []
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    found.extend(len(user.posts) for user in users)  # error: [session-detached]
    return found


def starred_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    print(*(len(user.posts) for user in users))  # error: [session-detached]


def in_statement_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    select(Post).where(Post.id.in_(len(user.posts) for user in users))  # error: [session-detached]


def in_a_loop_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    for place, posts in enumerate(user.posts for user in users):  # error: [session-detached]
        print(place, posts)


def zipped_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    for place, posts in zip([1, 2], (user.posts for user in users)):  # error: [session-detached]
        print(place, posts)
