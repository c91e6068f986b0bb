"""Sessions that a path leaves open."""

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere, run_later, send_mails

new_session = sessionmaker()
registry = scoped_session(new_session)


def early_return_bad(engine: Engine) -> str | None:
    session = Session(engine)  # error: [session-leak] is not closed on the path that returns at line 20
    user = session.get(User, 1)
    if user is None:
        return None
    name = user.name
    session.close()
    return name


def never_closed_bad(engine: Engine) -> None:
    session = Session(engine)  # error: [session-leak] is not closed at the end of the function
    print(session.scalar(select(func.count()).select_from(User)))


def made_in_an_expression_bad() -> int:
    return new_session().scalar(select(func.count()).select_from(User)) or 0  # error: [session-leak] the session has run


def written_raise_bad(engine: Engine) -> str:
    session = Session(engine)  # error: [session-leak] is not closed on a path that raises
    user = session.get(User, 1)
    if user is None:
        raise LookupError
    name = user.name
    session.close()
    return name


def on_one_branch_bad(engine: Engine, keep: bool) -> None:
    session = Session(engine)  # error: [session-leak]
    session.get(User, 1)
    if not keep:
        session.close()


def work_after_a_commit_bad(engine: Engine) -> None:
    session = Session(engine)  # error: [session-leak]
    session.commit()
    session.get(User, 1)


def one_for_each_turn_bad(engine: Engine) -> None:
    for number in range(3):
        session = Session(engine)  # error: [session-leak]
        session.get(User, number)


async def async_session_bad(factory: async_sessionmaker[AsyncSession]) -> bool:
    session = factory()  # error: [session-leak]
    return await session.scalar(select(User)) is not None


def instance_goes_out_bad(engine: Engine) -> User:
    session = Session(engine)  # error: [session-leak]
    return session.get_one(User, 1)


@contextmanager
def not_protected_bad(engine: Engine) -> Iterator[Session]:
    session = Session(engine)  # error: [session-leak] by an exception that goes out at the yield of line 77
    yield session
    session.close()


