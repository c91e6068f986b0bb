"""A write through a session that this function makes and ends, with no commit on any path between."""

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from models import Post, User


def add_in_block_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))  # error: [session-lost-write] "session" is closed at the end of the "with" block of line 11 without a commit after this add()


def add_then_close_bad(engine: Engine) -> None:
    session = Session(engine)
    session.add(User(name="ann"))  # error: [session-lost-write] "session" is closed at line 18
    session.close()


def add_then_flush_bad(engine: Engine) -> int:
    session = Session(engine)
    try:
        user = User(name="ann")
        session.add(user)  # error: [session-lost-write]
        session.flush()
        return user.id
    finally:
        session.close()


def never_closed_bad(engine: Engine) -> None:
    session = Session(engine)
    session.add(User(name="ann"))  # error: [session-lost-write] is left at the end of the function


def add_in_loop_bad(engine: Engine, names: list[str]) -> None:
    with Session(engine) as session:
        for name in names:
            session.add(User(name=name))  # error: [session-lost-write]


def add_all_bad(engine: Engine, names: list[str]) -> None:
    with Session(engine) as session:
        session.add_all([User(name=name) for name in names])  # error: [session-lost-write]


def attribute_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.name = "ann"  # error: [session-lost-write] the change of "user.name"


def augmented_attribute_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.name += "!"  # error: [session-lost-write] the change of "user.name"


def attribute_of_each_bad(engine: Engine) -> None:
    with Session(engine) as session:
        for user in session.scalars(select(User)):
            user.name = "ann"  # error: [session-lost-write]


def append_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.posts.append(Post(title="news"))  # error: [session-lost-write] this append()


def delete_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.delete(session.get_one(User, 1))  # error: [session-lost-write] this delete()


def update_statement_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(update(User).values(name="ann"))  # error: [session-lost-write] this execute()


def delete_statement_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(delete(User).where(User.id == 1))  # error: [session-lost-write]


def insert_statement_bad(engine: Engine) -> int | None:
    with Session(engine) as session:
        return session.scalar(insert(User).values(name="ann").returning(User.id))  # error: [session-lost-write]


def query_update_bad(engine: Engine) -> int:
    with Session(engine) as session:
        return session.query(User).update({User.name: "ann"})  # error: [session-lost-write]


def merge_of_a_new_one_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.merge(User(name="ann"))  # error: [session-lost-write] this merge()


def bulk_bad(engine: Engine, names: list[str]) -> None:
    with Session(engine) as session:
        session.bulk_insert_mappings(User, [{"name": name} for name in names])  # type: ignore[arg-type]  # error: [session-lost-write]


def after_a_commit_bad(engine: Engine) -> int:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        session.commit()
        user.name = "bob"  # error: [session-lost-write]
        return user.id


def first_of_several_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))  # error: [session-lost-write]
        session.add(User(name="bob"))
        session.execute(update(User).values(name="carol"))


def committed_first_lost_second_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.commit()
        session.add(User(name="bob"))  # error: [session-lost-write]


def conditional_write_bad(engine: Engine, name: str | None) -> None:
    with Session(engine) as session:
        if name is not None:
            session.add(User(name=name))  # error: [session-lost-write]


def savepoint_alone_bad(engine: Engine) -> None:
    with Session(engine) as session, session.begin_nested():
        session.add(User(name="ann"))  # error: [session-lost-write]


def module_factory_bad() -> None:
    with _factory() as session:
        session.add(User(name="ann"))  # error: [session-lost-write]


def local_factory_bad(engine: Engine) -> None:
    factory = sessionmaker(bind=engine, expire_on_commit=False)
    with factory() as session:
        session.add(User(name="ann"))  # error: [session-lost-write]


def handled_elsewhere_bad(engine: Engine, text: str) -> None:
    """The handler is not on the way on which the write is lost."""
    with Session(engine) as session:
        session.add(User(name="ann"))  # error: [session-lost-write]
        try:
            number = int(text)
        except ValueError:
            number = 0
        print(number)


def printed_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)  # error: [session-lost-write]
        print(user, len(user.name))


def two_sessions_bad(engine: Engine) -> None:
    with Session(engine) as session, Session(engine) as other:
        session.add(User(name="ann"))
        other.add(Post(title="news"))  # error: [session-lost-write] "other" is closed
        session.commit()


async def async_add_bad(async_engine: AsyncEngine) -> None:
    async with AsyncSession(async_engine) as session:
        session.add(User(name="ann"))  # error: [session-lost-write]


async def async_delete_bad(async_engine: AsyncEngine) -> None:
    async with AsyncSession(async_engine) as session:
        user = await session.get_one(User, 1)
        await session.delete(user)  # error: [session-lost-write]


async def async_factory_bad(async_engine: AsyncEngine) -> None:
    factory = async_sessionmaker(async_engine)
    async with factory() as session:
        await session.execute(update(User).values(name="ann"))  # error: [session-lost-write]


def _engine() -> Engine: ...


_ENGINE = _engine()
_factory = sessionmaker(_ENGINE)
