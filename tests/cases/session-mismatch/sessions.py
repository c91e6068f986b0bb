"""Two sessions that are certainly two; where they may be one, nothing is known."""

from models import User, elsewhere, send_mails
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, object_session, scoped_session, sessionmaker

Maker = sessionmaker()
AsyncMaker = async_sessionmaker(expire_on_commit=False)
registry = scoped_session(Maker)


def two_parameters_bad(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    target.add(user)  # error: [session-mismatch] "user" belongs to "source": persistent (loaded at line


def two_constructions_bad(engine: Engine) -> None:
    with Session(engine) as source, Session(engine) as target:
        user = source.get_one(User, 1)
        target.add(user)  # error: [session-mismatch]


def construction_and_parameter_bad(session: Session, engine: Engine) -> None:
    user = session.get_one(User, 1)
    with Session(engine) as other:
        other.refresh(user)  # error: [session-mismatch] refresh() of "other" raises InvalidRequestError


def given_away_but_newer_than_the_parameter_bad(session: Session, engine: Engine) -> None:
    user = session.get_one(User, 1)
    with Session(engine) as other:
        send_mails(other)
        other.expire(user)  # error: [session-mismatch]


def factory_twice_bad() -> None:
    with Maker() as source, Maker.begin() as target:
        user = source.scalars(select(User)).one()
        target.delete(user)  # error: [session-mismatch] already attached


def factory_in_a_loop_bad(session: Session, engine: Engine) -> None:
    for user in session.scalars(select(User)).all():
        with Session(engine) as inner:
            inner.add(user)  # error: [session-mismatch]
            inner.commit()


def known_miss_in_each_turn(engine: Engine) -> None:
    """It raises in the first turn; what a second one would find is not known."""
    first = Session(engine)
    user = first.get_one(User, 1)
    for _ in range(2):
        with Session(engine) as inner:
            inner.expunge(user)
    first.close()


async def async_sessions_bad() -> None:
    async with AsyncMaker() as reader, AsyncMaker() as writer:
        user = (await reader.scalars(select(User))).one()
        await writer.delete(user)  # error: [session-mismatch]


async def async_parameter_bad(session: AsyncSession, engine: AsyncEngine) -> None:
    user = await session.get_one(User, 1)
    async with AsyncSession(engine) as other:
        await other.refresh(user)  # error: [session-mismatch]


class Repository:
    def __init__(self, reader: Session, writer: Session, third: Session) -> None:
        self.reader = reader
        self.writer = writer
        self.third = third
        self.again = writer

    def copy_bad(self) -> None:
        user = self.reader.get_one(User, 1)
        self.writer.add(user)  # error: [session-mismatch] "user" belongs to "self.reader"

    def of_a_third_ok(self) -> None:
        user = self.reader.get_one(User, 1)
        self.third.add(user)

    def one_parameter_in_two_attributes_ok(self) -> None:
        user = self.writer.get_one(User, 1)
        self.again.add(user)

    def argument_and_attribute_ok(self, session: Session) -> None:
        user = session.get_one(User, 1)
        self.reader.add(user)

    def use(self, session: Session) -> None:
        self.third = session


class Pair:
    def __init__(self, reader: Session, writer: Session | None = None) -> None:
        self.reader = reader
        self.writer = writer or reader

    def copy_ok(self) -> None:
        user = self.reader.get_one(User, 1)
        self.writer.add(user)


def one_session_ok(session: Session) -> None:
    alias = session
    user = session.get_one(User, 1)
    alias.add(user)
    alias.refresh(user)


def either_ok(source: Session, target: Session, here: bool) -> None:
    user = source.get_one(User, 1)
    (source if here else target).add(user)


def one_by_default_ok(source: Session, target: Session | None = None) -> None:
    target = target or source
    user = source.get_one(User, 1)
    target.add(user)


def one_if_there_is_none_ok(source: Session, target: Session | None = None) -> None:
    if target is None:
        target = source
    user = source.get_one(User, 1)
    target.add(user)


def compared_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    if source is target:
        target.refresh(user)


def asked_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    if user in target:
        target.refresh(user)


def asked_for_its_session_ok(source: Session, target: Session) -> None:
    user = source.get_one(User, 1)
    if object_session(user) is target:
        target.refresh(user)


def registry_and_its_session_ok() -> None:
    session = registry()
    user = session.get_one(User, 1)
    registry.add(user)


def registry_and_parameter_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    registry.add(user)


def registry_that_may_have_been_given_it_ok(engine: Engine) -> None:
    session = Session(engine)
    registry.registry.set(session)
    user = session.get_one(User, 1)
    registry.add(user)
    session.close()


def session_from_elsewhere_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    current().add(user)


def current() -> Session: ...


async def its_synchronous_side_ok(session: AsyncSession, synchronous: Session) -> None:
    user = await session.get_one(User, 1)
    synchronous.expire(user)
    session.sync_session.expire(user)


def inside_run_sync_ok(source: Session, engine: AsyncEngine) -> None:
    async def work() -> None:
        async with AsyncSession(engine) as session:
            user = await session.get_one(User, 1)
            await session.run_sync(lambda inner: inner.refresh(user))

    elsewhere(work)


class Shared(Session):
    def __new__(cls) -> "Shared":
        return registry.info["session"]  # type: ignore[no-any-return]


def class_that_gives_out_the_same_ok(session: Session, unused: Session) -> None:
    one, other = Shared(), Shared()
    user = one.get_one(User, 1)
    other.add(user)


def no_longer_held_ok(engine: Engine) -> None:
    user = Session(engine).get_one(User, 1)
    with Session(engine) as session:
        session.add(user)


def variable_given_another_ok(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    session = Session(engine)
    session.add(user)
    session.close()


def variable_deleted_ok(engine: Engine) -> None:
    source, target = Session(engine), Session(engine)
    user = source.get_one(User, 1)
    del source
    target.add(user)
    target.close()


def turn_by_turn_ok(engine: Engine) -> None:
    user: User | None = None
    for _ in range(2):
        session = Session(engine)
        if user is not None:
            session.add(user)
        user = session.get_one(User, 1)
        session.flush()
