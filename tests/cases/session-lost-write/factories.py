"""Factories of which nobody knows what they bind to: what is added and never sent is lost wherever they come from."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere


class _Committing(Session):
    def close(self) -> None:
        self.commit()
        super().close()


def closed(factory: sessionmaker[Session]) -> None:
    session = factory()
    session.add(User(name="ann"))  # error: [session-lost-write]
    session.close()


def left(factory: sessionmaker[Session]) -> User:
    with factory() as session:
        user = User(name="ann")
        session.add(user)  # error: [session-lost-write]
    return user


def several(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.add_all([User(name="bob"), User(name="carol")])  # error: [session-lost-write]


async def left_by_a_task(factory: async_sessionmaker[AsyncSession]) -> None:
    async with factory() as session:
        session.add(User(name="ann"))  # error: [session-lost-write]


def read_before(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        if session.scalars(select(User).where(User.name == "ann")).first() is None:
            session.add(User(name="ann"))  # error: [session-lost-write]


class Service:
    def __init__(self, factory: sessionmaker[Session]) -> None:
        self.factory = factory

    def add(self, name: str) -> None:
        with self.factory() as session:
            session.add(User(name=name))  # error: [session-lost-write]


def committed_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.add(User(name="ann"))
        session.commit()


def committed_by_the_block_ok(factory: sessionmaker[Session]) -> None:
    with factory.begin() as session:
        session.add(User(name="ann"))
    with factory() as session, session.begin():
        session.add(User(name="ann"))


def flushed_ok(factory: sessionmaker[Session]) -> None:
    """Whoever began the transaction of the connection may commit it."""
    with factory() as session:
        session.add(User(name="ann"))
        session.flush()


def flushed_by_a_query_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.add(User(name="ann"))
        session.scalars(select(User)).all()


def flushed_by_a_load_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        user = session.get_one(User, 1)
        session.expire(user)
        session.add(User(name="ann"))
        print(user.name)


def flushed_by_a_statement_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.add(User(name="ann"))
        session.execute(update(User).values(name="bob"))


def sent_by_a_statement_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.execute(update(User).values(name="bob"))


def changed_ok(factory: sessionmaker[Session]) -> None:
    """The change of a persistent instance may have been sent by what loads another one."""
    with factory() as session:
        session.get_one(User, 1).name = "ann"


def given_away_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.add(User(name="ann"))
        elsewhere(session)


def rolled_back_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.add(User(name="ann"))
        session.rollback()


def taken_out_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        user = User(name="ann")
        session.add(user)
        session.expunge(user)


def of_own_class_ok(factory: sessionmaker[_Committing]) -> None:
    with factory() as session:
        session.add(User(name="ann"))


def of_a_registry_ok(registry: scoped_session[Session]) -> None:
    session = registry()
    session.add(User(name="ann"))
