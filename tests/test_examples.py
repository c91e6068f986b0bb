"""`make demo` shows what it says; the library and its consumer are what the page for library authors says they are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mypy_session_plugin.testing import ContractViolation, session_contracts
from tests.test_other_checkers import checkers, errors_of

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SCRIPT = EXAMPLES / "run.py"
PACKAGES = ("library", "consumer")


def test_the_plugin_reports_the_faults_in_the_examples_and_nothing_else() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@checkers
def test_to_other_checkers_the_library_and_its_consumer_are_in_order(checker: str, tmp_path: Path) -> None:
    assert errors_of(checker, [Path(package) for package in PACKAGES], tmp_path, EXAMPLES) == []


@pytest.fixture(scope="module")
def consumer() -> Iterator[ModuleType]:
    sys.path.insert(0, str(EXAMPLES))
    for module in ("models", "right", "wrong"):
        import_module(f"consumer.{module}")
    yield import_module("consumer")
    sys.path.remove(str(EXAMPLES))


@pytest.fixture
def engine(consumer: ModuleType, tmp_path: Path) -> Iterator[Engine]:
    """A database with author 1 and book 1."""
    engine = create_engine(f"sqlite:///{tmp_path / 'shelf.db'}")
    models = consumer.models
    models.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(models.Author(name="jane", books=[models.Book(title="Emma")]))
        session.commit()
    yield engine
    engine.dispose()


@pytest.mark.parametrize("asserted", [False, True])
def test_what_is_right_runs(consumer: ModuleType, engine: Engine, asserted: bool) -> None:
    right = consumer.right
    with session_contracts(*PACKAGES) if asserted else nullcontext():
        key = right.sign_up(engine, "ann")
        right.rename(engine, key, "bea")
        right.import_in_one_unit(engine)
        right.greet_in_background(engine, key)
        assert right.shelf(engine, 1) == ["Emma"]
        assert right.catalogue(engine) == ["Emma", "Emma", "Persuasion"]
        right.remove_all(engine)
        assert right.catalogue(engine) == []


#: What each wrong function is given, and what the runtime twin says; None where it sees nothing wrong.
WRONG: dict[str, tuple[Callable[[Engine, Session], tuple[Any, ...]], str | None]] = {
    "sign_up": (lambda engine, session: (engine, "ann"), '"author" is pending; key_of() takes Persistent[Author]'),
    "add_again": (lambda engine, session: (engine, 1), '"instance" (Author) is persistent; Repository.add() takes'),
    "import_and_commit": (lambda engine, session: (session,), '"session" is only lent to import_and_commit()'),
    # The new owner keeps the session: that its giver uses it, and not the owner, cannot be seen in the running program.
    "add_to_what_was_given_away": (lambda engine, session: (engine,), None),
    "remove_what_is_new": (lambda engine, session: (engine,), '"instance" (Book) is transient; Repository.remove()'),
    "reload_in_another": (
        lambda engine, session: (engine, session, 1),
        '"instance" (Book) belongs to another session than "session"; reload() takes',
    ),
    "greet_in_background": (lambda engine, session: (session, 1), '"author" is persistent; print_name() takes'),
    "print_attached": (lambda engine, session: (session, 1), '"author" is persistent; print_name() takes'),
    "shelf": (lambda engine, session: (engine, 1), '"author" has "books" not loaded; titles() takes'),
}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("name", WRONG)
def test_the_runtime_twin_sees_what_is_wrong(consumer: ModuleType, engine: Engine, name: str) -> None:
    given, message = WRONG[name]
    with Session(engine) as session:
        if message is None:
            with session_contracts(*PACKAGES):
                getattr(consumer.wrong, name)(*given(engine, session))
            return
        with pytest.raises(ContractViolation) as caught, session_contracts(*PACKAGES):
            getattr(consumer.wrong, name)(*given(engine, session))
    assert str(caught.value).startswith(message)


def test_what_is_wrong_is_what_the_comments_say(consumer: ModuleType) -> None:
    lines = (EXAMPLES / "consumer" / "wrong.py").read_text(encoding="utf-8").splitlines()
    functions = [line.removeprefix("def ").partition("(")[0] for line in lines if line.startswith("def ")]

    assert functions == list(WRONG)
    assert sum("# error:" in line for line in lines) == len(WRONG)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("remove_what_is_new", "InvalidRequestError"),
        ("reload_in_another", "InvalidRequestError"),
        ("shelf", "DetachedInstanceError"),
    ],
)
def test_what_sqlalchemy_says_without_it(consumer: ModuleType, engine: Engine, name: str, error: str) -> None:
    given, _message = WRONG[name]
    with Session(engine) as session, pytest.raises(SQLAlchemyError) as caught:
        getattr(consumer.wrong, name)(*given(engine, session))
    assert type(caught.value).__name__ == error
