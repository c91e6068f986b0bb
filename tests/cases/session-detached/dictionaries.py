"""Instances that dictionaries hold, and the ways to take them out."""

from collections.abc import Iterable

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from models import User, elsewhere


def items(engine: Engine) -> None:
    with Session(engine) as session:
        users = {user.id: user for user in session.scalars(select(User))}
    for key, user in users.items():
        print(key, user.posts)  # error: [session-detached]


def items_of_a_comprehension(engine: Engine) -> dict[int, int]:
    with Session(engine) as session:
        users = {user.id: user for user in session.scalars(select(User))}
    return {key: len(user.posts) for key, user in users.items()}  # error: [session-detached]


def sorted_items(engine: Engine) -> list[int]:
    users = {}
    with Session(engine) as session:
        for user in session.scalars(select(User)):
            users[user.name] = user
    return [len(user.posts) for _name, user in sorted(users.items())]  # error: [session-detached]


def numbered(engine: Engine) -> None:
    with Session(engine) as session:
        users = [user for user in session.scalars(select(User)) if user.name]
    for number, user in enumerate(users):
        print(number, user.posts)  # error: [session-detached]


def found(engine: Engine, name: str) -> int:
    with Session(engine) as session:
        users = {user.name: user for user in session.scalars(select(User))}
    user = users.get(name)
    return 0 if user is None else len(user.posts)  # error: [session-detached]


def popped(engine: Engine) -> None:
    with Session(engine) as session:
        users = {user.id: user for user in session.scalars(select(User))}
    while users:
        key, user = users.popitem()
        print(key, user.posts)  # error: [session-detached]


def found_or_loaded(engine: Engine, names: Iterable[str]) -> int:
    known: dict[str, User] = {}
    count = 0
    with Session(engine) as session:
        for name in names:
            user = known.get(name)
            if user is None:
                user = known[name] = session.scalars(select(User).where(User.name == name)).one()
            count += len(user.posts)
    return count


def keys_ok(engine: Engine) -> None:
    with Session(engine) as session:
        users = {user.id: user for user in session.scalars(select(User))}
    for key, _user in users.items():
        print(key)


def loaded_ok(engine: Engine) -> None:
    with Session(engine) as session:
        users = {user.id: user for user in session.scalars(select(User).options(selectinload(User.posts)))}
    for key, user in users.items():
        print(key, user.posts)


def another_one_by_default_ok(engine: Engine, name: str, other: User) -> int:
    with Session(engine) as session:
        users = {user.name: user for user in session.scalars(select(User))}
    return len(users.get(name, other).posts)


def changed_elsewhere_ok(engine: Engine, name: str) -> int:
    with Session(engine) as session:
        users = {user.name: user for user in session.scalars(select(User))}
    elsewhere(users)
    user = users.get(name)
    count = 0 if user is None else len(user.posts)
    for _name, user in users.items():
        count += len(user.posts)
    return count


def keys_that_are_instances_ok(engine: Engine) -> None:
    """The keys are not known, nor does what stands beside them say anything of them."""
    with Session(engine) as session:
        users = {user: user.name for user in session.scalars(select(User).options(selectinload(User.posts)))}
    for user, name in users.items():
        print(name, user.posts)


def filled_by_a_closure_ok(engine: Engine) -> int:
    users: dict[int, User] = {}
    with Session(engine) as session:
        users[1] = session.get_one(User, 1)

    def add(key: int, other: User) -> None:
        users[key] = other

    add(2, User(name="bob"))
    user = users.get(2)
    return 0 if user is None else len(user.posts)


def filled_by_another_name_ok(engine: Engine, key: int, more: dict[int, User]) -> int:
    with Session(engine) as session:
        users = {1: session.get_one(User, 1)}
    alias = users
    alias.update(more)
    user = users.get(key)
    return 0 if user is None else len(user.posts)


def joined_ok(engine: Engine, key: int, more: dict[int, User]) -> int:
    with Session(engine) as session:
        users = {1: session.get_one(User, 1)}
    users |= more
    user = users.get(key)
    return 0 if user is None else len(user.posts)


def with_another_one_ok(engine: Engine, key: int) -> int:
    users = {2: User(name="bob")}
    with Session(engine) as session:
        users[1] = session.get_one(User, 1)
    user = users.get(key)
    return 0 if user is None else len(user.posts)
