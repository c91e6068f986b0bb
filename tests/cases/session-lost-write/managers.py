"""Sessions that a context manager of the module makes, ends, commits or rolls back."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

from models import User, elsewhere

engine = create_engine("sqlite://")
async_engine = create_async_engine("sqlite+aiosqlite://")
Factory = sessionmaker(engine)


@contextmanager
def _closing() -> Iterator[Session]:
    session = Session(engine)
    try:
        yield session
    finally:
        session.close()


@contextmanager
def _of_a_factory() -> Iterator[Session]:
    with Factory() as session:
        yield session


@contextmanager
def _committing() -> Iterator[Session]:
    session = Session(engine)
    try:
        yield session
        session.commit()
    except Exception:
        session.rollback()
        raise
    finally:
        session.close()


@contextmanager
def _beginning() -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        yield session


@contextmanager
def _perhaps_committing(commit: bool) -> Iterator[Session]:
    with Session(engine) as session:
        yield session
        if commit:
            session.commit()


@contextmanager
def _committing_by_default(commit: bool = True) -> Iterator[Session]:
    with Session(engine) as session:
        yield session
        if commit:
            session.commit()


@contextmanager
def _trying_out() -> Iterator[Session]:
    with Session(engine) as session:
        yield session
        session.rollback()


@contextmanager
def _registered() -> Iterator[Session]:
    with Session(engine) as session:
        elsewhere(session)
        yield session


@contextmanager
def _given_or_new(session: Session | None = None) -> Iterator[Session]:
    if session is not None:
        yield session
        return
    with Session(engine) as own:
        yield own
        own.commit()


@contextmanager
def _in_turns() -> Iterator[Session]:
    for _attempt in range(3):
        with Session(engine) as session:
            yield session


@contextmanager
def _left_open() -> Iterator[Session]:
    yield Session(engine)


@contextmanager
def _around(session: Session) -> Iterator[Session]:
    yield session
    session.close()


@asynccontextmanager
async def _async_closing() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(async_engine) as session:
        yield session


@asynccontextmanager
async def _async_committing() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(async_engine) as session:
        try:
            yield session
            await session.commit()
        except Exception:
            await session.rollback()
            raise


def _finish(session: Session) -> None:
    session.close()


def _finish_by_another(session: Session) -> None:
    _finish(session)


def _save(session: Session) -> None:
    session.commit()


class Store:
    def __init__(self) -> None:
        self.factory = sessionmaker(engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    def put_bad(self, user: User) -> None:
        with self.reading() as session:
            session.add(User())  # error: [session-lost-write]

    def put_ok(self, user: User) -> None:
        with self.reading() as session:
            session.add(User())
            _save(session)


def closed_bad() -> None:
    with _closing() as session:
        session.add(User())  # error: [session-lost-write]


def closed_with_the_manager_in_a_variable_bad() -> None:
    scope = _closing()
    with scope as session:
        session.add(User())  # error: [session-lost-write]


def closed_after_a_return_bad() -> int:
    with _closing() as session:
        session.add(User())  # error: [session-lost-write]
        return 1


def made_by_a_factory_bad() -> None:
    with _of_a_factory() as session:
        session.add(User())  # error: [session-lost-write]


def left_open_bad() -> None:
    with _left_open() as session:
        session.add(User())  # error: [session-lost-write]


def of_the_callers_own_session_bad() -> None:
    with _around(Session(engine)) as session:
        session.add(User())  # error: [session-lost-write]


def without_the_commit_that_it_may_ask_for_bad() -> None:
    with _committing_by_default(False) as session:
        session.add(User())  # error: [session-lost-write]


async def asynchronous_bad() -> None:
    async with _async_closing() as session:
        session.add(User())  # error: [session-lost-write]


def closed_by_a_helper_bad() -> None:
    session = Session(engine)
    session.add(User())  # error: [session-lost-write]
    _finish(session)


def closed_by_a_helper_of_a_helper_bad() -> None:
    session = Session(engine)
    session.add(User())  # error: [session-lost-write]
    _finish_by_another(session)


def committed_by_the_manager_ok() -> None:
    with _committing() as session:
        session.add(User())


def committed_by_the_managers_transaction_ok() -> None:
    with _beginning() as session:
        session.add(User())


def committed_by_default_ok() -> None:
    with _committing_by_default() as session:
        session.add(User())


def perhaps_committed_ok(commit: bool) -> None:
    with _perhaps_committing(commit) as session:
        session.add(User())


def committed_in_the_block_ok() -> None:
    with _closing() as session:
        session.add(User())
        session.commit()


def committed_by_a_helper_ok() -> None:
    with _closing() as session:
        session.add(User())
        _save(session)


def committed_before_a_helper_closes_it_ok() -> None:
    session = Session(engine)
    session.add(User())
    session.commit()
    _finish(session)


def rolled_back_on_purpose_ok() -> None:
    with _trying_out() as session:
        session.add(User())
        session.flush()


def given_to_code_that_is_not_seen_ok() -> None:
    with _closing() as session:
        session.add(User())
        elsewhere(session)


def known_to_code_that_is_not_seen_ok() -> None:
    with _registered() as session:
        session.add(User())
        elsewhere()


def one_of_several_yields_ok() -> None:
    with _given_or_new() as session:
        session.add(User())


def in_a_session_of_somebody_elses_ok(given: Session) -> None:
    with _given_or_new(given) as session:
        session.add(User())


def yielded_in_a_loop_ok() -> None:
    with _in_turns() as session:
        session.add(User())


def given_up_by_an_exception_ok() -> None:
    with suppress(ValueError), _closing() as session:
        session.add(User())
        raise ValueError


def only_reads_ok() -> list[User]:
    with _closing() as session:
        return list(session.scalars(select(User)))


async def asynchronously_committed_ok() -> None:
    async with _async_committing() as session:
        session.add(User())
