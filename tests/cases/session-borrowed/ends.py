"""What ends or begins the transaction of a session that is lent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from models import User
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, scoped_session

from mypy_session_plugin import Borrowed, Performs


def commit_bad(session: Borrowed[Session]) -> None:
    session.add(User())
    session.commit()  # error: [session-borrowed] "session" is only lent to this function (Borrowed); commit() ends the transaction of its owner


def rollback_bad(session: Borrowed[Session]) -> None:
    try:
        session.flush()
    except ValueError:
        session.rollback()  # error: [session-borrowed] rollback() takes back what its owner has written
        raise


def close_bad(session: Borrowed[Session], name: str) -> User | None:
    try:
        return session.scalars(select(User)).first()
    finally:
        session.close()  # error: [session-borrowed] close() takes it from its owner


def reset_bad(session: Borrowed[Session]) -> None:
    session.reset()  # error: [session-borrowed] reset() takes it from its owner


def begin_bad(session: Borrowed[Session]) -> None:
    with session.begin():  # error: [session-borrowed] begin() raises InvalidRequestError where its owner has begun
        session.add(User())


def begin_and_commit_are_one_mistake_bad(session: Borrowed[Session]) -> None:
    transaction = session.begin()  # error: [session-borrowed] begin()
    session.add(User())
    transaction.commit()


def transaction_bad(session: Borrowed[Session]) -> None:
    transaction = session.get_transaction()
    if transaction is not None:
        transaction.commit()  # error: [session-borrowed] commit() ends the transaction of its owner


def block_bad(session: Borrowed[Session]) -> None:
    with session:  # error: [session-borrowed] the end of the "with" block takes it from its owner
        session.add(User())


def alias_bad(session: Borrowed[Session]) -> None:
    mine = session
    mine.commit()  # error: [session-borrowed] "session" is only lent


def optional_bad(session: Borrowed[Session] | None) -> None:
    if session is not None:
        session.commit()  # error: [session-borrowed]


async def async_commit_bad(session: Borrowed[AsyncSession]) -> None:
    session.add(User())
    await session.commit()  # error: [session-borrowed]


async def async_block_bad(session: Borrowed[AsyncSession]) -> None:
    async with session.begin():  # error: [session-borrowed]
        session.add(User())


def registry_bad(sessions: Borrowed[scoped_session[Session]]) -> None:
    sessions.remove()  # error: [session-borrowed] remove() takes it from its owner


def nested_function_bad(session: Borrowed[Session]) -> None:
    def finish() -> None:
        session.commit()  # error: [session-borrowed]

    finish()


def on_one_path_bad(session: Borrowed[Session], now: bool) -> None:
    if now:
        session.commit()  # error: [session-borrowed]


def _save(session: Session) -> None:
    session.commit()


def _save_later(session: Session) -> None:
    _save(session)


def followed_bad(session: Borrowed[Session]) -> None:
    _save(session)  # error: [session-borrowed] commit() ends the transaction of its owner, in "_save" at line


def followed_deep_bad(session: Borrowed[Session]) -> None:
    _save_later(session)  # error: [session-borrowed] in "_save" at line


def _save_perhaps(session: Session, now: bool) -> None:
    if now:
        session.commit()


def followed_perhaps_ok(session: Borrowed[Session], now: bool) -> None:
    _save_perhaps(session, now)


def allowed_ok(session: Borrowed[Session], user: User) -> list[User]:
    session.add(user)
    session.flush()
    session.delete(user)
    session.expunge(user)
    with session.begin_nested() as savepoint:
        session.add(User())
        savepoint.rollback()
    savepoint = session.begin_nested()
    savepoint.commit()
    result = session.scalars(select(User))
    users = list(result)
    result.close()
    _pass_on(session)
    return users


def _pass_on(session: Session) -> None: ...


def not_lent_ok(session: Session) -> None:
    session.commit()


def its_own_ok(engine: Engine, session: Borrowed[Session]) -> None:
    with Session(engine) as mine:
        mine.commit()
    session = Session(engine)
    session.commit()
    session.close()


def perhaps_its_own_ok(engine: Engine, session: Borrowed[Session] | None = None) -> None:
    is_mine = session is None
    used = session or Session(engine)
    used.add(User())
    if is_mine:
        used.commit()
        used.close()


def made_where_none_is_given_ok(engine: Engine, session: Borrowed[Session] | None = None) -> None:
    if session is None:
        session = Session(engine)
        session.add(User())
        session.commit()
        session.close()


class Repository:
    def __init__(self, session: Borrowed[Session]) -> None:
        self.session = session

    def save_bad(self, user: User) -> None:
        self.session.add(user)
        self.session.commit()  # error: [session-borrowed] "self.session" is only lent to this object (Borrowed); commit()

    def add_ok(self, user: User) -> None:
        self.session.add(user)
        self.session.flush()


class Heir(Repository):
    def end_bad(self) -> None:
        self.session.close()  # error: [session-borrowed] "self.session" is only lent to this object


def through_the_object_bad(repository: Repository) -> None:
    repository.session.rollback()  # error: [session-borrowed] "repository.session" is only lent to this object


class Renewing:
    def __init__(self, session: Borrowed[Session]) -> None:
        self.session = session

    def renew_ok(self, engine: Engine) -> None:
        self.session = Session(engine)

    def save_ok(self) -> None:
        self.session.commit()


class Declared:
    session: Borrowed[Session]

    def save_bad(self) -> None:
        self.session.commit()  # error: [session-borrowed]


class Plain:
    def __init__(self, session: Session) -> None:
        self.session = session

    def save_ok(self) -> None:
        self.session.commit()


@contextmanager
def _lending(engine: Engine) -> Iterator[Borrowed[Session]]:
    with Session(engine) as session:
        yield session
        session.commit()


def in_the_block_bad(engine: Engine) -> None:
    with _lending(engine) as session:
        session.add(User())
        session.commit()  # error: [session-borrowed] is only lent to this code (Borrowed, as _lending() says); commit()


def in_the_block_ok(engine: Engine) -> None:
    with _lending(engine) as session:
        session.add(User())


class Lending:
    def __enter__(self) -> Borrowed[Session]: ...

    def __exit__(self, *error: object) -> None: ...


def by_an_object_bad() -> None:
    with Lending() as session:
        session.commit()  # error: [session-borrowed] is only lent to this code (Borrowed, as its context manager says)


def _current() -> Borrowed[Session]: ...


def result_bad() -> None:
    session = _current()
    session.commit()  # error: [session-borrowed] is only lent to this code (Borrowed, as _current() says)


def performs_flush_bad(session: Performs[Session, Literal["write", "flush"]]) -> None:
    session.flush()
    session.commit()  # error: [session-borrowed] "session" is here for flush and write alone (Performs); commit()


def performs_flush_and_rolls_back_bad(session: Performs[Session, Literal["flush"]]) -> None:
    session.rollback()  # error: [session-borrowed]


def performs_commit_ok(session: Performs[Session, Literal["commit"]]) -> None:
    try:
        session.commit()
    except ValueError:
        session.rollback()
        raise


def performs_commit_and_closes_bad(session: Performs[Session, Literal["commit"]]) -> None:
    session.commit()
    session.close()  # error: [session-borrowed] "session" is here for commit alone (Performs); close()


def performs_less_ok(session: Performs[Session, Literal["commit", "close"]]) -> None:
    session.flush()


def known_miss_unknown_code(session: Borrowed[Session]) -> None:
    _elsewhere(session)


def _elsewhere(session: Session) -> None: ...
