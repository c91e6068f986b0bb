"""Code that is not seen, and ways around the names that are, may add, flush or commit."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import Post, User, elsewhere, run_later

registry = scoped_session(sessionmaker())
current_session: ContextVar[Session] = ContextVar("current_session")
current: User | None = None


class Repository:
    session: Session

    def commit(self) -> None:
        self.session.commit()

    def committed_by_a_method_ok(self) -> None:
        user = User(name="ann")
        self.session.add(user)
        self.commit()
        self.session.refresh(user)

    def committed_through_the_attribute_ok(self) -> None:
        session = self.session
        user = User(name="ann")
        session.add(user)
        self.commit()
        session.refresh(user)

    def parameter_may_be_the_attribute_ok(self, session: Session) -> None:
        user = User(name="ann")
        session.add(user)
        self.commit()
        session.refresh(user)

    def kept_in_the_attribute_ok(self) -> None:
        session = Session()
        self.session = session
        user = User(name="ann")
        session.add(user)
        self.commit()
        session.refresh(user)

    def nothing_in_between_bad(self) -> None:
        user = User(name="ann")
        self.session.add(user)
        self.session.refresh(user)  # error: [session-state]


def out_of_reach_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        elsewhere()
        session.refresh(user)  # error: [session-state]


def kept_in_a_context_variable_ok(engine: Engine) -> None:
    session = Session(engine)
    current_session.set(session)
    user = User(name="ann")
    session.add(user)
    elsewhere()
    session.delete(user)


def kept_in_a_global_ok() -> None:
    global current
    user = User(name="ann")
    current = user
    elsewhere()
    registry.refresh(user)


def closure_through_a_closure_ok(session: Session) -> None:
    user = User(name="ann")

    def add() -> None:
        session.add(user)
        session.flush()

    def twice_removed() -> None:
        add()

    twice_removed()
    session.refresh(user)


def closure_in_a_partial_ok(session: Session) -> None:
    user = User(name="ann")

    def add() -> None:
        session.add(user)
        session.flush()

    partial(add)()
    session.refresh(user)


def closure_in_a_list_ok(session: Session) -> None:
    user = User(name="ann")

    def add() -> None:
        session.add(user)
        session.flush()

    for callback in [add]:
        callback()
    session.refresh(user)


def default_of_a_function_ok(session: Session) -> None:
    user = User(name="ann")

    def add(instance: User = user) -> None:
        session.add(instance)
        session.flush()

    add()
    session.refresh(user)


def rebound_by_a_closure_ok(session: Session) -> None:
    user = User(name="ann")

    def load() -> None:
        nonlocal user
        user = session.get_one(User, 1)

    run_later(load)
    session.refresh(user)


def bound_method_ok(session: Session) -> None:
    user = User(name="ann")
    add: Callable[[object], None] = session.add
    add(user)
    session.flush()
    session.refresh(user)


async def run_sync_ok(session: AsyncSession) -> None:
    user = User(name="ann")
    await session.run_sync(lambda inner: inner.add(user))
    await session.flush()
    await session.refresh(user)


async def flushed_by_a_task_ok(session: AsyncSession) -> None:
    user = User(name="ann")
    session.add(user)
    await asyncio.create_task(session.flush())
    await session.refresh(user)


def factory_configured_later_ok(engine: Engine) -> None:
    factory = sessionmaker(engine, autoflush=False)
    factory.configure(autoflush=True)
    with factory() as session:
        user = User(name="ann")
        session.add(user)
        session.scalars(select(User)).all()
        session.delete(user)


class EagerSession(Session):
    def add(self, instance: object, _warn: bool = True) -> None:
        super().add(instance)
        self.flush()


def overridden_method_ok(engine: Engine) -> None:
    session = EagerSession(engine)
    user = User(name="ann")
    session.add(user)
    session.refresh(user)


def added_with_its_backref_ok(session: Session) -> None:
    user, post = User(name="ann"), Post(title="news")
    post.author = user
    session.add(user)
    session.flush()
    session.refresh(post)


def constructed_with_its_backref_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    print(len(user.posts))
    post = Post(title="news", author=user)
    session.add(user)
    session.flush()
    session.refresh(post)


def constructed_of_what_is_not_known_ok(session: Session, data: dict[str, Any]) -> None:
    post = Post(**data)
    session.add(data["author"])
    session.flush()
    session.refresh(post)


def collection_augmented_ok(session: Session) -> None:
    user, post = session.get_one(User, 1), Post(title="news")
    user.posts += [post]
    session.flush()
    session.refresh(post)


def collection_concatenated_ok(session: Session) -> None:
    user, post = session.get_one(User, 1), Post(title="news")
    user.posts = user.posts + [post]
    session.flush()
    session.refresh(post)


def slice_ok(session: Session) -> None:
    users = [User(name="ann"), User(name="bob")]
    session.add_all(users[:1])
    session.commit()
    session.refresh(users[0])


def item_deleted_ok(session: Session) -> None:
    ann, bob = User(name="ann"), User(name="bob")
    users = [ann, bob]
    del users[0]
    session.add(users[0])
    session.flush()
    session.refresh(bob)


def item_popped_ok(session: Session) -> None:
    ann, bob = User(name="ann"), User(name="bob")
    users = [ann, bob]
    users.pop(0)
    session.add(users[0])
    session.flush()
    session.refresh(bob)


def reversed_ok(session: Session) -> None:
    ann, bob = User(name="ann"), User(name="bob")
    users = [ann, bob]
    users.reverse()
    session.add(users[0])
    session.flush()
    session.refresh(bob)


def list_filled_between_two_tests_ok(session: Session) -> None:
    user = User(name="ann")
    users: list[User] = []
    if not users:
        print("none yet")
    users.append(User(name="bob"))
    if users:
        session.add(user)
        session.flush()
    session.refresh(user)


def list_of_the_caller_may_be_empty_ok(session: Session, users: list[User]) -> None:
    user = User(name="ann")
    if not users:
        session.add(user)
        session.flush()
    session.refresh(user)


def nothing_may_be_found_ok(session: Session) -> None:
    user = User(name="ann")
    users = session.scalars(select(User)).all()
    if not users:
        session.add(user)
        session.flush()
    session.refresh(user)


def refreshed_in_the_loop_ok(session: Session) -> None:
    job, user = session.get_one(User, 1), User(name="ann")
    while not job.name:
        session.add(user)
        session.commit()
        session.refresh(job)
    session.refresh(user)


def old_test_of_a_name_that_was_assigned_ok(session: Session) -> None:
    user, other = session.get(User, 1), User(name="ann")
    missing = user is None
    if missing:
        user = _make()
    if missing:
        if user is not None:
            session.add(other)
            session.flush()
        session.refresh(other)


def _make() -> User | None: ...


def number_equal_to_true_ok(session: Session) -> None:
    user, flag = User(name="ann"), 1
    if flag == True:  # noqa: E712
        session.add(user)
        session.flush()
    session.refresh(user)


class Eager(User):
    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        registry.add(self)
        registry.flush()


def added_by_its_constructor_ok() -> None:
    user = Eager("ann")
    registry.refresh(user)
