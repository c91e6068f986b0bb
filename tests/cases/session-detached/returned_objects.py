"""What a function puts into a dataclass that it gives back is what its caller finds there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache

from models import User
from sqlalchemy import Engine, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session


@dataclass
class Context:
    user: User
    label: str = ""


@dataclass(frozen=True)
class Page:
    users: list[User]
    context: Context


@dataclass
class Reloading:
    user: User
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.user = User(name="new")


def authenticate(engine: Engine) -> Context:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
        user.name = "x"
        session.commit()
        return Context(user, label="of a session that is closed")


def again(engine: Engine) -> Context:
    return authenticate(engine)


async def authenticate_async(engine: AsyncEngine) -> Context:
    async with AsyncSession(engine) as session:
        user = (await session.scalars(select(User))).one()
        user.name = "x"
        await session.commit()
        return Context(user=user)


async def again_async(engine: AsyncEngine) -> Context:
    return await authenticate_async(engine)


def load(session: Session) -> Context:
    return Context(session.get_one(User, 1))


def by_variable(engine: Engine) -> Context:
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
        found = Context(user, label="of a session that is closed")
        user.name = "x"
        session.commit()
    found.label = "x"
    return found


def filled_in(engine: Engine) -> Context:
    found = Context(User(name="new"))
    with Session(engine) as session:
        found.user = session.scalars(select(User)).one()
        found.user.name = "x"
        session.commit()
    return found


def handed_on(engine: Engine) -> Context:
    found = by_variable(engine)
    print(found.label)
    return found


class Repository:
    def __init__(self, session: Session) -> None:
        self.session = session


def repository(engine: Engine) -> Repository:
    made = Repository(Session(engine))
    return made


def kept_by_variable_bad(engine: Engine) -> str:
    context = authenticate(engine)
    return context.user.name  # error: [session-detached]


def through_another_function_bad(engine: Engine) -> str:
    context = again(engine)
    return context.user.name  # error: [session-detached]


async def awaited_bad(engine: AsyncEngine) -> str:
    context = await authenticate_async(engine)
    return context.user.name  # error: [session-detached]


async def awaited_through_another_function_bad(engine: AsyncEngine) -> str:
    context = await again_async(engine)
    user = context.user
    return user.name  # error: [session-detached]


def given_back_by_variable_bad(engine: Engine) -> str:
    context = by_variable(engine)
    return context.user.name  # error: [session-detached]


def filled_in_later_bad(engine: Engine) -> str:
    context = filled_in(engine)
    return context.user.name  # error: [session-detached]


def handed_on_bad(engine: Engine) -> str:
    context = handed_on(engine)
    return context.user.name  # error: [session-detached]


def held_by_the_session_of_the_caller_bad(session: Session) -> None:
    context = load(session)
    session.merge(context.user)  # error: [session-merge]


def loaded_ok(engine: Engine) -> str:
    def read() -> Context:
        with Session(engine, expire_on_commit=False) as session:
            user = session.scalars(select(User)).one()
            session.commit()
            return Context(user)

    context = read()
    return context.user.name


def on_one_path_ok(engine: Engine, is_new: bool) -> str:
    def read() -> Context:
        if is_new:
            return Context(User(name="new"))
        return authenticate(engine)

    context = read()
    return context.user.name


def on_a_path_that_is_not_known_ok(engine: Engine, make: Callable[[], Context]) -> str:
    def read() -> Context:
        with suppress(ValueError):
            return make()
        return authenticate(engine)

    context = read()
    return context.user.name


def finally_another_ok(engine: Engine) -> str:
    def read() -> Context:
        try:
            return authenticate(engine)
        finally:
            return Context(User(name="new"))  # noqa: B012

    context = read()
    return context.user.name


def assigned_anew_ok(engine: Engine) -> str:
    context = authenticate(engine)
    context.user = User(name="new")
    return context.user.name


def assigned_anew_by_another_name_ok(engine: Engine) -> str:
    context = authenticate(engine)
    other = context
    other.user = User(name="new")
    return context.user.name


def given_to_unknown_code_ok(engine: Engine, change: Callable[[Context], None]) -> str:
    context = authenticate(engine)
    change(context)
    return context.user.name


def set_by_its_own_constructor_ok(engine: Engine) -> str:
    def read() -> Reloading:
        with Session(engine) as session:
            user = session.scalars(select(User)).one()
            session.commit()
            return Reloading(user)

    reloading = read()
    return reloading.user.name


def made_with_another_ok(engine: Engine) -> str:
    def read() -> Page:
        context = authenticate(engine)
        return Page([], context)

    page = read()
    return page.context.label


@cache
def cached(engine: Engine) -> Context:
    return authenticate(engine)


def changed_before_ok(engine: Engine) -> str:
    cached(engine).user = User(name="new")
    context = cached(engine)
    return context.user.name


def refreshed_ok(engine: Engine) -> str:
    context = authenticate(engine)
    with Session(engine) as session:
        session.add(context.user)
        return context.user.name


class Gate:
    def __init__(self, engine: Engine) -> None:
        self.context = authenticate(engine)

    def renew(self) -> None:
        self.context.user = User(name="new")


def used_after_it_was_given_back_ok(engine: Engine) -> None:
    made = repository(engine)
    made.session.add(User(name="new"))
    made.session.commit()
    made.session.close()


def remembered_ok(engine: Engine, remember: Callable[[Context], Context]) -> str:
    def read() -> Context:
        found = authenticate(engine)
        remember(found)
        return found

    context = read()
    return context.user.name


def conditionally_another_ok(engine: Engine, is_new: bool) -> str:
    def read() -> Context:
        found = authenticate(engine)
        if is_new:
            found = Context(User(name="new"))
        return found

    context = read()
    return context.user.name


def in_an_object_ok(engine: Engine) -> str:
    gate = Gate(engine)
    gate.renew()
    return gate.context.user.name
