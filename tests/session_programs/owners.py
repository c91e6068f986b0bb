"""Sessions that come from subclasses, factories and registries: what they change, and what settings they have."""

from typing import Any

from session_models import User
from sqlalchemy import Engine
from sqlalchemy.orm import Session, close_all_sessions, scoped_session, sessionmaker

from mypy_session_plugin import reveal_state


class Plain(Session):
    def rename(self, user: User) -> None:
        user.name = "renamed"


class KeptOpen(Session):
    def close(self) -> None:
        """Keeps its instances."""


class Quiet(Session):
    def flush(self, objects: Any = None) -> None:
        """Does nothing."""


class CountingRegistry(scoped_session[Session]):
    def remove(self) -> None:
        self.expire_all()


class LoggingRegistry(scoped_session[Session]):
    def remove(self) -> None:
        super().remove()


class LoggingSession(Session):
    def close(self) -> None:
        super().close()


Factory = sessionmaker(autoflush=False)
Registry = scoped_session(Factory)
WrittenInOne = scoped_session(sessionmaker(autoflush=False, expire_on_commit=False))
Changed = scoped_session(sessionmaker(autoflush=False))


def change(bind: Engine) -> None:
    Changed.configure(bind=bind, autoflush=True)


def a_subclass_that_overrides_nothing_is_a_session(engine: Engine) -> None:
    with Plain(engine) as session:
        user = session.get_one(User, 1)
    reveal_state(user)  # detached


def the_block_ends_with_the_close_of_the_subclass(engine: Engine) -> None:
    with KeptOpen(engine) as session:
        user = session.get_one(User, 1)
    reveal_state(user)  # persistent | unknown


def so_does_that_of_its_factory(engine: Engine) -> None:
    with sessionmaker(engine, class_=KeptOpen).begin() as session:
        user = session.get_one(User, 1)
    reveal_state(user)  # persistent | unknown


def a_registry_removes_by_closing(engine: Engine) -> None:
    registry = scoped_session(sessionmaker(engine, class_=KeptOpen))
    user = registry.get_one(User, 1)
    registry.remove()
    reveal_state(user)  # persistent | unknown


def a_query_flushes_by_the_flush_of_the_subclass(engine: Engine) -> None:
    session, user = Quiet(engine), User(name="new")
    session.add(user)
    session.query(User).all()
    reveal_state(user)  # pending | unknown


def a_savepoint_too(engine: Engine) -> None:
    session, user = Quiet(engine), User(name="new")
    session.add(user)
    session.begin_nested()
    reveal_state(user)  # pending | unknown


def what_it_does_not_override_is_known(engine: Engine) -> None:
    session, user = Quiet(engine), User(name="new")
    session.add(user)
    reveal_state(user)  # pending
    session.expunge(user)
    reveal_state(user)  # transient


def a_method_may_be_assigned(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.commit = session.in_transaction  # type: ignore[method-assign, assignment]
    session.commit()
    reveal_state(user)  # pending | unknown


def a_registry_of_the_users_own(engine: Engine) -> None:
    registry = CountingRegistry(sessionmaker(engine))
    user = registry.get_one(User, 1)
    registry.remove()
    reveal_state(user)  # persistent


def an_overriding_method_runs_the_overridden_one(engine: Engine) -> None:
    registry, session = LoggingRegistry(sessionmaker(engine)), LoggingSession(engine)
    first, second = registry.get_one(User, 1), session.get_one(User, 1)
    registry.remove()
    reveal_state(first)  # persistent | unknown
    session.close()
    reveal_state(second)  # persistent | unknown


def every_session_is_closed(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    close_all_sessions()
    reveal_state(user)  # detached


def a_registry_has_the_settings_of_its_factory(engine: Engine) -> None:
    registry = scoped_session(sessionmaker(engine, autoflush=False))
    user = User(name="new")
    registry.add(user)
    registry.query(User).all()
    reveal_state(user)  # pending


def a_global_one_too(engine: Engine) -> None:
    user = User(name="new")
    Registry.add(user)
    Registry.query(User).all() if Registry.bind else None
    reveal_state(user)  # pending
    Registry.remove()


def and_one_written_in_one_expression(engine: Engine) -> None:
    user = User(name="new")
    WrittenInOne.add(user)
    WrittenInOne().query(User).all() if WrittenInOne.bind else None
    reveal_state(user)  # pending
    WrittenInOne.remove()


def one_that_is_configured_is_not_known(engine: Engine) -> None:
    change(engine)
    user = User(name="new")
    Changed.add(user)
    Changed.query(User).all()
    reveal_state(user)  # pending | persistent
    Changed.remove()
