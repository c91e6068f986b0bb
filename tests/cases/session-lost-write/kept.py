"""What is committed, taken back on purpose or may be either is not lost."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient, object_session, scoped_session, sessionmaker

from models import Post, User, elsewhere, render, run_later, send_mails


def commit_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.commit()


def commit_in_finally_ok(engine: Engine) -> None:
    session = Session(engine)
    try:
        session.add(User(name="ann"))
    finally:
        session.commit()
        session.close()


def dry_run_ok(engine: Engine, dry_run: bool) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        if not dry_run:
            session.commit()


def dry_run_by_rollback_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        session.flush()
        number = user.id
        session.rollback()
        return number


def commit_every_hundred_ok(engine: Engine, names: list[str]) -> None:
    with Session(engine) as session:
        for number, name in enumerate(names):
            session.add(User(name=name))
            if number % 100 == 0:
                session.commit()


def begin_block_ok(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(User(name="ann"))


def factory_begin_ok(engine: Engine) -> None:
    with sessionmaker(engine).begin() as session:
        session.add(User(name="ann"))


def transaction_commit_ok(engine: Engine) -> None:
    with Session(engine) as session:
        transaction = session.begin()
        session.add(User(name="ann"))
        transaction.commit()


def commit_by_connection_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.flush()
        session.connection().commit()


def commit_by_text_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.flush()
        session.execute(text("COMMIT"))


def commit_by_object_session_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        owner = object_session(user)
        assert owner is not None
        owner.commit()


def commit_by_bound_method_ok(engine: Engine) -> None:
    with Session(engine) as session:
        finish = session.commit
        session.add(User(name="ann"))
        finish()


def commit_by_exit_stack_ok(engine: Engine) -> None:
    with ExitStack() as stack, Session(engine) as session:
        stack.callback(session.commit)
        session.add(User(name="ann"))


def commit_at_exit_ok(engine: Engine) -> None:
    session = Session(engine)
    atexit.register(session.commit)
    session.add(User(name="ann"))


def commit_by_closure_ok(engine: Engine) -> None:
    with Session(engine) as session:

        def finish() -> None:
            session.commit()

        session.add(User(name="ann"))
        run_later(finish)


def commit_by_closure_made_before_ok(engine: Engine) -> None:
    def finish() -> None:
        session.commit()

    run_later(finish)
    session = Session(engine)
    session.add(User(name="ann"))
    elsewhere()
    session.close()


def commit_by_helper_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        send_mails(session)


def instance_given_to_helper_ok(engine: Engine) -> None:
    """Whoever has the instance has its session."""
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        elsewhere(user)


def instance_was_given_to_helper_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        elsewhere(user)
        user.name = "ann"
        elsewhere()


def method_of_instance_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = _Saved(name="ann")
        session.add(user)
        user.save()


def held_by_object_ok(engine: Engine) -> None:
    with Session(engine) as session:
        users = _Users(session)
        session.add(User(name="ann"))
        users.save()


def kept_in_list_ok(engine: Engine, opened: list[Session]) -> None:
    session = Session(engine)
    session.add(User(name="ann"))
    opened.append(session)


def returned_ok(engine: Engine) -> Session:
    session = Session(engine)
    session.add(User(name="ann"))
    return session


def returned_in_tuple_ok(engine: Engine) -> tuple[Session, User]:
    session = Session(engine)
    user = User(name="ann")
    session.add(user)
    return session, user


def instance_returned_ok(engine: Engine) -> User:
    """The caller may find the session by its instance as long as nothing has closed it."""
    session = Session(engine)
    user = User(name="ann")
    session.add(user)
    return user


def query_returned_ok(engine: Engine) -> object:
    session = Session(engine)
    session.add(User(name="ann"))
    return session.query(User)


def yielded_ok(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        session.add(User(name="ann"))
        yield session


def instance_yielded_ok(engine: Engine) -> Iterator[User]:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        yield user


@contextmanager
def scope_ok(engine: Engine) -> Iterator[Session]:
    session = Session(engine)
    session.add(User(name="audit"))
    try:
        yield session
    finally:
        session.close()


def expunged_ok(engine: Engine) -> User:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        session.expunge(user)
        return user


def expired_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.name = "ann"
        print(user.name)
        session.expire(user)


def refreshed_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.name = "ann"
        session.refresh(user)


def made_transient_ok(engine: Engine) -> User:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.name = "ann"
        make_transient(user)
        return user


def delete_taken_back_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.delete(user)
        session.add(user)


def given_up_in_handler_ok(engine: Engine) -> None:
    with Session(engine) as session:
        try:
            session.add(User(name="ann"))
            session.commit()
        except IntegrityError:
            print("there is one already")


def given_up_by_suppress_ok(engine: Engine) -> None:
    with Session(engine) as session, suppress(IntegrityError):
        session.add(User(name="ann"))
        session.flush()
        session.commit()


def given_up_by_raise_ok(engine: Engine, wanted: bool) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        if not wanted:
            raise ValueError
        session.commit()


def only_raise_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.flush()
        raise NotImplementedError


def retry_loop_ok(engine: Engine) -> bool:
    for _attempt in range(3):
        with Session(engine) as session:
            try:
                session.add(User(name="ann"))
                session.commit()
                return True
            except IntegrityError:
                session.rollback()
    return False


def committed_in_handler_ok(engine: Engine, text: str) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        try:
            int(text)
        except ValueError:
            session.commit()


def connection_ok(connection: Connection) -> None:
    """Whoever began the transaction of the connection ends it: a test that rolls back, a migration that commits."""
    with Session(connection) as session:
        session.add(User(name="ann"))


def bind_of_unknown_type_ok(bind: Engine | Connection) -> None:
    with Session(bind) as session:
        session.add(User(name="ann"))


def no_bind_ok() -> None:
    with Session() as session:
        session.add(User(name="ann"))


def several_binds_ok(engine: Engine) -> None:
    with Session(binds={User: engine}) as session:
        session.add(User(name="ann"))


def given_factory_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        session.add(User(name="ann"))
        session.flush()


def factory_with_class_ok(engine: Engine) -> None:
    with sessionmaker(engine, class_=_Committing)() as session:
        session.add(User(name="ann"))


def factory_bound_anew_ok(engine: Engine, connection: Connection) -> None:
    with sessionmaker(engine)(bind=connection) as session:
        session.add(User(name="ann"))
        session.flush()


def configured_factory_ok(connection: Connection) -> None:
    with _configured() as session:
        session.add(User(name="ann"))
        session.flush()


def subclass_ok(engine: Engine) -> None:
    with _Committing(engine) as session:
        session.add(User(name="ann"))


def parameter_ok(session: Session) -> None:
    session.add(User(name="ann"))
    session.close()


def parameter_in_block_ok(session: Session) -> None:
    with session:
        session.add(User(name="ann"))


def registry_ok(registry: scoped_session[Session]) -> None:
    registry.add(User(name="ann"))
    registry.remove()


def instance_from_elsewhere_ok(engine: Engine, user: User) -> None:
    """It may be detached and unchanged: nothing is written."""
    with Session(engine) as session:
        session.add(user)
        print(len(user.posts))


def instances_from_elsewhere_ok(engine: Engine, users: list[User]) -> None:
    with Session(engine) as session:
        session.add_all(users)


def merge_to_read_ok(engine: Engine, user: User) -> int:
    with Session(engine) as session:
        return len(session.merge(user).posts)


def added_again_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(session.get_one(User, 1))


def own_value_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.name = user.name
        user.name = user.name.strip()


def unmapped_attribute_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(_Saved, 1)
        user.shown = True
        user.title = "Dr."


def append_to_transient_ok(engine: Engine) -> User:
    with Session(engine) as session:
        user = User(name="ann")
        user.posts.append(Post(title="news"))
        print(session.get(User, 1))
        return user


def append_what_there_is_ok(engine: Engine, post: Post) -> None:
    with Session(engine) as session:
        session.get_one(User, 1).posts.append(post)


def transient_attribute_ok(engine: Engine) -> User:
    with Session(engine) as session:
        user = User(name="ann")
        user.name = "bob"
        print(session.get(User, 1))
        return user


def stored_in_global_ok(engine: Engine) -> None:
    global _session
    _session = Session(engine)
    _session.add(User(name="ann"))


def partial_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        run_later(partial(send_mails, session))


def in_block_of_unknown_manager_ok(engine: Engine) -> None:
    with Session(engine) as session, _committing(session):
        session.add(User(name="ann"))


def closing_ok(engine: Engine) -> None:
    with closing(Session(engine)) as session:
        session.add(User(name="ann"))
        session.commit()


def rendered_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        return render(user)


def execute_parameter_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(text("UPDATE users SET name = 'ann'"))


def never_ends_ok(engine: Engine) -> None:
    session = Session(engine)
    session.add(User(name="ann"))
    while True:
        session.scalars(update(User).values(name="bob").returning(User.id))


def test_leaves_its_rows_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.flush()


def known_miss_wrapped_in_handler(engine: Engine) -> None:
    with Session(engine) as session:
        try:
            session.add(User(name="ann"))
            session.commit()
        except IntegrityError:
            session.add(User(name="bob"))
            elsewhere(session)


def _post(user: User) -> Post: ...


class _Users:
    def __init__(self, session: Session) -> None: ...

    def save(self) -> None: ...


class _Saved(User):
    shown = False

    @property
    def title(self) -> str: ...

    @title.setter
    def title(self, title: str) -> None: ...

    def save(self) -> None: ...


class _Committing(Session):
    def close(self) -> None:
        self.commit()
        super().close()


@contextmanager
def _committing(session: Session) -> Iterator[None]:
    yield
    session.commit()


_session: Session
_configured = sessionmaker(bind=None)
_configured.configure(bind=None)


@dataclass
class Unit:
    session: Session
    label: str = ""


def given_back_in_an_object_ok(engine: Engine) -> Unit:
    session = Session(engine)
    session.add(User(name="ann"))
    return Unit(session)


def given_back_in_an_object_by_variable_ok(engine: Engine) -> Unit:
    unit = Unit(Session(engine))
    unit.session.add(User(name="ann"))
    return unit


def given_back_in_an_object_and_set_later_ok(engine: Engine, other: Session) -> Unit:
    unit = Unit(other)
    session = Session(engine)
    session.add(User(name="ann"))
    unit.session = session
    unit.label = "given back"
    return unit


def given_back_in_an_object_and_committed_ok(engine: Engine) -> None:
    unit = given_back_in_an_object_by_variable_ok(engine)
    unit.session.commit()
    unit.session.close()


def given_back_in_an_object_and_given_on_ok(engine: Engine) -> Unit:
    unit = given_back_in_an_object_and_set_later_ok(engine, Session(engine))
    unit.session.add(User(name="bob"))
    return unit
