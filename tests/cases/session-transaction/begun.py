"""`begin()` while a transaction runs: begun by hand, or by the session itself."""

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import InvalidRequestError, NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere, send_mails
from mypy_session_plugin import Performs
from typing import Literal

registry = scoped_session(sessionmaker())


def after_a_query_bad(session: Session) -> None:
    names = session.scalars(select(User.name)).all()
    with session.begin():  # error: [session-transaction] a transaction is already begun on "session" (scalars() at line 16); begin() raises InvalidRequestError: A transaction is already begun on this Session
        session.add(User(name=names[0]))


def after_add_bad(session: Session) -> None:
    session.add(User(name="anna"))
    session.begin()  # error: [session-transaction] (add() at line 22)


def twice_bad(session: Session) -> None:
    session.begin()
    session.begin()  # error: [session-transaction] (begin() at line 27)


def inside_its_block_bad(session: Session) -> None:
    with session.begin():
        with session.begin():  # error: [session-transaction]
            session.add(User(name="anna"))


def inside_a_savepoint_bad(session: Session) -> None:
    with session.begin_nested():
        session.begin()  # error: [session-transaction] (begin_nested() at line 38)


def after_a_query_of_the_old_kind_bad(session: Session) -> None:
    if session.query(User).count() == 0:
        with session.begin():  # error: [session-transaction] (count() at line 43)
            session.add(User(name="anna"))


def after_text_bad(session: Session) -> None:
    session.execute(text("select 1"))
    session.begin()  # error: [session-transaction]


def after_connection_bad(session: Session) -> None:
    session.connection()
    session.begin()  # error: [session-transaction]


def after_get_of_a_session_that_expires_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        print(user.name)
        session.refresh(user)
        with session.begin():  # error: [session-transaction] (refresh() at line 62)
            user.name = "anna"


def in_a_factory_s_block_bad(factory: sessionmaker[Session]) -> None:
    with factory.begin() as session:
        with session.begin():  # error: [session-transaction]
            session.add(User(name="anna"))


def on_one_way_bad(session: Session, user: User, admin: bool) -> None:
    if admin:
        session.add(user)
    with session.begin():  # error: [session-transaction] (add() at line 75)
        session.add(User(name="anna"))


def in_a_loop_bad(session: Session, names: list[str]) -> None:
    for name in names:
        session.begin()  # error: [session-transaction]
        session.add(User(name=name))


def after_the_savepoint_ended_bad(session: Session) -> None:
    savepoint = session.begin_nested()
    savepoint.rollback()
    session.begin()  # error: [session-transaction]


async def async_after_a_query_bad(session: AsyncSession) -> None:
    await session.scalars(select(User))
    async with session.begin():  # error: [session-transaction] (scalars() at line 93)
        session.add(User(name="anna"))


async def async_after_add_bad(factory: async_sessionmaker[AsyncSession]) -> None:
    async with factory() as session:
        session.add(User(name="anna"))
        await session.begin()  # error: [session-transaction]


def registry_bad() -> None:
    registry.add(User(name="anna"))
    registry.begin()  # error: [session-transaction]


def where_nothing_was_found_bad(session: Session) -> None:
    session.execute(text("select 1"))
    try:
        user = session.scalars(select(User)).one()
    except NoResultFound:
        with session.begin():  # error: [session-transaction] (execute() at line 110)
            session.add(User(name="anna"))
    else:
        print(user)


def after_commit_ok(session: Session) -> None:
    session.add(User(name="anna"))
    session.commit()
    with session.begin():
        session.add(User(name="bert"))


def after_rollback_ok(session: Session) -> None:
    session.scalars(select(User)).all()
    session.rollback()
    with session.begin():
        session.add(User(name="bert"))


def after_close_ok(session: Session) -> None:
    session.scalars(select(User)).all()
    session.close()
    with session.begin():
        session.add(User(name="bert"))


def what_begins_nothing_ok(session: Session) -> None:
    query = session.query(User).filter_by(name="anna")
    session.flush()
    session.expire_all()
    session.expunge_all()
    with session.begin():
        query.all()


def one_block_after_the_other_ok(session: Session) -> None:
    with session.begin():
        session.add(User(name="anna"))
    with session.begin():
        session.add(User(name="bert"))


def one_block_a_turn_ok(session: Session, names: list[str]) -> None:
    for name in names:
        with session.begin():
            session.add(User(name=name))


