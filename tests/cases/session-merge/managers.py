"""Instances in the blocks of context managers that the module defines, and after them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from models import User, elsewhere

engine = create_engine("sqlite://")
async_engine = create_async_engine("sqlite+aiosqlite://")


@contextmanager
def _scope() -> Iterator[Session]:
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
def _saving(session: Session, user: User) -> Iterator[None]:
    session.add(user)
    yield
    session.flush()


@contextmanager
def _merging(session: Session, user: User) -> Iterator[None]:
    yield
    session.merge(user)


@contextmanager
def _merging_at_once(session: Session, user: User) -> Iterator[User]:
    yield session.merge(user)


@contextmanager
def _merging_in_any_case(session: Session, user: User) -> Iterator[None]:
    try:
        yield
    finally:
        session.merge(user)


@contextmanager
def _merging_after_a_failure(session: Session, user: User) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        session.merge(user)


@contextmanager
def _merging_if_asked(session: Session, user: User, wanted: bool) -> Iterator[None]:
    yield
    if wanted:
        session.merge(user)


@contextmanager
def _swallowing(session: Session) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        session.expunge_all()


@contextmanager
def _unseen(session: Session) -> Iterator[Session]:
    elsewhere(session)
    yield session


@contextmanager
def _twice(session: Session) -> Iterator[Session]:
    yield session
    yield session


@asynccontextmanager
async def _async_scope() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(async_engine) as session:
        yield session


class Repository:
    def __init__(self, session: Session) -> None:
        self.session = session

    @contextmanager
    def unit(self) -> Iterator[Session]:
        yield self.session
        self.session.commit()

    @contextmanager
    def closing(self) -> Iterator[None]:
        yield
        self.session.close()

    def persistent_after_the_unit_bad(self) -> None:
        user = User()
        with self.unit() as session:
            session.add(user)
        self.session.merge(user)  # error: [session-merge]

    def with_a_call_that_is_not_seen_ok(self) -> None:
        with self.unit() as session:
            user = session.get_one(User, 1)
            elsewhere(self)
        session.merge(user)

    def detached_after_the_close_ok(self) -> None:
        user = self.session.get_one(User, 1)
        with self.closing():
            pass
        self.session.merge(user)

    def another_object_in_its_name_ok(self, other: "Repository") -> None:
        repository = self
        user = other.session.get_one(User, 1)
        with repository.closing():
            repository = other
        other.session.merge(user)


def in_the_block_bad() -> None:
    with _scope() as session:
        user = session.get_one(User, 1)
        session.merge(user)  # error: [session-merge]


async def in_an_asynchronous_block_bad() -> None:
    async with _async_scope() as session:
        user = await session.get_one(User, 1)
        await session.merge(user)  # error: [session-merge]


def added_by_the_manager_bad(session: Session) -> None:
    user = User()
    with _saving(session, user):
        session.merge(user)  # error: [session-merge]


def flushed_by_the_manager_bad(session: Session) -> None:
    user = User()
    with _saving(session, user):
        pass
    session.merge(user)  # error: [session-merge]


def in_the_manager_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    with _merging(session, user):  # error: [session-merge]
        user.name = ""


def in_the_manager_before_its_yield_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    with _merging_at_once(session, user) as same:  # error: [session-merge]
        same.name = ""


def in_the_managers_finally_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    with _merging_in_any_case(session, user):  # error: [session-merge]
        user.name = ""


def in_the_manager_on_every_way_out_bad(session: Session, early: bool) -> None:
    user = session.get_one(User, 1)
    with _merging(session, user):  # error: [session-merge]
        if early:
            return
        user.name = ""


def in_the_manager_on_one_way_out_ok(session: Session, early: bool) -> None:
    user = session.get_one(User, 1)
    with _merging(session, user):
        if early:
            session.expunge(user)
            return
        user.name = ""


def in_the_manager_after_a_failure_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    with _merging_after_a_failure(session, user):
        user.name = ""


def in_the_manager_if_asked_ok(session: Session, wanted: bool) -> None:
    user = session.get_one(User, 1)
    with _merging_if_asked(session, user, wanted):
        user.name = ""


def taken_out_in_the_block_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    with _merging(session, user):
        session.expunge(user)


def exception_swallowed_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    with _swallowing(session):
        user.name = ""
        session.flush()
    session.merge(user)


def detached_after_the_block_ok(other: Session) -> None:
    with _scope() as session:
        user = session.get_one(User, 1)
    other.merge(user)


def two_scopes_ok() -> None:
    with _scope() as session:
        user = session.get_one(User, 1)
    with _scope() as session:
        session.merge(user)


def one_scope_in_another_ok() -> None:
    with _scope() as outer, _scope() as inner:
        outer.merge(inner.get_one(User, 1))


def scope_in_a_loop_ok() -> None:
    user = None
    for number in range(3):
        with _scope() as session:
            if user is not None:
                session.merge(user)
            user = session.get_one(User, number)


def not_seen_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    with _unseen(session):
        session.merge(user)


def yielded_twice_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    with _twice(session):
        session.merge(user)


def entered_by_a_stack_ok() -> None:
    with ExitStack() as stack:
        session = stack.enter_context(_scope())
        user = session.get_one(User, 1)
    Session(engine).merge(user)


def called_and_not_entered_ok(session: Session) -> None:
    user = User()
    _saving(session, user)
    session.merge(user)


def entered_later_ok(session: Session) -> None:
    user = User()
    saving = _saving(session, user)
    session.merge(user)
    with saving:
        pass
