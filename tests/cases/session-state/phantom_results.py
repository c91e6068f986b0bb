"""What functions return and yield against their own signatures, and what callers know of the result."""

from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import Post, User, elsewhere
from mypy_session_plugin import Attached, Detached, Owned, Pending, Persistent, Transient

P = ParamSpec("P")
R = TypeVar("R")


def _publish(user: Detached[User]) -> None: ...


def _labelled(user: Detached[User]) -> str: ...


def _rename(user: Attached[User]) -> None: ...


def _find(session: Session) -> Persistent[User] | None: ...


def _make() -> Transient[User]: ...


def _either(session: Session) -> Persistent[User] | Pending[User]: ...


def _several(session: Session) -> list[Persistent[User]]: ...


def _pair(session: Session) -> tuple[Persistent[User], Detached[Post], int]: ...


def _by_name(session: Session) -> dict[str, Persistent[User]]: ...


def _keep(item: Persistent[R]) -> R: ...


def _stream(session: Session) -> Iterator[Persistent[User]]:
    yield from session.scalars(select(User))


async def _fetch(session: AsyncSession) -> Persistent[User]:
    return await session.get_one(User, 1)


async def _feed(session: AsyncSession) -> AsyncIterator[Persistent[User]]:
    yield await session.get_one(User, 1)


@contextmanager
def _loaded(session: Session) -> Iterator[Persistent[User]]:
    yield session.get_one(User, 1)


@asynccontextmanager
async def _fetched(session: AsyncSession) -> AsyncIterator[Persistent[User]]:
    yield await session.get_one(User, 1)


@cache
def _cached(name: str) -> Detached[User]: ...


