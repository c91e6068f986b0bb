"""What is returned out of the block that closes its session."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any

from sqlalchemy import Engine, Result, ScalarResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncScalarResult, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Query, Session, scoped_session, sessionmaker

from models import User, elsewhere, run_later
from mypy_session_plugin import Synchronized


def scalars_bad(engine: Engine) -> ScalarResult[User]:
    with Session(engine) as session:
        return session.scalars(select(User))  # error: [session-escape] a result of "session" is returned, but the "with"


def rows_bad(engine: Engine) -> object:
    with Session(engine) as session:
        rows = session.execute(select(User.id, User))
        return rows  # error: [session-escape] "rows", a result of "session", is returned


def after_the_block_bad(engine: Engine) -> ScalarResult[User]:
    with Session(engine) as session:
        users = session.scalars(select(User)).unique()
    return users  # error: [session-escape]


def closed_at_last_bad(engine: Engine) -> ScalarResult[User]:
    session = Session(engine)
    try:
        return session.execute(select(User)).scalars()  # error: [session-escape] the close() of line 38 closes "session"
    finally:
        session.close()


def in_a_dictionary_bad(factory: sessionmaker[Session]) -> dict[str, object]:
    with factory() as session:
        total = session.scalar(select(func.count()).select_from(User))
        return {"total": total, "users": session.scalars(select(User))}  # error: [session-escape]


def either_result_bad(engine: Engine, all_of_them: bool) -> ScalarResult[User]:
    with Session(engine) as session:
        if all_of_them:
            users = session.scalars(select(User))
        else:
            users = session.scalars(select(User).limit(10))
        return users  # error: [session-escape]


def of_a_lent_session_bad(session: Session) -> ScalarResult[User]:
    with session:
        return session.scalars(select(User))  # error: [session-escape]


def block_of_the_factory_bad(factory: sessionmaker[Session]) -> ScalarResult[User]:
    with factory.begin() as session:
        return session.scalars(select(User))  # error: [session-escape]


async def streamed_bad(engine: AsyncEngine) -> AsyncScalarResult[str]:
    async with AsyncSession(engine) as session:
        return await session.stream_scalars(select(User.name))  # error: [session-escape] which is still to be streamed


def session_bad(engine: Engine) -> Session:
    with Session(engine) as session:
        return session  # error: [session-escape] "session" is returned, but the "with" block of line 72 closes it


def session_and_more_bad(engine: Engine) -> tuple[Session, int]:
    with Session(engine) as session:
        return session, 1  # error: [session-escape]


async def async_session_bad(factory: async_sessionmaker[AsyncSession]) -> AsyncSession:
    async with factory() as session:
        return session  # error: [session-escape]


def _names(session: Session) -> Iterator[str]:
    for user in session.scalars(select(User)):
        yield user.name


def _names_of(users: ScalarResult[User]) -> Iterator[str]:
    for user in users:
        yield user.name


async def _async_names(session: AsyncSession) -> AsyncIterator[str]:
    for user in await session.scalars(select(User)):
        yield user.name


def _unused(session: Session) -> Iterator[int]:
    yield 1


def _closes_itself(session: Session) -> Iterator[str]:
    try:
        yield from _names(session)
    finally:
        session.close()


def _enters_itself(session: Session) -> Iterator[str]:
    with session:
        yield from _names(session)


async def _count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(User)) or 0


def generator_bad(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        return _names(session)  # error: [session-escape] "_names", which uses "session", is returned


def generator_of_a_result_bad(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        return _names_of(session.scalars(select(User)))  # error: [session-escape]


async def async_generator_bad(engine: AsyncEngine) -> AsyncIterator[str]:
    async with AsyncSession(engine) as session:
        return _async_names(session)  # error: [session-escape]


def coroutine_with_a_session_of_its_own_ok(engine: AsyncEngine) -> Coroutine[Any, Any, int]:
    async def count() -> int:
        async with AsyncSession(engine) as own:
            return await _count(own)

    return count()


async def not_awaited_bad(engine: AsyncEngine) -> Coroutine[Any, Any, int]:
    async with AsyncSession(engine) as session:
        return _count(session)  # error: [session-escape]


def closure_bad(engine: Engine) -> Callable[[], Sequence[User]]:
    with Session(engine) as session:

        def load() -> Sequence[User]:
            return session.scalars(select(User)).all()

        return load  # error: [session-escape] "load", which uses "session", is returned


def lambda_bad(engine: Engine) -> Callable[[int], User | None]:
    with Session(engine) as session:
        return lambda user_id: session.get(User, user_id)  # error: [session-escape]


def bound_method_bad(engine: Engine) -> Callable[..., object]:
    with Session(engine) as session:
        return session.get  # error: [session-escape] "session.get", which uses "session"


def partial_bad(engine: Engine) -> Callable[[], User | None]:
    with Session(engine) as session:
        return partial(session.get, User, 1)  # error: [session-escape]


def method_of_a_result_bad(engine: Engine) -> Callable[[], Sequence[User]]:
    with Session(engine) as session:
        return session.scalars(select(User)).all  # error: [session-escape]


def fetched_ok(engine: Engine) -> Sequence[User]:
    with Session(engine) as session:
        return session.scalars(select(User)).all()


def list_ok(engine: Engine) -> list[User]:
    with Session(engine) as session:
        return list(session.scalars(select(User)))


def one_ok(engine: Engine) -> User | None:
    with Session(engine) as session:
        return session.scalars(select(User)).first()


def columns_ok(engine: Engine) -> object:
    with Session(engine) as session:
        return session.execute(select(User.id, User.name))


def written_rows_ok(engine: Engine) -> Result[Any]:
    with Session(engine) as session:
        result = session.execute(update(User).values(name="ann"))
        session.commit()
        return result


def read_before_ok(engine: Engine) -> tuple[ScalarResult[User], list[str]]:
    with Session(engine) as session:
        users = session.scalars(select(User))
        names = [user.name for user in users]
        return users, names


def given_to_unknown_code_ok(engine: Engine) -> ScalarResult[User]:
    with Session(engine) as session:
        users = session.scalars(select(User))
        elsewhere(users)
        return users


async def buffered_ok(engine: AsyncEngine) -> ScalarResult[User]:
    async with AsyncSession(engine) as session:
        return await session.scalars(select(User))


async def read_from_the_stream_ok(engine: AsyncEngine) -> Sequence[User]:
    async with AsyncSession(engine) as session:
        return await (await session.stream_scalars(select(User))).all()


async def awaited_ok(engine: AsyncEngine) -> int:
    async with AsyncSession(engine) as session:
        return await _count(session)


def only_on_a_path_ok(engine: Engine | None) -> ScalarResult[User] | list[User]:
    users: ScalarResult[User] | list[User] = []
    if engine is not None:
        with Session(engine) as session:
            users = session.scalars(select(User))
    return users


def perhaps_none_ok(engine: Engine, wanted: bool) -> ScalarResult[User] | None:
    with Session(engine) as session:
        users = session.scalars(select(User)) if wanted else None
        return users


def open_session_ok(engine: Engine) -> ScalarResult[User]:
    session = Session(engine)
    return session.scalars(select(User))


def block_of_a_transaction_ok(session: Session) -> ScalarResult[User]:
    with session.begin():
        return session.scalars(select(User))


def factory_ok(engine: Engine) -> Session:
    session = Session(engine)
    session.info["made"] = True
    return session


def closed_only_on_failure_ok(engine: Engine) -> Session:
    session = Session(engine)
    try:
        session.connection()
    except Exception:
        session.close()
        raise
    return session


def fresh_again_ok(engine: Engine) -> Session:
    session = Session(engine)
    session.execute(select(1))
    session.close()
    return session


def lent_session_ok(session: Session) -> Session:
    with session:
        return session


def registry_ok(engine: Engine) -> ScalarResult[User]:
    registry = scoped_session(sessionmaker(engine))
    try:
        return registry.scalars(select(User))
    finally:
        registry.remove()


def query_ok(engine: Engine) -> Query[User]:
    with Session(engine) as session:
        return session.query(User)


def synchronized_ok(session: Synchronized[Session]) -> Callable[[], object]:
    with session:
        return lambda: session.get(User, 1)


def generator_ok(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        yield from _names(session)


@contextmanager
def manager_ok(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def dependency_ok(engine: Engine) -> Iterator[Session]:
    session = Session(engine)
    try:
        yield session
    finally:
        session.close()


def consumed_ok(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(_names(session))


def unused_ok(engine: Engine) -> Iterator[int]:
    with Session(engine) as session:
        return _unused(session)


def generator_that_closes_ok(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        return _closes_itself(session)


def generator_that_enters_ok(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        return _enters_itself(session)


def closing_method_ok(engine: Engine) -> Callable[[], None]:
    with Session(engine) as session:
        return session.close


def closure_that_closes_ok(engine: Engine) -> Callable[[], None]:
    with Session(engine) as session:
        return lambda: session.close()


def closure_with_a_session_of_its_own_ok(engine: Engine) -> Callable[[], object]:
    with Session(engine) as session:
        session.execute(select(1))

        def load() -> object:
            with Session(engine) as session:
                return session.get(User, 1)

        return load


def decorator_ok(function: Callable[[Session], int], engine: Engine) -> Callable[[], int]:
    def wrapper() -> int:
        with Session(engine) as session:
            return function(session)

    return wrapper


def unknown_value_ok(engine: Engine, make: Callable[[Session], object]) -> object:
    with Session(engine) as session:
        return make(session)


def closed_by_closing_bad(engine: Engine) -> ScalarResult[User]:
    with closing(Session(engine)) as session:
        return session.scalars(select(User))  # error: [session-escape]


def returned_from_finally_ok(engine: Engine) -> int:
    try:
        with Session(engine) as session:
            return session.scalars(select(User))  # type: ignore[return-value]
    finally:
        return 1


def suppressed_ok(engine: Engine) -> list[User]:
    with suppress(ValueError), Session(engine) as session:
        return list(session.scalars(select(User)))
    return []


class _Kept(Session):
    def close(self) -> None:
        pass


def kept_open_ok(engine: Engine) -> ScalarResult[User]:
    with _Kept(engine) as session:
        return session.scalars(select(User))


def registered_ok(engine: Engine) -> None:
    with Session(engine) as session:
        run_later(lambda: session.get(User, 1))


def known_miss_generator_expression(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        return (user.name for user in session.scalars(select(User)))


def known_miss_holder(engine: Engine) -> object:
    class Repository:
        def __init__(self, session: Session) -> None:
            self.session = session

    with Session(engine) as session:
        return Repository(session)
