"""Code that is called in ways that nobody spells out: by `map()`, by a name, out of a container."""

from collections import deque
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import User, elsewhere, notify


class _Cache:
    def __init__(self, session: Session) -> None:
        self.session = session

    def forget(self, user: User) -> None:
        self.session.expunge(user)

    def dispatched_ok(self, action: str) -> None:
        user = self.session.get_one(User, 1)
        getattr(self, action)(user)
        self.session.merge(user)

    def dispatched_by_a_variable_ok(self, action: str) -> None:
        user = self.session.get_one(User, 1)
        handler = getattr(self, action, None)
        if handler is not None:
            handler(user)
        self.session.merge(user)

    def mapped_ok(self) -> None:
        user = self.session.get_one(User, 1)
        list(map(self.forget, [user]))
        self.session.merge(user)


def mapped_method_of_the_session_ok(session: Session) -> None:
    users = session.scalars(select(User)).all()
    list(map(session.expunge, users))
    for user in users:
        session.merge(user)


def mapped_parameter_ok(session: Session, forget: Any) -> None:
    elsewhere(session)
    user = session.get_one(User, 1)
    list(map(forget, [user]))
    session.merge(user)


def mapped_callable_ok(session: Session, forget: Callable[[User], None]) -> None:
    elsewhere(session)
    users = session.scalars(select(User)).all()
    list(map(forget, users))
    session.merge(users[0])


def mapped_by_the_standard_library_bad(session: Session) -> None:
    users = session.scalars(select(User)).all()
    list(map(str, users))
    list(map(attrgetter("name"), [1]))
    session.merge(users[0])  # error: [session-merge]


def by_name_ok(session: Session, name: str) -> None:
    user = session.get_one(User, 1)
    getattr(session, name)()
    session.merge(user)


def by_name_for_later_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    forget = getattr(session, "expunge")  # noqa: B009
    forget(user)
    session.merge(user)


def out_of_a_queue_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    hooks = deque([session.expunge])
    hooks.popleft()(user)
    session.merge(user)


def read_by_name_bad(session: Session, name: str) -> None:
    user = session.get_one(User, 1)
    print(getattr(user, name))
    session.merge(user)  # error: [session-merge]


def gone_through_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    [session.expunge(other) for other in session]  # type: ignore[func-returns-value]
    session.merge(user)


def each_element_ok(session: Session) -> None:
    elsewhere(session)
    users = session.scalars(select(User)).all()
    for user in users:
        elsewhere(user)
    session.merge(users[0])


def one_element_ok(session: Session) -> None:
    elsewhere(session)
    users = session.scalars(select(User)).all()
    elsewhere(users[0])
    session.merge(users[0])


def the_same_by_another_way_ok(session: Session) -> None:
    elsewhere(session)
    user = session.get_one(User, 1)
    elsewhere(session.scalars(select(User)).one())
    session.merge(user)


def an_element_by_unpacking_ok(session: Session) -> None:
    elsewhere(session)
    users = session.scalars(select(User)).all()
    first, *others = users
    elsewhere(first)
    elsewhere(others[0])
    session.merge(users[0])


def one_after_the_other_bad(session: Session) -> None:
    users = session.scalars(select(User)).all()
    for user in users:
        elsewhere(user)
    session.merge(users[0])  # error: [session-merge]


class _Forgetting:
    """Forgets an instance where nothing says that anything is called."""

    def __init__(self, session: Session, user: User) -> None:
        self.session = session
        self.user = user

    def __call__(self) -> None:
        self.session.expunge(self.user)

    def __len__(self) -> int:
        self.session.expunge(self.user)
        return 1


def called_object_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _Forgetting(session, user)()
    session.merge(user)


def object_with_a_length_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    if _Forgetting(session, user):
        session.merge(user)


async def nobody_keeps_a_coroutine_that_was_awaited_bad(session: AsyncSession) -> None:
    await notify(session)
    user = await session.get_one(User, 1)
    elsewhere("loaded")
    await session.merge(user)  # error: [session-merge]
