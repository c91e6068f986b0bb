"""The session that merges must be certainly the one that holds the instance."""

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere

registry = scoped_session(sessionmaker())


class Repository:
    def __init__(self, session: Session) -> None:
        self.session = session

    def rename_bad(self, name: str) -> User:
        user = self.session.execute(select(User)).scalar_one()
        user.name = name
        return self.session.merge(user)  # error: [session-merge] "user" is already in "self.session"

    def local_name_bad(self) -> None:
        session = self.session
        user = session.get_one(User, 1)
        self.session.merge(user)  # error: [session-merge]

    def attribute_may_be_assigned_ok(self) -> None:
        user = self.session.get_one(User, 1)
        elsewhere(self)
        self.session.merge(user)


def registry_bad() -> None:
    user = registry.get_one(User, 1)
    registry.merge(user)  # error: [session-merge]


def registry_and_its_call_bad() -> None:
    user = registry().get_one(User, 1)
    registry.merge(user)  # error: [session-merge]


def registry_removed_ok() -> None:
    user = registry.get_one(User, 1)
    registry.remove()
    registry.merge(user)


async def async_session_bad(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    await session.merge(user)  # error: [session-merge]


async def async_scalars_bad(session: AsyncSession) -> None:
    for user in await session.scalars(select(User)):
        await session.merge(user)  # error: [session-merge]


async def async_registry_bad(registry: async_scoped_session[AsyncSession]) -> None:
    user = await registry.get_one(User, 1)
    await registry.merge(user)  # error: [session-merge]


def run_sync_is_one_session_ok(session: Session, user: User) -> None:
    session.merge(user)


def context_manager_bad(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        user = session.get_one(User, 1)
        session.merge(user)  # error: [session-merge]


def begun_factory_bad(factory: sessionmaker[Session]) -> None:
    with factory.begin() as session:
        user = session.get_one(User, 1)
        session.merge(user)  # error: [session-merge]


def two_parameters_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    target.merge(user)


def two_constructions_ok(engine: Engine) -> None:
    with Session(engine) as source, Session(engine) as target:
        target.merge(source.get_one(User, 1))


def one_a_turn_ok(engine: Engine, users: list[User]) -> None:
    for user in users:
        with Session(engine) as session:
            session.merge(user)


def rebound_ok(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    session.close()
    session = Session(engine)
    session.merge(user)


def one_of_two_ok(source: Session, target: Session, here: bool) -> None:
    user = source.get_one(User, 1)
    (source if here else target).merge(user)


def own_beside_a_copy_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    copy = target.merge(user)
    target.merge(copy)  # error: [session-merge] "copy" is already in "target"
    source.merge(user)  # error: [session-merge] "user" is already in "source"


def own_beside_another_session_bad(engine: Engine) -> None:
    with Session(engine) as source, Session(engine) as target:
        theirs, mine = source.get_one(User, 1), target.get_one(User, 2)
        target.merge(theirs)
        target.merge(mine)  # error: [session-merge] "mine" is already in "target"


def inner_session_of_each_turn_ok(engine: Engine) -> None:
    with Session(engine) as outer:
        for user in outer.scalars(select(User)).all():
            with Session(engine) as inner:
                inner.merge(user)
                inner.commit()


def result_of_each_turn_bad(engine: Engine) -> None:
    with Session(engine) as outer:
        for user in outer.scalars(select(User)).all():
            with Session(engine) as inner:
                copy = inner.merge(user)
                inner.flush()
                inner.merge(copy)  # error: [session-merge]


class Copier:
    def __init__(self, reader: Session, writer: Session) -> None:
        self.reader = reader
        self.writer = writer

    def copy_ok(self) -> User:
        return self.writer.merge(self.reader.get_one(User, 1))

    def keep_bad(self) -> User:
        user = self.reader.get_one(User, 1)
        self.writer.merge(user)
        return self.reader.merge(user)  # error: [session-merge]


def many_bad(session: Session, other: Session) -> None:
    ann, bob = session.get_one(User, 1), session.merge(other.get_one(User, 2))
    session.merge_all([ann])  # type: ignore[attr-defined,unused-ignore]  # error: [session-merge] "ann" is already
    print(bob)


def loaded_ones_bad(session: Session) -> None:
    session.merge(User(id=3))
    users = session.scalars(select(User)).all()
    session.merge_all(users)  # type: ignore[attr-defined,unused-ignore]  # error: [session-merge]


def loaded_ones_of_another_session_ok(source: Session, target: Session) -> None:
    target.merge_all(source.scalars(select(User)).all())  # type: ignore[attr-defined,unused-ignore]
