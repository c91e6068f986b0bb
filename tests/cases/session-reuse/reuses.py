"""Sessions that are used again after their end, and left open."""

from collections.abc import Callable

from sqlalchemy import Engine, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere


def after_close_bad(engine: Engine) -> list[str]:
    session = Session(engine)
    try:
        session.scalar(select(func.count()).select_from(User))
    finally:
        session.close()
    return list(session.scalars(select(User.name)))  # error: [session-reuse] after the close() of line 17 has closed it


def after_the_block_bad(engine: Engine) -> User | None:
    with Session(engine) as session:
        session.execute(select(1))
    return session.get(User, 1)  # error: [session-reuse] after the "with" block of line 22 has closed it


async def in_a_handler_bad(factory: async_sessionmaker[AsyncSession]) -> None:
    try:
        async with factory() as session:
            user = await session.get_one(User, 1)
            raise RuntimeError(user.name)
    except RuntimeError:
        await session.execute(update(User).values(name="failed"))  # error: [session-reuse]
        await session.commit()


def only_the_first_use_bad(engine: Engine) -> None:
    session = Session(engine)
    session.execute(select(1))
    session.close()
    session.get(User, 1)  # error: [session-reuse]
    session.get(User, 2)


def on_a_path_bad(engine: Engine, again: bool) -> None:
    session = Session(engine)
    session.execute(select(1))
    session.close()
    if again:
        session.get(User, 1)  # error: [session-reuse]


def query_bad(engine: Engine) -> list[User]:
    with Session(engine) as session:
        query = session.query(User)
    return query.all()  # error: [session-reuse]


def closed_again_ok(engine: Engine) -> None:
    session = Session(engine)
    session.execute(select(1))
    session.close()
    session.get(User, 1)
    session.close()


def two_blocks_ok(engine: Engine) -> None:
    session = Session(engine)
    with session:
        session.execute(select(1))
    with session:
        session.get(User, 1)


def each_turn_ok(engine: Engine) -> None:
    session = Session(engine)
    for number in range(3):
        session.get(User, number)
        session.close()


def closed_at_last_ok(engine: Engine) -> None:
    session = Session(engine)
    try:
        session.execute(select(1))
        session.close()
        session.get(User, 1)
    finally:
        session.close()


def no_sql_ok(engine: Engine) -> None:
    session = Session(engine)
    session.execute(select(1))
    session.close()
    session.expunge_all()
    session.close()
    print(session.is_active, session.in_transaction())


def another_session_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(select(1))
    with Session(engine) as session:
        session.get(User, 1)


def parameter_ok(session: Session) -> User | None:
    session.close()
    return session.get(User, 1)


def registry_ok(engine: Engine) -> None:
    registry = scoped_session(sessionmaker(engine))
    registry.get(User, 1)
    registry.remove()
    registry.get(User, 1)


def returned_ok(engine: Engine) -> Session:
    session = Session(engine)
    session.execute(select(1))
    session.close()
    session.execute(select(1))
    return session


def given_to_unknown_code_ok(engine: Engine) -> None:
    session = Session(engine)
    session.execute(select(1))
    session.close()
    session.get(User, 1)
    elsewhere(session)


def flag_ok(engine: Engine, keep: bool) -> None:
    session = Session(engine)
    session.execute(select(1))
    if not keep:
        session.close()
    if keep:
        session.get(User, 1)
        session.close()


def maybe_closed_by_unknown_code_ok(engine: Engine, finish: Callable[[Session], None]) -> None:
    session = Session(engine)
    session.execute(select(1))
    finish(session)
    session.get(User, 1)


class Repository:
    def __init__(self, engine: Engine) -> None:
        self.session = Session(engine)

    def refresh_ok(self) -> User | None:
        self.session.close()
        return self.session.get(User, 1)