def the_first_block_of_a_session_ok(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(User(name="anna"))


def nothing_to_add_ok(session: Session, users: list[User]) -> None:
    session.add_all(users)
    with session.begin():
        session.add(User(name="anna"))


def get_finds_what_is_loaded_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    with session.begin():
        user.name = "anna"


def get_finds_what_is_kept_ok(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        first = session.get(User, 1)
        session.commit()
        second = session.get(User, 1)
        with session.begin():
            print(first, second)


def savepoint_ok(session: Session) -> None:
    session.add(User(name="anna"))
    with session.begin_nested():
        session.add(User(name="bert"))


def asked_before_ok(session: Session) -> None:
    session.scalars(select(User)).all()
    if not session.in_transaction():
        session.begin()
    session.add(User(name="anna"))


def ended_if_it_runs_ok(session: Session) -> None:
    session.scalars(select(User)).all()
    if session.in_transaction():
        session.commit()
    with session.begin():
        session.add(User(name="anna"))


def asked_for_its_object_ok(session: Session) -> None:
    session.scalars(select(User)).all()
    transaction = session.get_transaction()
    if transaction is not None:
        transaction.commit()
    with session.begin():
        session.add(User(name="anna"))


def on_the_other_way_ok(session: Session, user: User, admin: bool) -> None:
    if admin:
        session.add(user)
    if not admin:
        with session.begin():
            session.add(User(name="anna"))


def unknown_code_may_commit_ok(session: Session) -> None:
    session.add(User(name="anna"))
    send_mails(session)
    with session.begin():
        session.add(User(name="bert"))


def unknown_code_has_an_instance_ok(session: Session) -> None:
    user = session.scalars(select(User)).one()
    elsewhere(user)
    with session.begin():
        session.add(User(name="bert"))


def unknown_code_has_the_registry_ok() -> None:
    registry.add(User(name="anna"))
    elsewhere()
    registry.begin()


def removed_registry_ok() -> None:
    registry.add(User(name="anna"))
    registry.remove()
    registry.begin()


def perhaps_another_session_ok(session: Session, users: list[Session]) -> None:
    users[0].add(User(name="anna"))
    session.begin()


def perhaps_the_same_session_ok(session: Session, sessions: list[Session]) -> None:
    session.add(User(name="anna"))
    sessions[0].commit()
    session.begin()


def another_session_ok(session: Session, other: Session) -> None:
    session.add(User(name="anna"))
    other.begin()


def _store(session: Performs[Session, Literal["write", "commit"]]) -> None:
    session.commit()


def told_to_commit_ok(session: Session) -> None:
    session.add(User(name="anna"))
    _store(session)
    session.begin()


def expected_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.begin()
    except InvalidRequestError:
        print("as always")


def before_the_session_did_anything_ok(session: Session, raw: str) -> None:
    try:
        name = int(raw)
        session.add(User(name=str(name)))
        session.flush()
    except ValueError:
        with session.begin():
            session.add(User(name="nobody"))


def fixture_ok(engine: Engine) -> object:
    session = Session(engine)
    session.add(User(name="anna"))
    yield session
    session.begin()


def _given_back(session: Session) -> object:
    session.add(User(name="anna"))
    yield 1
    with session.begin():
        session.add(User(name="bert"))


def of_a_connection_ok(engine: Engine, session: Session) -> None:
    session.add(User(name="anna"))
    with engine.connect() as connection, connection.begin():
        connection.execute(text("select 1"))


class Repository:
    def __init__(self, session: Session) -> None:
        self.session = session

    def twice_bad(self) -> None:
        self.session.add(User(name="anna"))
        with self.session.begin():  # error: [session-transaction] on "self.session"
            self.session.add(User(name="bert"))

    def own_method_ok(self) -> None:
        self.session.add(User(name="anna"))
        self.finish()
        with self.session.begin():
            self.session.add(User(name="bert"))

    def finish(self) -> None:
        self.session.commit()


class Lenient(Session):
    def begin(self, nested: bool = False) -> object:  # type: ignore[override]
        return self.begin_nested() if self.in_transaction() else super().begin()


def own_begin_ok(session: Lenient) -> None:
    session.add(User(name="anna"))
    session.begin()


def known_miss_read_in_a_block_of_the_caller(session: Session) -> None:
    user = session.get_one(User, 1)
    session.begin()
    print(user)
