"""What a place held is known only as long as nothing may have put something else there, or changed the session in it."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Engine, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, object_session, scoped_session, sessionmaker

from models import Post, User, elsewhere

T = TypeVar("T", bound=User)

registry = scoped_session(sessionmaker())


class UnitOfWork:
    session: Session

    def __enter__(self) -> "UnitOfWork":
        self.session = Session()
        return self

    def __exit__(self, *reason: object) -> None:
        self.session.close()


class Repository:
    session: Session
    factory: sessionmaker[Session]

    def reset(self) -> None:
        self.session = Session()

    @property
    def fresh(self) -> Session:
        return self.factory()

    @contextmanager
    def scope(self) -> Iterator[None]:
        self.reset()
        yield

    @contextmanager
    def borrowed(self) -> Iterator[None]:
        yield
        self.reset()

    def property_gives_a_new_session_ok(self) -> None:
        user = self.fresh.get_one(User, 1)
        self.fresh.merge(user)

    def method_by_another_name_ok(self) -> None:
        user = self.session.get_one(User, 1)
        reset = self.reset
        reset()
        self.session.merge(user)

    def closure_assigns_the_attribute_ok(self) -> None:
        user = self.session.get_one(User, 1)

        def reset() -> None:
            self.session = Session()

        reset()
        self.session.merge(user)

    def setattr_ok(self, other: Session) -> None:
        user = self.session.get_one(User, 1)
        setattr(self, "session", other)
        self.session.merge(user)

    def setattr_on_the_instance_bad(self, changes: dict[str, Any]) -> None:
        user = self.session.get_one(User, 1)
        for name, value in changes.items():
            setattr(user, name, value)
        self.session.merge(user)  # error: [session-merge]

    def context_manager_that_resets_before_its_block_bad(self) -> None:
        with self.scope():
            user = self.session.get_one(User, 1)
        self.session.merge(user)  # error: [session-merge]

    def context_manager_that_resets_after_its_block_ok(self) -> None:
        with self.borrowed():
            user = self.session.get_one(User, 1)
        self.session.merge(user)

    def assigned_in_a_loop_ok(self) -> None:
        user = self.session.get_one(User, 1)
        while True:
            self.session.merge(user)
            self.session = Session()

    def kept_on_one_path_and_closed_through_the_attribute_ok(self, keep: bool) -> None:
        session = Session()
        if keep:
            self.session = session
        user = session.get_one(User, 1)
        self.session.close()
        session.merge(user)


class Derived(Repository):
    def method_of_the_base_class_ok(self) -> None:
        user = self.session.get_one(User, 1)
        super().reset()
        self.session.merge(user)


class Owner:
    repository: Repository
    repositories: list[Repository]

    def assigned_through_another_path_ok(self, other: Session) -> None:
        user = self.repository.session.get_one(User, 1)
        repository = self.repository
        repository.session = other
        self.repository.session.merge(user)

    def assigned_through_an_element_ok(self, other: Session) -> None:
        user = self.repository.session.get_one(User, 1)
        self.repositories[0].session = other
        self.repository.session.merge(user)


class AsyncRepository:
    session: AsyncSession

    async def reset(self) -> None:
        self.session = AsyncSession()

    async def awaited_method_ok(self) -> None:
        user = await self.session.get_one(User, 1)
        await self.reset()
        await self.session.merge(user)


async def _reset(repository: AsyncRepository) -> None:
    await repository.reset()


async def awaited_function_ok(repository: AsyncRepository) -> None:
    user = await repository.session.get_one(User, 1)
    await _reset(repository)
    await repository.session.merge(user)


def unit_of_work_twice_ok(work: UnitOfWork) -> None:
    with work:
        user = work.session.get_one(User, 1)
    with work:
        work.session.merge(user)


def unit_of_work_named_ok(work: UnitOfWork) -> None:
    with work as same:
        user = same.session.get_one(User, 1)
    same.session.merge(user)


class HasSession(Protocol):
    @property
    def session(self) -> Session: ...


def property_of_a_protocol_ok(holder: HasSession) -> None:
    user = holder.session.get_one(User, 1)
    holder.session.merge(user)


class Generically(Generic[T]):
    session: Session
    entity: type[T]

    def any_instance_ok(self, instance: T) -> T:
        return self.session.merge(instance)

    def may_be_the_one_that_was_loaded_ok(self, instance: T) -> None:
        found = self.session.get_one(self.entity, 1)
        self.session.expunge(instance)
        self.session.merge(found)


def instance_of_unknown_type_ok(session: Session, instance: Any) -> None:
    user = session.get_one(User, instance.id)
    session.expunge(instance)
    session.merge(user)


@contextmanager
def _scope() -> Iterator[None]:
    yield
    registry.remove()


def context_manager_ends_the_registry_ok() -> None:
    with _scope():
        user = registry.get_one(User, 1)
    registry.merge(user)


def exit_stack_closes_ok(engine: Engine) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        user = session.get_one(User, 1)
    session.merge(user)


def closing_ok(engine: Engine) -> None:
    session = Session(engine)
    with closing(session):
        user = session.get_one(User, 1)
    session.merge(user)


async def sync_session_is_the_same_ok(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        session.sync_session.expunge_all()
        await session.merge(user)


def object_session_is_the_same_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        same = object_session(user)
        assert same is not None
        same.expunge_all()
        session.merge(user)


def session_of_the_inspected_state_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        same = inspect(user).session
        assert same is not None
        same.expunge_all()
        session.merge(user)


def session_of_a_query_ok(engine: Engine) -> None:
    with Session(engine) as session:
        query = session.query(User)
        user = query.one()
        query.session.expunge_all()
        session.merge(user)


def bound_method_of_the_session_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    clear = session.expunge_all
    clear()
    session.merge(user)


async def closed_by_a_task_ok(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    task = asyncio.ensure_future(session.close())
    await task
    await session.merge(user)


def outcome_of_an_old_test_ok(session: Session, user: User) -> None:
    was_inside = user in session
    elsewhere(session, user)
    if was_inside:
        session.merge(user)


def may_be_empty_and_so_false_ok(session: Session) -> None:
    cart = session.get_one(Cart, 1)
    if not cart:
        session.expunge_all()
    session.merge(cart)


class Cart(User):
    def __len__(self) -> int:
        return 0


def taken_out_of_a_relationship_ok(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    user.posts.remove(post)
    session.flush()
    session.merge(post)


def inserted_and_perhaps_rolled_back_elsewhere_ok() -> None:
    user = User(name="ann")
    registry.add(user)
    registry.flush()
    elsewhere()
    registry.merge(user)


def loaded_before_unknown_code_bad() -> None:
    user = registry.get_one(User, 1)
    elsewhere()
    registry.merge(user)  # error: [session-merge]


def in_the_next_turn_the_same_row_ok(session: Session) -> None:
    last: User | None = None
    for _turn in range(2):
        found = session.get(User, 1)
        if found is not None:
            session.expunge(found)
            if last is not None:
                session.merge(last)
        last = User(id=1, name="ann")
        session.add(last)
        session.flush()


def only_the_others_were_added_ok(session: Session, names: list[str]) -> None:
    first: User | None = None
    rest: list[User] = []
    for name in names:
        user = User(name=name)
        if first is None:
            first = user
        else:
            rest.append(user)
    session.add_all(rest)
    session.flush()
    if first is not None:
        session.merge(first)


def loaded_while_marked_for_deletion_ok(session: Session, users: list[User]) -> None:
    for user in users:
        session.delete(user)
    found = session.get_one(User, 1)
    session.merge(found)


def relationship_emptied_ok(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    user.posts.clear()
    session.flush()
    session.merge(post)


def relationship_assigned_ok(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    user.posts = []
    session.flush()
    session.merge(post)


def another_relationship_assigned_bad(session: Session) -> None:
    user, post = session.get_one(User, 1), session.get_one(Post, 1)
    post.author = user
    session.flush()
    session.merge(post)  # error: [session-merge]


def expunge_user(user: User) -> None: ...


def given_to_a_function_that_says_it_takes_it_out_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    expunge_user(user)
    session.merge(user)


class _Holder:
    session: Session


def session_of_another_object_in_each_turn_ok(holders: list[_Holder]) -> None:
    users: list[User] = []
    for holder in holders:
        for user in users:
            holder.session.merge(user)
        users.append(holder.session.get_one(User, 1))
