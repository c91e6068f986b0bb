"""Context managers that the program itself defines: generator functions and classes."""

from collections.abc import Iterator
from contextlib import contextmanager

from session_models import Engine, Session, User

from mypy_session_plugin import reveal_state


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    session = Session(engine)
    try:
        yield session
        session.commit()
    except Exception:
        session.rollback()
        raise
    finally:
        session.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@contextmanager
def unit(session: Session) -> Iterator[None]:
    yield
    session.commit()


@contextmanager
def forgiving(session: Session) -> Iterator[User]:
    user = User(name="given")
    session.add(user)
    try:
        yield user
        session.flush()
    except ValueError:
        session.rollback()


@contextmanager
def loaded(engine: Engine) -> Iterator[User]:
    session = Session(engine)
    yield session.get_one(User, 1)
    session.close()


def found(engine: Engine) -> User:
    with reading(engine) as session:
        return session.get_one(User, 1)


def a_return_out_of_the_block(engine: Engine) -> None:
    reveal_state(found(engine))  # detached


def the_scope_commits_and_closes(engine: Engine) -> None:
    new = User(name="new")
    with session_scope(engine) as session:
        old = session.get_one(User, 1)
        reveal_state(old)  # persistent
        session.add(new)
        reveal_state(new)  # pending
    reveal_state(new)  # detached
    reveal_state(old)  # detached


def an_exception_rolls_back(engine: Engine) -> None:
    new = User(name="new")
    try:
        with session_scope(engine) as session:
            session.add(new)
            session.flush()
            raise ValueError
    except ValueError:
        reveal_state(new)  # transient | pending | persistent | detached


def a_scope_that_only_closes(engine: Engine) -> None:
    new = User(name="new")
    with reading(engine) as session:
        session.add(new)
        old = session.get_one(User, 1)
        session.delete(session.get_one(User, 2))
    reveal_state(new)  # transient | detached
    reveal_state(old)  # detached


def a_scope_on_a_session_of_the_callers(engine: Engine) -> None:
    session, new = Session(engine), User(name="new")
    with unit(session):
        session.add(new)
        reveal_state(new)  # pending
    reveal_state(new)  # persistent


def what_it_gives_out_is_followed(engine: Engine) -> None:
    session = Session(engine)
    with forgiving(session) as user:
        reveal_state(user)  # pending
    reveal_state(user)  # transient | pending | persistent


def an_exception_that_it_swallows(engine: Engine) -> None:
    session = Session(engine)
    with forgiving(session) as user:
        session.flush()
        if user.id:
            raise ValueError
    reveal_state(user)  # transient | pending | persistent


def an_instance_of_a_session_that_nobody_else_has(engine: Engine) -> None:
    with loaded(engine) as user:
        reveal_state(user)  # persistent
    reveal_state(user)  # detached


def one_in_another(engine: Engine) -> None:
    with session_scope(engine) as outer:
        first = outer.get_one(User, 1)
        with session_scope(engine) as inner:
            second = inner.get_one(User, 1)
        reveal_state(first)  # persistent
        reveal_state(second)  # detached
    reveal_state(first)  # detached
