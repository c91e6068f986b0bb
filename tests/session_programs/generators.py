"""Generators of the program that loops go through: what they do happens in the turns of the loop."""

from collections.abc import AsyncIterator, Iterator

from session_models import Engine, Session, User, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from mypy_session_plugin import reveal_state


def users(session: Session) -> Iterator[User]:
    for user in session.scalars(select(User)):
        if user.name:
            yield user


def opened(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session
        session.commit()


def added_and_flushed(session: Session) -> Iterator[User]:
    user = User(name="given")
    yield user
    session.add(user)
    yield user
    session.flush()


def several(session: Session) -> Iterator[User]:
    yield from users(session)
    yield from [User(name="first"), User(name="second")]


def rolled_back(session: Session, user: User) -> Iterator[User]:
    session.add(user)
    try:
        yield user
    finally:
        session.rollback()


def endless(session: Session) -> Iterator[User]:
    while True:
        yield session.get_one(User, 1)


def until_committed(session: Session, user: User) -> Iterator[User]:
    while session.in_transaction():
        yield user
        session.commit()


async def loaded(session: AsyncSession) -> AsyncIterator[User]:
    for user in await session.scalars(select(User)):
        yield user


def what_is_loaded(engine: Engine) -> None:
    with Session(engine) as session:
        for user in users(session):
            reveal_state(user)  # persistent
        for user in [user for user in users(session) if user.name]:
            reveal_state(user)  # persistent
        for user in list(users(session)):
            reveal_state(user)  # persistent


def a_block_around_the_yield_ends_with_the_loop(engine: Engine) -> None:
    user = User(name="new")
    for session in opened(engine):
        session.add(user)
        reveal_state(user)  # pending
    reveal_state(user)  # detached


def a_loop_that_is_left_closes_the_generator(engine: Engine) -> None:
    user = User(name="new")
    for session in opened(engine):
        session.add(user)
        break
    reveal_state(user)  # transient


def one_inside_the_turns_of_another(engine: Engine) -> None:
    with Session(engine) as session:
        before = session.get_one(User, 1)
    with Session(engine) as session:
        session.get(User, 2)
        for user in until_committed(session, before):
            for again in until_committed(session, before):
                reveal_state(again)  # detached
            reveal_state(user)  # detached


def left_by_an_exception(engine: Engine) -> None:
    user = User(name="new")
    try:
        for session in opened(engine):
            session.add(user)
            raise ValueError
    except ValueError:
        reveal_state(user)  # transient | pending | unknown


def left_by_a_return(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="new")
        reveal_state(taken(session, user))  # transient
        reveal_state(user)  # transient


def taken(session: Session, user: User) -> User | None:
    for item in rolled_back(session, user):
        reveal_state(item)  # pending | persistent
        return item
    return None


def each_turn_goes_on_behind_the_yield(engine: Engine) -> None:
    with Session(engine) as session:
        last = User(name="last")
        for user in added_and_flushed(session):
            reveal_state(user)  # transient | pending
            last = user
        reveal_state(last)  # persistent


def one_after_the_other(engine: Engine) -> None:
    with Session(engine) as session:
        for user in several(session):
            reveal_state(user)  # persistent | transient


def calling_it_runs_nothing(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="new")
        rolled_back(session, user)
        reveal_state(user)  # transient
        session.add(user)
        for _ in rolled_back(session, user):
            reveal_state(user)  # pending
        reveal_state(user)  # transient


def without_an_end(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="new")
        session.add(user)
        for other in endless(session):
            reveal_state(other)  # persistent
            if other.name:
                break
        reveal_state(user)  # pending | persistent


def one_in_a_variable(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="new")
        session.add(user)
        generator = users(session)
        reveal_state(user)  # pending
        for _ in generator:
            reveal_state(user)  # persistent
        reveal_state(user)  # persistent


async def asynchronous(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        async for user in loaded(session):
            reveal_state(user)  # persistent
        users = [user async for user in loaded(session)]
        for user in users:
            reveal_state(user)  # persistent
