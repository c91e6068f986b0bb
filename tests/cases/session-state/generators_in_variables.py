"""A generator that a variable holds runs where its one loop goes through it, with what it was given before."""

from collections.abc import AsyncIterator, Iterator

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import User, elsewhere


def _taken_out(session: Session, user: User) -> Iterator[int]:
    session.expunge(user)
    yield 1


def _put_in(session: Session) -> Iterator[User]:
    user = User()
    session.add(user)
    yield user


def _put_in_for_good(session: Session) -> Iterator[User]:
    user = User()
    session.add(user)
    try:
        yield user
    finally:
        session.flush()


async def _put_in_later(session: AsyncSession) -> AsyncIterator[User]:
    user = User()
    session.add(user)
    yield user


def _all(engine: Engine) -> Iterator[User]:
    with Session(engine) as session:
        yield from session.scalars(select(User))


def gone_through_bad(session: Session) -> None:
    user = session.get_one(User, 1)
    numbers = _taken_out(session, user)
    session.refresh(user)
    for _number in numbers:
        pass
    session.refresh(user)  # error: [session-state] "user" is detached (expunged at line 13)


def element_bad(session: Session) -> None:
    users = _put_in(session)
    for user in users:
        session.refresh(user)  # error: [session-state] "user" is pending (added at line 19)


def collected_bad(session: Session) -> None:
    users = _put_in(session)
    found = list(users)
    session.expunge_all()
    session.refresh(found[0])  # error: [session-state]


def in_each_turn_bad(sessions: list[Session]) -> None:
    for session in sessions:
        users = _put_in(session)
        for user in users:
            session.refresh(user)  # error: [session-state]


async def asynchronous_bad(session: AsyncSession) -> None:
    users = _put_in_later(session)
    async for user in users:
        await session.refresh(user)  # error: [session-state]


def out_of_its_own_session_bad(engine: Engine, session: Session) -> None:
    users = _all(engine)
    for user in users:
        session.refresh(user)  # error: [session-mismatch]


def never_gone_through_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    _numbers = _taken_out(session, user)
    session.refresh(user)


def of_what_was_given_before_ok(session: Session, other: Session) -> None:
    users = _put_in(session)
    session = other
    for user in users:
        session.flush()
        elsewhere(user)


def another_user_ok(session: Session) -> None:
    """The generator has the first one."""
    user = User()
    session.add(user)
    numbers = _taken_out(session, user)
    user = User()
    session.add(user)
    session.flush()
    for _number in numbers:
        pass
    session.refresh(user)


def in_one_branch_ok(session: Session, wanted: bool) -> None:
    user = session.get_one(User, 1)
    numbers = _taken_out(session, user)
    if wanted:
        for _number in numbers:
            pass
    session.refresh(user)


def left_early_ok(session: Session) -> None:
    """What it does behind the `yield` may happen at any time."""
    users = _put_in_for_good(session)
    for user in users:
        break
    else:
        return
    session.refresh(user)


def gone_through_twice_ok(session: Session) -> None:
    """The second loop has nothing to go through."""
    users = _put_in(session)
    for _user in users:
        pass
    for user in users:
        session.refresh(user)


def begun_elsewhere_ok(session: Session) -> None:
    users = _put_in(session)
    next(users, None)
    for user in users:
        session.refresh(user)


def gone_through_in_the_first_turn_ok(session: Session, turns: int) -> None:
    users = _put_in(session)
    for turn in range(turns):
        for user in users:
            elsewhere(user, turn)
        for user in [user for _ in range(2) for user in users]:
            session.refresh(user)


def named_by_a_function_ok(session: Session) -> None:
    users = _put_in(session)

    def skip() -> None:
        next(users)

    skip()
    for user in users:
        session.refresh(user)
