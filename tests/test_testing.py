"""The runtime twin: phantom types are asserted of what really arrives, and of what is done with sessions."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, scoped_session, selectinload, sessionmaker

from mypy_session_plugin import Becomes, Persistent, Transient
from mypy_session_plugin.testing import ContractViolation, session_contracts
from mypy_session_plugin.testing.annotations import read
from tests import contract_programs as programs
from tests.contract_programs import Base, Post, User, new_user
from tests.pages import ROOT

PROGRAMS = "tests.contract_programs"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'app.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([User(name=name, posts=[Post()]) for name in ("ann", "bob")])
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture
def on() -> Iterator[None]:
    """Contracts are asserted in the test; those that it expects to be broken have been seen there."""
    with session_contracts(PROGRAMS) as violations:
        yield
        violations.clear()


def broken(part: str) -> pytest.RaisesExc[ContractViolation]:
    """A contract is broken, with this part of the message."""
    return pytest.RaisesExc(ContractViolation, check=lambda error: part in str(error))


def in_state(state: str, session: Session) -> User:
    """A user in a state; what is deleted or detached was user 1."""
    user = User() if state in ("transient", "pending") else session.get_one(User, 1)
    match state:
        case "pending":
            session.add(user)
        case "deleted":
            session.delete(user)
            session.flush()
        case "detached":
            session.expunge(user)
    return user


STATES = ["transient", "pending", "persistent", "deleted", "detached"]
TAKERS: list[tuple[Callable[[User], object], set[str]]] = [
    (programs.transient, {"transient"}),
    (programs.pending, {"pending"}),
    (programs.persistent, {"persistent"}),
    (programs.detached, {"detached"}),
    (programs.attached, {"pending", "persistent", "deleted"}),
    (programs.unattached, {"transient", "detached"}),
    (programs.union, {"pending", "detached"}),
    (programs.optional, {"persistent"}),
    (programs.alias, {"persistent"}),
    (programs.alias_type, {"persistent"}),
    (programs.generic, {"persistent"}),
    (programs.post_or_new_user, {"transient"}),
    (lambda user: programs.unseen(user, {1}), {"persistent"}),
    (lambda user: programs.of_list([user]), {"persistent"}),
    (lambda user: programs.of_dict({"ann": user}), {"persistent"}),
    (lambda user: programs.of_pair((user, User())), {"persistent"}),
    (lambda user: programs.variadic(user), {"persistent"}),
    (lambda user: programs.variadic(ann=user), {"detached"}),
    (lambda user: programs.Repository(Session()).of_class(user), {"persistent"}),
    (lambda user: programs.Repository.of_nothing(user), {"persistent"}),
]


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("take", "admitted"), TAKERS)
def test_a_parameter_admits_the_states_that_it_declares(
    take: Callable[[User], object], admitted: set[str], state: str, session: Session
) -> None:
    user = in_state(state, session)
    if state in admitted:
        take(user)
    else:
        with broken(f"is {state}; "):
            take(user)


CONSEQUENCES: list[tuple[str, Callable[[Session, User], object]]] = [
    *((state, Session.refresh) for state in ("transient", "pending", "detached")),
    *((state, Session.expire) for state in ("transient", "pending", "detached")),
    *((state, Session.delete) for state in ("transient", "pending")),
    ("deleted", Session.add),
]


@pytest.mark.parametrize(("state", "operation"), CONSEQUENCES)
def test_what_a_message_says_of_sqlalchemy_is_so(
    state: str, operation: Callable[[Session, User], object], session: Session
) -> None:
    user = in_state(state, session)
    with pytest.raises(InvalidRequestError):
        operation(session, user)


@pytest.mark.usefixtures("on")
class TestInstances:
    def test_a_message_says_what_was_expected_and_what_it_was(self, session: Session) -> None:
        with pytest.raises(ContractViolation) as caught:
            programs.persistent(new_user())
        assert str(caught.value) == (
            '"user" is transient; persistent() takes Persistent[User] '
            "(refresh(), expire() and delete() of it raise InvalidRequestError)"
        )

    def test_a_message_names_the_class_where_the_type_does_not(self) -> None:
        with broken('"instance" (User) is transient; generic() takes Persistent[T]'):
            programs.generic(new_user())

    def test_a_dataclass_is_asserted_where_it_is_made(self) -> None:
        with broken('"user" is transient; Draft.__init__() takes Persistent[User]'):
            programs.Draft(new_user())

    def test_a_union_with_what_has_no_instances_admits_all(self) -> None:
        programs.described(new_user())

    def test_none_and_what_is_not_mapped_are_let_by(self, engine: Engine) -> None:
        programs.optional(None)
        for value in (1, engine, User, Mock(), Mock(spec=User)):
            programs.generic(value)

    def test_becomes_is_asserted_after_the_call(self, session: Session) -> None:
        programs.register(session, User())
        with broken('"user" is pending after the call; register() promises Becomes[Transient[User], Persistent[User]]'):
            programs.register(session, User(), flush=False)

    def test_nothing_is_promised_by_a_call_that_raises(self, session: Session) -> None:
        with pytest.raises(LookupError):
            programs.fail_to_register(session, User())

    def test_added_is_in_a_session_afterwards(self, session: Session) -> None:
        programs.enrol(session, User())
        programs.enrol(session, in_state("detached", session))
        with broken('"user" is transient after the call; enrol() promises Added[User]'):
            programs.enrol(session, User(), add=False)

    def test_a_result_is_asserted(self, session: Session) -> None:
        assert programs.load(session).id == 1
        with broken("what load() returns is detached; it is declared to return Persistent[User]"):
            programs.load(session, expunge=True)

    def test_what_a_generator_yields_is_asserted(self, session: Session) -> None:
        assert len(list(programs.stream(session, expunge=False))) == 2
        with broken("what stream() yields is detached; it is declared to yield Persistent[User]"):
            list(programs.stream(session, expunge=True))

    def test_what_a_context_manager_gives_is_asserted(self, session: Session) -> None:
        with programs.lent_user(session, expunge=False) as user:
            assert user.id == 1
        with broken("what lent_user() yields is detached"), programs.lent_user(session, expunge=True):
            pass

    def test_a_cached_function_and_a_property_are_asserted(self, session: Session) -> None:
        user = programs.cached(session)
        assert programs.cached(session) is user
        with broken("what Repository.current() returns is transient"):
            _ = programs.Repository(session).current
        programs.cached.cache_clear()

    def test_loaded_attributes_are_loaded(self, session: Session) -> None:
        programs.with_posts(session.get_one(User, 1, options=[selectinload(User.posts)]))
        programs.with_posts(User())
        user = session.get_one(User, 2)
        with broken('"user" has "posts" not loaded; with_posts() takes Loaded[User, Literal["posts", "name"]]'):
            programs.with_posts(user)
        session.expunge(user)
        with broken("reading it raises DetachedInstanceError"):
            programs.with_posts(user)

    def test_an_attached_instance_belongs_to_the_session_of_the_call(self, engine: Engine, session: Session) -> None:
        user = session.get_one(User, 1)
        with Session(engine) as other:
            programs.in_this(session, user)
            programs.in_the_named(other, session, user)
            programs.in_either(other, other, user)
            programs.Repository(session).remove(user)
            with broken('"user" belongs to another session than "session"; in_this() takes Persistent[User]'):
                programs.in_this(other, user)
            with broken('"user" belongs to another session than "other"'):
                programs.in_the_named(session, other, user)
            with broken('belongs to another session than "self.session"'):
                programs.Repository(other).remove(user)

    def test_a_registry_stands_for_the_session_that_it_has(self, engine: Engine) -> None:
        registry = scoped_session(sessionmaker(engine))
        programs.in_this(registry, registry.get_one(User, 1))  # type: ignore[arg-type]
        registry.remove()


@pytest.mark.usefixtures("on")
class TestLentSessions:
    @pytest.mark.parametrize("method", ["flush", "expire_all", "begin_nested", "connection", "expunge_all"])
    def test_a_borrowed_session_may_be_used(self, session: Session, method: str) -> None:
        programs.borrow(session, method)

    @pytest.mark.parametrize("method", ["commit", "rollback", "close", "begin", "reset"])
    def test_a_borrowed_session_must_not_be_ended_or_begun(self, session: Session, method: str) -> None:
        with broken(f'"session" is only lent to borrow() (Borrowed); {method}() '):
            programs.borrow(session, method)
        getattr(session, method)()

    def test_a_block_of_a_borrowed_session_closes_it(self, session: Session) -> None:
        with broken("close() takes it from its owner"):
            programs.borrow_in_a_block(session)

    def test_a_borrowed_session_is_not_returned(self, session: Session) -> None:
        with broken('"session" is only lent to borrow_and_return() (Borrowed), which returns it'):
            programs.borrow_and_return(session)
        assert programs.borrow_from_framework(session) is session

    def test_between_the_steps_of_a_generator_the_owner_has_the_session(self, session: Session) -> None:
        for _step in programs.borrow_steps(session):
            session.commit()

    def test_performs_says_which_ends_are_allowed(self, session: Session) -> None:
        programs.perform(session, "commit")
        programs.perform(session, "flush")
        with broken('"session" is only lent to perform() (Performs); rollback() ends the transaction of its owner'):
            programs.perform(session, "rollback")

    def test_who_borrows_cannot_let_others_end_or_own_it(self, session: Session) -> None:
        with broken("only lent to borrow_and_perform() (Borrowed); commit()"):
            programs.borrow_and_perform(session)
        with broken("only lent to borrow_and_give_away() (Borrowed); store() takes it as Owned"):
            programs.borrow_and_give_away(session)

    def test_an_object_has_it_on_loan_for_as_long_as_it_lives(self, session: Session) -> None:
        users = programs.Users(session)
        users.add(User())
        for _user in users.each():
            session.commit()
        assert users.lent is session
        with broken('"self.session" is only lent to Users.undo() (Borrowed, as Users.__init__() says); rollback()'):
            users.undo()
        session.rollback()

    def test_another_thread_must_not_use_it_meanwhile(self, session: Session) -> None:
        seen: list[str] = []

        def use() -> None:
            try:
                session.get(User, 1)
            except ContractViolation as violation:
                seen.append(str(violation))

        programs.borrow_and_call(session, lambda: programs.run_in_thread(use))
        assert len(seen) == 1
        assert '"session" is lent to borrow_and_call() in the thread "MainThread"' in seen[0]
        assert 'get() uses it in the thread "worker" meanwhile; a session belongs to one thread' in seen[0]

    def test_a_guarded_one_may_be_used_by_another_thread(self, engine: Engine) -> None:
        with Session(engine) as session:
            programs.use_guarded(session, lambda: programs.run_in_thread(session.expire_all))

    def test_a_mock_is_no_session(self) -> None:
        session = Mock(spec=Session)
        programs.borrow(session, "commit")
        session.commit.assert_called_once_with()

    def test_a_session_is_not_kept_alive(self, engine: Engine) -> None:
        session = Session(engine)
        programs.borrow(session, "flush")
        reference = weakref.ref(session)
        del session
        assert reference() is None


class TestOwnedSessions:
    @pytest.mark.usefixtures("on")
    def test_what_was_given_away_and_closed_is_not_used(self, engine: Engine) -> None:
        session = Session(engine)
        programs.store(session)
        with broken("the session was given to store() (Owned), which closed it; add() uses it again"):
            session.add(User())  # type: ignore[session-closed]
        with broken("store() is given it again"):
            programs.store(session)  # type: ignore[session-closed]
        session.close()  # type: ignore[session-closed]

    @pytest.mark.usefixtures("on")
    def test_what_the_new_owner_keeps_may_be_used(self, engine: Engine) -> None:
        keeper = programs.Keeper(Session(engine))
        keeper.session.add(User())
        keeper.session.commit()
        keeper.session.close()

    def test_what_is_given_out_must_be_ended(self, engine: Engine) -> None:
        with session_contracts(PROGRAMS):
            session = programs.open_session(engine)
            session.get(User, 1)
            session.close()
        with broken("open_session() gave out a session (Owned) that is at work still"), session_contracts(PROGRAMS):
            session = programs.open_session(engine)
            session.get(User, 1)
        session.close()


class TestAsynchronously:
    @staticmethod
    def run(engine: Engine, work: Callable[[AsyncSession], object]) -> None:
        async def main() -> None:
            asynchronous = create_async_engine(f"sqlite+aiosqlite:///{engine.url.database}")
            async with AsyncSession(asynchronous) as session:
                result = work(session)
                assert inspect.isawaitable(result)
                await result
            await asynchronous.dispose()

        with session_contracts(PROGRAMS) as violations:
            asyncio.run(main())
            violations.clear()

    def test_a_coroutine_keeps_its_promise(self, engine: Engine) -> None:
        async def work(session: AsyncSession) -> None:
            assert (await programs.load_later(session)).id == 1
            with broken("what load_later() returns is detached"):
                await programs.load_later(session, expunge=True)

        self.run(engine, work)

    def test_what_must_load_is_told(self, engine: Engine) -> None:
        async def work(session: AsyncSession) -> None:
            user = await session.get_one(User, 1)
            with broken("reading it raises MissingGreenlet"):
                programs.with_posts(user)

        self.run(engine, work)

    def test_a_borrowed_session_is_not_committed(self, engine: Engine) -> None:
        async def work(session: AsyncSession) -> None:
            with broken('"session" is only lent to borrow_and_commit_later() (Borrowed); commit()'):
                await programs.borrow_and_commit_later(session)
            await session.commit()

        self.run(engine, work)

    def test_an_asynchronous_manager_has_it_on_loan_by_steps(self, engine: Engine) -> None:
        async def work(session: AsyncSession) -> None:
            async with programs.lent_user_later(session, commit=False) as user:
                assert user.id == 1
                await session.commit()
            async with programs.lent_user_later(session, commit=False):
                programs.fail()
            with broken("only lent to lent_user_later()"):
                async with programs.lent_user_later(session, commit=True):
                    pass

        self.run(engine, work)

    def test_the_owner_must_not_use_it_beside_another_task(self, engine: Engine) -> None:
        async def work(session: AsyncSession) -> None:
            ready, going = asyncio.Event(), asyncio.Event()
            await programs.load_later(session)
            programs.borrow_nothing(session)
            task = asyncio.create_task(programs.borrow_later(session, ready, going), name="borrower")
            await ready.wait()
            with broken('"session" is lent to borrow_later() in the thread "MainThread" in the task "borrower"'):
                await session.get_one(User, 2)
            going.set()
            await task

        self.run(engine, work)

    def test_a_task_that_is_waited_for_is_alone(self, engine: Engine) -> None:
        async def work(session: AsyncSession) -> None:
            ready, going = asyncio.Event(), asyncio.Event()
            going.set()
            programs.borrow_nothing(session)
            await asyncio.wait_for(programs.borrow_later(session, ready, going), 60)
            await session.get_one(User, 2)

        self.run(engine, work)


class TestAnnotations:
    """Annotations in quotes, whose names may be imported for type checkers alone."""

    @pytest.mark.parametrize(
        "text",
        [
            "Persistent[User]",
            "Persistent[models.User]",
            "Persistent['User']",
            "Optional[Persistent[User]]",
            "Persistent[User] | None",
            "list[Persistent[User]]",
        ],
    )
    def test_a_name_that_is_not_there_hides_no_phantom_type(self, text: str) -> None:
        assert not read(text, {}).says_nothing

    @pytest.mark.parametrize(
        "text", ["User", "models.User | None", "not an annotation", "1 / 0", "Callable[[User], int]"]
    )
    def test_what_has_none_says_nothing(self, text: str) -> None:
        assert read(text, {}).says_nothing

    def test_it_is_shown_as_it_is_written(self) -> None:
        assert read("Persistent[models.User] | None", {}).text == "Persistent[models.User] | None"
        assert read(Becomes[Transient[User], Persistent[User]], {}).text == "Becomes[Transient[User], Persistent[User]]"


class TestTurningOnAndOff:
    def test_nothing_is_asserted_before_and_after(self) -> None:
        code = programs.persistent.__code__
        programs.persistent(new_user())
        with session_contracts(PROGRAMS):
            assert programs.persistent.__code__ is not code
        assert programs.persistent.__code__ is code
        programs.persistent(new_user())

    def test_a_session_is_left_as_it_was(self, session: Session) -> None:
        before = set(vars(session))
        with session_contracts(PROGRAMS):
            programs.borrow(session, "flush")
            assert set(vars(session)) > before
        assert set(vars(session)) == before

    @pytest.mark.usefixtures("on")
    def test_a_function_looks_as_it_did(self) -> None:
        assert list(inspect.signature(programs.register).parameters) == ["session", "user", "flush"]
        assert inspect.iscoroutinefunction(programs.load_later)
        assert inspect.isgeneratorfunction(programs.stream)
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'user'"):
            programs.persistent()  # type: ignore[call-arg]

    def test_a_package_must_be_named(self) -> None:
        with pytest.raises(ValueError, match="name the packages"), session_contracts():
            pass

    def test_a_session_is_watched_by_all_blocks(self, session: Session) -> None:
        with session_contracts("examples"):
            programs.borrow(session, "commit")
            with broken("only lent to borrow()"), session_contracts(PROGRAMS):
                programs.borrow(session, "commit")
            programs.borrow(session, "commit")

    def test_what_an_outer_block_has_open_is_its_own(self, engine: Engine) -> None:
        with session_contracts(PROGRAMS):
            session = programs.open_session(engine)
            session.get(User, 1)
            with session_contracts(PROGRAMS):
                pass
            session.close()

    def test_other_modules_are_left_alone(self) -> None:
        with session_contracts("tests.contract_program"):
            programs.persistent(new_user())

    def test_the_innermost_block_is_told(self) -> None:
        with session_contracts(PROGRAMS), broken("is transient"), session_contracts(PROGRAMS):
            programs.persistent(new_user())

    def test_what_the_application_has_caught_is_raised_at_the_end(self) -> None:
        with broken('"user" is transient'), session_contracts(PROGRAMS), suppress(Exception):
            programs.persistent(new_user())

    @pytest.mark.parametrize("use", ["", "with testing.session_contracts('shop'): pass"])
    def test_sqlalchemy_is_imported_only_where_contracts_are_asserted(self, use: str) -> None:
        program = f"import sys; from mypy_session_plugin import testing\n{use}\nprint('sqlalchemy' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == str(bool(use))

    def test_an_application_without_asyncio_needs_no_greenlet(self) -> None:
        program = "import sys; sys.modules['greenlet'] = None; from mypy_session_plugin import testing\n"
        program += "from sqlalchemy.orm import Session\nfrom mypy_session_plugin.testing import instances\n"
        program += "with testing.session_contracts('shop'): print(instances.session_in(Session()) is not None)"
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("True\n", "")


TESTS = """
import sys