def _logged(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return call


@_logged
def _decorated(user: Detached[User]) -> Transient[User]: ...


def result_bad(session: Session) -> None:
    user = _find(session)
    if user is not None:
        _publish(user)  # error: [session-state] "user" is persistent (returned by _find() at line


def direct_result_bad() -> None:
    _rename(_make())  # error: [session-state] "_make()" is transient


def result_is_in_the_session_bad(session: Session) -> None:
    user = _find(session)
    assert user is not None
    session.merge(user)  # error: [session-merge]


def union_of_states_bad(session: Session) -> None:
    _publish(_either(session))  # error: [session-state]


def list_bad(session: Session) -> None:
    for user in _several(session):
        _publish(user)  # error: [session-state]


def comprehension_bad(session: Session) -> None:
    elsewhere([_labelled(user) for user in _several(session)])  # error: [session-state]


def tuple_bad(session: Session) -> None:
    user, post, _count = _pair(session)
    _publish(user)  # error: [session-state]
    session.refresh(post)  # error: [session-state]


def values_bad(session: Session) -> None:
    for user in _by_name(session).values():
        _publish(user)  # error: [session-state]


def generator_bad(session: Session) -> None:
    for user in _stream(session):
        _publish(user)  # error: [session-state]


async def coroutine_bad(session: AsyncSession) -> None:
    user = await _fetch(session)
    _publish(user)  # error: [session-state] "user" is persistent (returned by _fetch()


async def asynchronous_generator_bad(session: AsyncSession) -> None:
    async for user in _feed(session):
        _publish(user)  # error: [session-state]


def context_manager_bad(session: Session) -> None:
    with _loaded(session) as user:
        _publish(user)  # error: [session-state]


async def asynchronous_context_manager_bad(session: AsyncSession) -> None:
    async with _fetched(session) as user:
        _publish(user)  # error: [session-state]


def cached_bad() -> None:
    _rename(_cached("ann"))  # error: [session-state] "_cached(...)" is detached


def decorator_keeps_both_sides_bad(session: Session) -> None:
    made = _decorated(session.get_one(User, 1))  # error: [session-state] _decorated() takes Detached[User]
    _publish(made)  # error: [session-state] "made" is transient


def conditional_expression_bad(session: Session, new: bool) -> Persistent[User]:
    return User(name="ann") if new else User(name="bob")  # error: [session-state]


def generator_return_bad(session: Session) -> Generator[int, None, Persistent[User]]:
    yield 1
    return User(name="ann")  # error: [session-state]


def yield_from_bad(users: list[Detached[User]]) -> Iterator[Persistent[User]]:
    yield from users  # error: [session-state]


async def asynchronous_yield_bad(session: AsyncSession) -> AsyncIterator[Detached[User]]:
    yield await session.get_one(User, 1)  # error: [session-state]


@contextmanager
def manager_body_bad(session: Session) -> Iterator[Persistent[User]]:
    yield User(name="ann")  # error: [session-state]


def parameter_without_a_call_bad(user: Detached[User]) -> Persistent[User]:
    return user  # error: [session-state] "user" is detached (declared)


def nested_function_bad(session: Session) -> None:
    def load() -> Persistent[User]:
        return User(name="ann")  # error: [session-state]

    elsewhere(load)


def element_of_a_tuple_bad(session: Session) -> tuple[Persistent[User], int]:
    return User(name="ann"), 1  # error: [session-state]


def after_commit_bad(engine: Engine) -> Persistent[User]:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    return user  # error: [session-state] "user" is detached (block left at line


def one_path_ok(session: Session, name: str) -> Persistent[User] | None:
    user = session.scalars(select(User).where(User.name == name)).one_or_none()
    if user is None:
        user = User(name=name)
        session.add(user)
        session.flush()
    return user


def with_block_ok(engine: Engine) -> Persistent[User]:
    with Session(engine) as session:
        return session.get_one(User, 1)


def finally_ok(session: Session) -> Detached[User]:
    user = session.get_one(User, 1)
    try:
        session.expunge(user)
        return user
    finally:
        session.commit()


def unknown_ok(user: User) -> Persistent[User]:
    elsewhere(user)
    return user


def plain_result_ok(session: Session) -> User:
    return User(name="ann")


def admits_everything_ok(session: Session) -> User | Persistent[User]:
    return User(name="ann")


def generator_runs_when_it_is_iterated_ok(session: Session) -> None:
    users = _stream(session)
    session.close()
    for user in users:
        _rename(user)


def iterable_after_close_ok(session: Session, users: Callable[[Session], Iterable[Persistent[User]]]) -> None:
    found = users(session)
    session.close()
    for user in found:
        _publish(user)


def result_may_be_none_ok(session: Session) -> None:
    user = _find(session)
    if user is None:
        user = User(name="ann")
        session.add(user)
    _rename(user)


def type_variable_says_nothing_ok(session: Session, user: Persistent[User]) -> None:
    session.expunge(user)
    _publish(_keep(session.get_one(User, 1)))


def closed_after_the_call_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = _find(session)
    if user is not None:
        _publish(user)


def session_may_be_closed_by_the_manager_ok(session: Session) -> None:
    with _loaded(session) as user:
        pass
    session.merge(user)


def sequence_ok(session: Session) -> Sequence[Attached[User]]:
    return session.scalars(select(User)).all()


@contextmanager
def _scope(engine: Engine) -> Iterator[Owned[Session]]: ...


@contextmanager
def _plain_scope(engine: Engine) -> Iterator[Session]: ...


class Database:
    def __enter__(self) -> Session: ...

    def __exit__(self, *details: object) -> None: ...

    def begin(self) -> AbstractContextManager[Session]: ...


def session_of_a_manager_bad(engine: Engine) -> None:
    with _plain_scope(engine) as session:
        user = session.get_one(User, 1)
        session.merge(user)  # error: [session-merge]
        _publish(user)  # error: [session-state]


def closed_by_an_owned_manager_ok(engine: Engine) -> None:
    with _scope(engine) as session:
        user = session.get_one(User, 1)
    _publish(user)


def closed_by_a_plain_manager_ok(engine: Engine) -> None:
    with _plain_scope(engine) as session:
        user = session.get_one(User, 1)
    _publish(user)


def closed_by_an_object_ok(database: Database) -> None:
    with database as session:
        user = session.get_one(User, 1)
    _publish(user)
    with database.begin() as session:
        other = session.get_one(User, 1)
    _publish(other)
