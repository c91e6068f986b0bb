"""Sessions that a context manager of the standard library enters, closes or leaves alone."""

from contextlib import AsyncExitStack, ExitStack, aclosing, closing, nullcontext

from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from models import User, elsewhere
from mypy_session_plugin import reveal_state


def entered_by_a_stack_bad(engine: Engine) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        session.add(User(name="ann"))  # error: [session-lost-write] "session" is closed at the end of the "with" block


async def entered_by_an_async_stack_bad(engine: AsyncEngine) -> None:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(AsyncSession(engine))
        session.add(User(name="ann"))  # error: [session-lost-write]


def stack_closed_bad(engine: Engine) -> None:
    stack = ExitStack()
    session = stack.enter_context(Session(engine))
    session.add(User(name="ann"))  # error: [session-lost-write]
    stack.close()


def closing_bad(engine: Engine) -> None:
    with closing(Session(engine)) as session:
        session.add(User(name="ann"))  # error: [session-lost-write]


def closing_by_its_own_name_bad(engine: Engine) -> None:
    session = Session(engine)
    with closing(session):
        session.add(User(name="ann"))  # error: [session-lost-write]


async def aclosing_bad(engine: AsyncEngine) -> None:
    async with aclosing(AsyncSession(engine)) as session:
        session.add(User(name="ann"))  # error: [session-lost-write]


def used_after_closing_bad(engine: Engine) -> None:
    with closing(Session(engine)) as session:
        users = session.scalars(select(User))
    print(users.all())  # error: [session-escape]


def the_same_by_nullcontext_bad(session: Session) -> None:
    with nullcontext(session) as same:
        user = same.get_one(User, 1)
    session.merge(user)  # error: [session-merge]


def states_after_a_stack_bad(engine: Engine) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        user = session.get_one(User, 1)
        reveal_state(user)  # note: Revealed state is "Persistent[models.User]"
    reveal_state(user)  # note: Revealed state is "Detached[models.User]"
    session.expunge(user)  # error: [session-state]


def transaction_in_a_stack_ok(engine: Engine) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        stack.enter_context(session.begin())
        session.add(User(name="ann"))


def perhaps_a_transaction_ok(engine: Engine, begin: bool) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        if begin:
            stack.enter_context(session.begin())
        session.add(User(name="ann"))


def callback_ok(engine: Engine) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        stack.callback(session.commit)
        session.add(User(name="ann"))


def moved_on_ok(engine: Engine) -> ExitStack:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        session.add(User(name="ann"))
        return stack.pop_all()


def manager_of_another_kind_ok(engine: Engine) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(_committing(engine))
        session.add(User(name="ann"))


def stack_given_away_ok(engine: Engine) -> None:
    with ExitStack() as stack:
        session = stack.enter_context(Session(engine))
        elsewhere(stack)
        session.add(User(name="ann"))


def left_alone_ok(session: Session) -> None:
    with nullcontext(session) as same:
        same.add(User(name="ann"))


def either_ok(engine: Engine, given: Session | None) -> None:
    with nullcontext(given) if given is not None else Session(engine) as session:
        session.add(User(name="ann"))


def _committing(engine: Engine) -> Session: ...
