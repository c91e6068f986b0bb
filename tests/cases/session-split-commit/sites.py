"""Two commits on one path, each after a write."""

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import Post, User, elsewhere


def two_bad(session: Session) -> None:
    user = User(name="ann")
    session.add(user)
    session.commit()  # error: [session-split-commit] this commit() and the one at line 19 split one unit of work
    session.add(Post(title="news", author_id=user.id))
    session.commit()


def three_bad(session: Session) -> None:
    session.add(User(name="ann"))
    session.commit()  # error: [session-split-commit] the one at line 26
    session.add(User(name="bob"))
    session.commit()  # error: [session-split-commit] the one at line 28
    session.add(User(name="carol"))
    session.commit()


def loaded_bad(session: Session) -> None:
    session.get_one(User, 1).name = "ann"
    session.commit()  # error: [session-split-commit]
    session.get_one(User, 2).name = "bob"
    session.commit()


def statements_bad(session: Session) -> None:
    session.execute(update(User).values(name="ann"))
    session.commit()  # error: [session-split-commit]
    session.execute(update(Post).values(title="news"))
    session.commit()


def with_helper_between_bad(session: Session) -> None:
    session.add(User(name="ann"))
    session.commit()  # error: [session-split-commit]
    elsewhere()
    session.add(User(name="bob"))
    session.commit()


def on_some_path_bad(session: Session, name: str | None) -> None:
    session.add(User(name="ann"))
    session.commit()  # error: [session-split-commit]
    if name is not None:
        session.add(User(name=name))
        session.commit()


def write_in_loop_bad(session: Session, names: list[str]) -> None:
    session.add(User(name="ann"))
    session.commit()  # error: [session-split-commit]
    for name in names:
        session.add(User(name=name))
    session.commit()


def own_session_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.commit()  # error: [session-split-commit]
        session.add(User(name="bob"))
        session.commit()


def failure_of_something_else_caught_bad(session: Session, text: str) -> None:
    try:
        number = int(text)
        session.add(User(name="ann"))
        session.commit()  # error: [session-split-commit]
    except ValueError:
        number = 0
    session.add(User(name=str(number)))
    session.commit()


async def async_bad(async_session: AsyncSession) -> None:
    async_session.add(User(name="ann"))
    await async_session.commit()  # error: [session-split-commit]
    async_session.add(User(name="bob"))
    await async_session.commit()


class Users:
    def __init__(self, session: Session) -> None:
        self.session = session

    def swap_bad(self) -> None:
        self.session.get_one(User, 1).name = "bob"
        self.session.commit()  # error: [session-split-commit]
        self.session.get_one(User, 2).name = "ann"
        self.session.commit()


def one_ok(session: Session) -> None:
    session.add(User(name="ann"))
    session.flush()
    session.add(User(name="bob"))
    session.commit()


def one_on_each_path_ok(session: Session, name: str | None) -> None:
    if name is None:
        session.add(User(name="ann"))
        session.commit()
        return
    session.add(User(name=name))
    session.commit()


def one_on_each_of_two_conditions_ok(session: Session, first: bool) -> None:
    if first:
        session.add(User(name="ann"))
        session.commit()
    session.scalars(select(User)).all()
    if not first:
        session.add(User(name="bob"))
        session.commit()


def second_writes_nothing_ok(session: Session) -> None:
    session.add(User(name="ann"))
    session.commit()
    print(session.scalars(select(User)).all())
    session.commit()


def first_writes_nothing_ok(session: Session) -> None:
    print(session.scalars(select(User)).all())
    session.commit()
    session.add(User(name="ann"))
    session.commit()


def rolled_back_ok(session: Session) -> None:
    session.add(User(name="ann"))
    session.commit()
    session.add(User(name="bob"))
    session.rollback()
    session.commit()


def in_loop_ok(session: Session, names: list[str]) -> None:
    for name in names:
        session.add(User(name=name))
        session.commit()
    session.add(User(name="ann"))
    session.commit()


def batches_ok(session: Session, names: list[str]) -> None:
    for number, name in enumerate(names):
        session.add(User(name=name))
        if number % 100 == 0:
            session.commit()
    session.commit()


def insert_else_update_ok(session: Session) -> None:
    try:
        session.add(User(name="ann"))
        session.commit()
    except IntegrityError:
        session.rollback()
        session.get_one(User, 1).name = "ann"
        session.commit()


def failure_suppressed_ok(session: Session) -> None:
    with suppress(IntegrityError):
        session.add(User(name="ann"))
        session.commit()
    session.rollback()
    session.add(User(name="bob"))
    session.commit()


def savepoints_ok(session: Session) -> None:
    with session.begin_nested():
        session.add(User(name="ann"))
    savepoint = session.begin_nested()
    session.add(User(name="bob"))
    savepoint.commit()
    session.commit()


def begin_blocks_ok(engine: Engine) -> None:
    with Session(engine) as session:
        with session.begin():
            session.add(User(name="ann"))
        with session.begin():
            session.add(User(name="bob"))


def two_sessions_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.commit()
    with Session(engine) as session:
        session.add(User(name="bob"))
        session.commit()


def closed_between_ok(session: Session) -> None:
    session.add(User(name="ann"))
    session.commit()
    session.close()
    session.add(User(name="bob"))
    session.commit()


def before_and_after_yield_ok(session: Session) -> Iterator[User]:
    user = User(name="ann")
    session.add(user)
    session.commit()
    yield user
    session.delete(user)
    session.commit()


def maybe_written_ok(session: Session, user: User) -> None:
    session.add(User(name="ann"))
    session.commit()
    user.name = "bob"
    session.commit()


def test_steps_ok(session: Session) -> None:
    session.add(User(name="ann"))
    session.commit()
    session.add(User(name="bob"))
    session.commit()