import pytest

from shop import persistent

def test_right():
    persistent(None)

def test_wrong():
    persistent(User())

def test_caught():
    try:
        persistent(User())
    except Exception:
        pass

@pytest.fixture
def faulty():
    yield
    persistent(User())

def test_in_a_fixture(faulty):
    pass

def test_imported_late():
    import shop.late
    with pytest.raises(AssertionError):
        shop.late.detached(User())
"""
SHOP = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from mypy_session_plugin import Detached, Persistent

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

def persistent(user: Persistent[User] | None) -> None: ...
"""


class TestPytest:
    @staticmethod
    def run(folder: Path, *arguments: str) -> str:
        for name, text in {
            "shop/__init__.py": SHOP,
            "shop/late.py": "from shop import Detached, User\n\ndef detached(user: Detached[User]) -> None: ...\n",
            "test_shop.py": TESTS.replace("import persistent", "import User, persistent"),
        }.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *arguments]
        environment = {"PYTHONPATH": f"{ROOT}:{folder}", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def test_contracts_are_asserted_in_every_phase(self, tmp_path: Path) -> None:
        output = self.run(tmp_path, "-p", "mypy_session_plugin.testing", "--session-contracts", "shop")
        assert "FAILED test_shop.py::test_wrong" in output
        assert "FAILED test_shop.py::test_caught" in output
        assert "ERROR test_shop.py::test_in_a_fixture" in output
        assert "FAILED test_shop.py::test_imported_late" in output
        assert "3 failed, 2 passed, 1 error" in output
        assert '"user" is transient; persistent() takes Persistent[User] | None' in output

    def test_the_packages_may_stand_in_the_configuration(self, tmp_path: Path) -> None:
        lines = ["[pytest]", "addopts = -p mypy_session_plugin.testing", "session_contracts = shop"]
        (tmp_path / "pytest.ini").write_text("\n".join(lines))
        assert "3 failed, 2 passed, 1 error" in self.run(tmp_path)

    def test_nothing_is_asserted_of_no_package(self, tmp_path: Path) -> None:
        output = self.run(
            tmp_path, "-p", "mypy_session_plugin.testing", "--deselect", "test_shop.py::test_imported_late"
        )
        assert "4 passed" in output
