"""The session of a registry, from a write to the registry's `remove()`."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import User, elsewhere

engine = create_engine("sqlite://")
registry = scoped_session(sessionmaker(engine))
factory = sessionmaker(bind=engine)
of_a_factory = scoped_session(factory)
unbound = scoped_session(sessionmaker())
configured = scoped_session(sessionmaker(engine))
async_registry = async_scoped_session(async_sessionmaker(create_async_engine("sqlite+aiosqlite://")), scopefunc=int)


def configure(other: Engine) -> None:
    configured.configure(bind=other.connect())


def added_bad() -> None:
    registry.add(User(name="ann"))  # error: [session-lost-write] "registry" is closed at line
    registry.remove()


def changed_bad() -> None:
    user = registry.get_one(User, 1)
    user.name = "ann"  # error: [session-lost-write]
    registry.flush()
    registry.remove()


def through_its_session_bad() -> None:
    session = registry()
    session.add(User(name="ann"))  # error: [session-lost-write]
    registry.remove()


def in_finally_bad() -> None:
    try:
        of_a_factory.add(User(name="ann"))  # error: [session-lost-write]
    finally:
        of_a_factory.remove()


async def async_bad() -> None:
    async_registry.add(User(name="ann"))  # error: [session-lost-write]
    await async_registry.remove()


def committed_ok() -> None:
    registry.add(User(name="ann"))
    registry.commit()
    registry.remove()


def rolled_back_ok() -> None:
    registry.add(User(name="ann"))
    registry.rollback()
    registry.remove()


def unknown_code_between_ok() -> None:
    """Whoever runs may ask the registry for the session."""
    registry.add(User(name="ann"))
    elsewhere()
    registry.remove()


def not_removed_ok() -> None:
    registry.add(User(name="ann"))


def removed_on_some_path_ok(done: bool) -> None:
    registry.add(User(name="ann"))
    if done:
        registry.remove()


def removed_before_ok() -> None:
    registry.remove()
    registry.add(User(name="ann"))


def bind_not_known_ok() -> None:
    unbound.add(User(name="ann"))
    unbound.remove()


def configured_elsewhere_ok() -> None:
    configured.add(User(name="ann"))
    configured.remove()


def given_ok(given: scoped_session[Session]) -> None:
    given.add(User(name="ann"))
    given.remove()


def commit_of_what_others_have_written_ok() -> None:
    print(registry.get(User, 1))
    registry.commit()
    registry.remove()


def in_a_handler_ok() -> None:
    try:
        registry.add(User(name="ann"))
        registry.flush()
        registry.commit()
    except ValueError:
        print("given up")
    finally:
        registry.remove()