async def dependency_bad(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    session = AsyncSession(engine)  # error: [session-leak]
    yield session
    await session.close()


def _get_db() -> Generator[Session, None, None]:
    db = new_session()
    try:
        yield db
    finally:
        db.close()


def out_of_a_generator_bad() -> int:
    db = next(_get_db())  # error: [session-leak]
    return db.scalar(select(func.count()).select_from(User)) or 0


def out_of_a_generator_and_closed_ok() -> int:
    db = next(_get_db())
    try:
        return db.scalar(select(func.count()).select_from(User)) or 0
    finally:
        db.close()


def out_of_a_generator_into_a_block_ok() -> int:
    with next(_get_db()) as db:
        return db.scalar(select(func.count()).select_from(User)) or 0


def generator_that_is_kept_ok() -> int:
    generator = _get_db()
    db = next(generator)
    count = db.scalar(select(func.count()).select_from(User)) or 0
    generator.close()
    return count


def block_ok(engine: Engine) -> str | None:
    with Session(engine) as session:
        user = session.get(User, 1)
        if user is None:
            return None
        return user.name


def closed_at_last_ok(engine: Engine) -> str:
    session = Session(engine)
    try:
        return session.get_one(User, 1).name
    finally:
        session.close()


def closed_before_each_end_ok(engine: Engine) -> str:
    session = Session(engine)
    user = session.get(User, 1)
    if user is None:
        session.close()
        raise LookupError
    name = user.name
    session.close()
    return name


def committed_ok(engine: Engine) -> None:
    session = Session(engine)
    session.add(User(name="ann"))
    session.flush()
    session.commit()


def rolled_back_ok(engine: Engine) -> None:
    session = Session(engine)
    session.get(User, 1)
    session.rollback()


def committed_by_a_block_ok(engine: Engine) -> None:
    session = Session(engine)
    with session.begin():
        session.get(User, 1)


def no_sql_ok(engine: Engine) -> None:
    session = Session(engine)
    session.add(User(name="ann"))


def exceptions_that_calls_raise_ok(engine: Engine) -> None:
    session = Session(engine)
    user = session.get(User, 1)
    print(user)
    session.close()


def caught_ok(engine: Engine) -> User | None:
    try:
        with Session(engine) as session:
            return session.get(User, 1)
    except ValueError:
        return None


def close_may_fail_ok(engine: Engine) -> None:
    try:
        session = Session(engine)
        session.get(User, 1)
        session.close()
    except ValueError:
        print("failed")


def returned_ok(engine: Engine) -> Session:
    session = Session(engine)
    session.execute(select(1))
    return session


def result_goes_out_ok(engine: Engine) -> object:
    session = Session(engine)
    return session.scalars(select(User))


def closure_goes_out_ok(engine: Engine) -> Callable[[], None]:
    session = Session(engine)
    session.execute(select(1))
    return lambda: session.close()


def yielded_ok(engine: Engine) -> Iterator[Session]:
    session = Session(engine)
    try:
        session.execute(select(1))
        yield session
    finally:
        session.close()


@asynccontextmanager
async def protected_ok(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as session:
        yield session


def given_to_unknown_code_ok(engine: Engine) -> None:
    session = Session(engine)
    session.get(User, 1)
    elsewhere(session)


def given_before_ok(engine: Engine) -> None:
    session = Session(engine)
    send_mails(session)
    session.get(User, 1)


def registered_ok(engine: Engine, stack: ExitStack) -> None:
    session = Session(engine)
    stack.callback(session.close)
    session.get(User, 1)


def given_to_a_manager_ok(engine: Engine) -> None:
    with closing(Session(engine)) as session:
        session.get(User, 1)


def entered_in_a_stack_ok(engine: Engine) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        session.get(User, 1)


def closed_by_a_callback_ok(engine: Engine) -> None:
    session = Session(engine)
    run_later(lambda: session.close())
    session.get(User, 1)


def listed_ok(first: Engine, second: Engine) -> None:
    sessions = [Session(first), Session(second)]
    for session in sessions:
        session.get(User, 1)
    for session in sessions:
        session.close()


def perhaps_made_ok(engine: Engine, wanted: bool) -> None:
    session = Session(engine) if wanted else None
    if session is not None:
        session.get(User, 1)
    print("work")
    if session is not None:
        session.close()


def given_or_made_ok(engine: Engine, session: Session | None = None) -> None:
    own = session is None
    if session is None:
        session = Session(engine)
    session.get(User, 1)
    if own:
        session.close()


def parameter_ok(session: Session) -> None:
    session.get(User, 1)


def registry_ok() -> None:
    registry.get(User, 1)
    registry().get(User, 1)


def local_registry_ok(engine: Engine) -> None:
    sessions = scoped_session(sessionmaker(engine))
    sessions.get(User, 1)


def on_a_connection_ok(connection: Connection) -> None:
    session = Session(bind=connection)
    session.get(User, 1)


def factory_on_a_connection_ok(connection: Connection) -> None:
    factory = sessionmaker(connection)
    session = factory()
    session.get(User, 1)


class Repository:
    def __init__(self, engine: Engine) -> None:
        self.session = Session(engine)
        self.session.execute(select(1))

    def reopen_ok(self, engine: Engine) -> None:
        session = Session(engine)
        session.execute(select(1))
        self.session = session

    def close_ok(self) -> None:
        self.session.close()


def nested_function_ends_it_ok(engine: Engine) -> None:
    session = Session(engine)

    def finish() -> None:
        session.close()

    session.get(User, 1)
    finish()


def failed_assertion_ok(engine: Engine) -> str:
    session = Session(engine)
    user = session.get(User, 1)
    assert user is not None
    name = user.name
    session.close()
    return name
