"""Generators that loops go through: the code of the generator runs in the turns, and ends with the loop."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from models import User
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


def users(session: Session) -> Iterator[User]:
    for user in session.scalars(select(User)):
        yield user


def opened(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def rolled_back(session: Session, user: User) -> Iterator[None]:
    session.add(user)
    session.flush()
    try:
        yield
    finally:
        session.rollback()


def expunged(session: Session, user: User) -> Iterator[User]:
    yield user
    session.expunge(user)
    yield user


def known(wrapped: Callable[..., Iterator[User]]) -> Callable[..., Iterator[User]]:
    return wrapped


@known
def decorated(session: Session) -> Iterator[User]:
    for user in session.scalars(select(User)):
        yield user


async def loaded(session: AsyncSession) -> AsyncIterator[User]:
    for user in await session.scalars(select(User)):
        yield user


class Repository:
    def __init__(self, session: Session) -> None:
        self.session = session

    def users(self) -> Iterator[User]:
        yield from self.session.scalars(select(User))

    def merged_bad(self) -> None:
        for user in self.users():
            self.session.merge(user)  # error: [session-merge]


class Tree:
    def __init__(self, session: Session, depth: int) -> None:
        self.session = session
        self.depth = depth

    def walk(self) -> Iterator[User]:
        yield self.session.get_one(User, self.depth)
        if self.depth:
            yield from Tree(self.session, self.depth - 1).walk()


def what_a_generator_loads_bad(session: Session) -> None:
    for user in users(session):
        session.merge(user)  # error: [session-merge]


def in_a_comprehension_bad(session: Session) -> list[User]:
    return [session.merge(user) for user in users(session)]  # error: [session-merge]


def a_list_of_it_bad(session: Session) -> None:
    for user in list(users(session)):
        session.merge(user)  # error: [session-merge]


def after_the_loop_bad(session: Session) -> None:
    user = User()
    session.add(user)
    for _ in users(session):
        pass
    session.flush()
    session.merge(user)  # error: [session-merge]


async def asynchronous_bad(session: AsyncSession) -> None:
    async for user in loaded(session):
        await session.merge(user)  # error: [session-merge]


def the_block_around_the_yield_has_ended_ok(engine: Engine, other: Session) -> None:
    user = User()
    for session in opened(engine):
        session.add(user)
        session.commit()
        session.refresh(user)
    other.merge(user)


def the_loop_is_left_ok(session: Session) -> None:
    user = User()
    for _ in rolled_back(session, user):
        break
    session.merge(user)


def the_loop_is_left_by_an_exception_ok(session: Session, name: str) -> None:
    user = User()
    try:
        for _ in rolled_back(session, user):
            int(name)
    except ValueError:
        session.merge(user)


def left_by_a_return_ok(session: Session) -> None:
    user = User()
    _begun(session, user)
    session.merge(user)


def _begun(session: Session, user: User) -> None:
    for _ in rolled_back(session, user):
        return


def the_second_turn_is_another_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    for given in expunged(session, user):
        session.merge(given)


def calling_it_runs_nothing_ok(session: Session) -> None:
    user = User()
    rolled_back(session, user)
    session.merge(user)


def one_that_is_kept_ok(session: Session) -> None:
    user = User()
    generator = rolled_back(session, user)
    for _ in generator:
        break
    session.merge(user)
    next(generator, None)
    session.merge(user)


def it_runs_only_once_ok(session: Session, user: User) -> None:
    generator = expunged(session, user)
    for _ in generator:
        pass
    session.add(user)
    session.flush()
    for _ in generator:
        session.merge(user)


def two_at_once_ok(session: Session, user: User) -> None:
    for one, other in zip(users(session), expunged(session, user), strict=False):
        session.merge(one)
        session.merge(other)


def a_generator_expression_runs_later_ok(session: Session) -> None:
    user = User()
    later = (session.merge(user) for _ in rolled_back(session, user))
    session.merge(user)
    list(later)


def by_an_unknown_decorator_ok(session: Session) -> None:
    for user in decorated(session):
        session.merge(user)


def another_session_in_the_loop_ok(session: Session, others: Iterable[Session]) -> None:
    for user in users(session):
        for session in others:
            session.merge(user)


def deep_ok(session: Session) -> None:
    for user in Tree(session, 5).walk():
        session.expunge(user)
        session.merge(user)
