"""Positions that are declared with a state, given an instance in another one."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import User
from mypy_session_plugin import Attached, Becomes, Deleted, Detached, Pending, Persistent, Transient

T = TypeVar("T")


def _notify(users: list[Persistent[User]]) -> None: ...


def _link(user: Persistent[User]) -> str:
    return f"/users/{user.id}"


def _bury(user: Deleted[User]) -> None: ...


def _rename(user: Attached[User]) -> None: ...


def _queue(user: Pending[User] | Persistent[User]) -> None: ...


def _save(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    session.add(user)
    session.flush()


def argument_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    _link(user)  # error: [session-state] "user" is pending (added at line 39); _link() takes


def keyword_argument_bad() -> None:
    _link(user=User(name="ann"))  # error: [session-state]


def union_bad() -> None:
    _queue(User(name="ann"))  # error: [session-state]


def marked_is_not_deleted_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user)
    _bury(user)  # error: [session-state]


def result_bad(session: Session) -> Persistent[User]:
    user = User(name="ann")
    session.add(user)
    return user  # error: [session-state]


def optional_result_bad(session: Session, name: str) -> Persistent[User] | None:
    if not name:
        return None
    user = session.scalars(select(User).where(User.name == name)).one_or_none()
    if user is not None:
        return user
    user = User(name=name)
    return user  # error: [session-state]


async def async_result_bad(session: AsyncSession) -> Detached[User]:
    return await session.get_one(User, 1)  # error: [session-state]


def yielded_bad(engine: Engine) -> Iterator[Persistent[User]]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    for user in users:
        yield user  # error: [session-state]


def assignment_bad(session: Session) -> None:
    user: Persistent[User] = User(name="ann")  # error: [session-state]


def element_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    _notify([user])  # error: [session-state]


def dictionary_bad(session: Session) -> dict[str, Detached[User]]:
    found: dict[str, Detached[User]] = {}
    for user in session.scalars(select(User)):
        found[user.name] = user  # error: [session-state]
    return found


def becomes_before_bad(session: Session) -> None:
    user = User(name="ann")
    _save(session, user)
    _save(session, user)  # error: [session-state] "user" is persistent


def becomes_after_bad(session: Session, user: Becomes[Transient[User], Persistent[User]]) -> None:
    session.add(user)  # error: [session-state]


def attached_bad(engine: Engine) -> None:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    for user in users:
        _rename(user)  # error: [session-state]


class Cache(Generic[T]):
    def put(self, key: int, value: Detached[T]) -> None: ...


def generic_bad(session: Session, cache: Cache[User]) -> None:
    cache.put(1, session.get_one(User, 1))  # error: [session-state]


class Holder:
    user: Persistent[User]

    def attribute_bad(self, session: Session) -> None:
        user = User(name="ann")
        session.add(user)
        self.user = user  # error: [session-state]

    def attribute_ok(self, session: Session) -> None:
        self.user = session.get_one(User, 1)


class Store:
    def load(self, session: Session) -> Persistent[User]:
        return session.get_one(User, 1)


class Plain(Store):
    def load(self, session: Session) -> User:
        return User(name="ann")  # error: [session-state] load() of Store is declared to return Persistent[User]


def flushed_ok(session: Session) -> Persistent[User]:
    user = User(name="ann")
    _save(session, user)
    _link(user)
    _queue(user)
    _notify([user])
    return user


def declared_parameter_ok(user: Persistent[User]) -> str:
    return _link(user)


def unknown_ok(user: User) -> str:
    return _link(user)


def none_ok(session: Session) -> Persistent[User] | None:
    return session.get(User, 1)


def detached_ok(engine: Engine, cache: Cache[User]) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    cache.put(1, user)


def known_miss_unknown_state(user: User) -> Persistent[User]:
    return user
