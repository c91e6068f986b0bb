"""The same reports in every mode of mypy: cold and warm cache, parallel, daemon, and again in one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mypy.nodes import Block, FuncDef, MypyFile

from mypy_session_plugin.semantics.functions import is_here
from tests.harness import Harness, Project, Report, assert_expected, codes_of_cases, daemon, modes, run_in_mode
from tests.trigger_cases import CASES

_MERGE = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
def function(session: Session) -> None:
    session.merge(session.get_one(User, 1))  # E: [session-merge]
    session.merge(session.get_one(User, 1))  # type: ignore[session-merge]
"""
_FILES = {f"{name}.py": text for name, text in CASES.items()} | {"merge.py": _MERGE}

_FACTORY = """\
from sqlalchemy.orm import Session
def make() -> Session:
    return Session()
"""
_FACTORY_OF_STRINGS = """\
def make() -> str:
    return ""
"""
_USER = """\
from factory import make
from mypy_session_plugin import reveal_state
def function() -> None:
    reveal_state(make())  # N: Revealed state is "Session"
"""
_USER_OF_STRINGS = _USER.replace('"Session"', '"Unknown"')


def test_a_function_from_the_cache_has_no_body_to_follow() -> None:
    module, function = MypyFile([], []), FuncDef("make", [], Block([]))
    module._fullname, function._fullname = "app", "app.make"

    assert is_here(module, function)
    assert not is_here(module, FuncDef.deserialize(function.serialize()))


@pytest.mark.parametrize("mode", modes())
def test_every_mode_reports_the_same(harness: Harness, mode: str) -> None:
    assert_expected(_FILES, run_in_mode(harness, mode, _FILES))


def test_edit_of_a_dependency_with_a_warm_cache(harness: Harness) -> None:
    project = harness.project({"factory.py": _FACTORY, "user.py": _USER})
    project.run()
    project.write({"factory.py": _FACTORY_OF_STRINGS})

    assert_expected({"user.py": _USER_OF_STRINGS}, project.run().reports)


def test_edit_of_a_module_whose_dependency_comes_from_the_cache(harness: Harness) -> None:
    project = harness.project({"factory.py": _FACTORY, "user.py": _USER})
    project.run()
    edited = _USER + _USER.replace("function", "another")
    project.write({"user.py": edited})

    assert_expected({"user.py": edited}, project.run().reports)


def test_two_builds_in_one_process(harness: Harness) -> None:
    project = harness.project({"factory.py": _FACTORY, "user.py": _USER})

    first, second = project.run(), project.run()

    assert_expected({"user.py": _USER}, first.reports)
    assert first == second


@pytest.fixture(scope="module")
def project(harness: Harness) -> Iterator[Project]:
    with daemon(harness.project({"factory.py": _FACTORY, "user.py": _USER}, fresh=True)) as project:
        yield project


class TestDaemon:
    """One daemon, edited step by step; each step sees what the one before it left."""

    def test_first_run(self, project: Project) -> None:
        assert _reports(project) == [Report("user.py", 4, "note", 'Revealed state is "Session"')]

    def test_run_without_an_edit(self, project: Project) -> None:
        assert _reports(project) == [Report("user.py", 4, "note", 'Revealed state is "Session"')]

    def test_edit_that_moves_lines(self, project: Project) -> None:
        project.write({"user.py": "\n" + _USER})
        assert _reports(project) == [Report("user.py", 5, "note", 'Revealed state is "Session"')]

    def test_edit_of_a_dependency(self, project: Project) -> None:
        project.write({"factory.py": _FACTORY_OF_STRINGS})
        assert _reports(project) == [Report("user.py", 5, "note", 'Revealed state is "Unknown"')]

    def test_edit_of_a_dependency_back(self, project: Project) -> None:
        project.write({"factory.py": _FACTORY})
        assert _reports(project) == [Report("user.py", 5, "note", 'Revealed state is "Session"')]

    def test_file_removed(self, project: Project) -> None:
        project.write({"user.py": None})
        assert _reports(project) == []

    def test_file_added(self, project: Project) -> None:
        project.write({"user.py": _USER})
        assert _reports(project) == [Report("user.py", 4, "note", 'Revealed state is "Session"')]

    def test_function_removed(self, project: Project) -> None:
        project.write({"user.py": _USER.split("def")[0]})
        assert _reports(project) == []


_LEAK = """\
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
def function(engine: Engine) -> None:
    session = Session(engine)  # E: [session-leak]
    session.execute(text("SELECT 1"))
"""


def test_code_that_is_off_by_default_in_a_started_daemon(harness: Harness) -> None:
    """`dmypy run` looks up the codes of the command line before any plugin is loaded; `start` and `check` do not."""
    flags = ["--enable-error-code=session-leak"]
    with daemon(harness.project({"leak.py": _LEAK}, flags=flags, fresh=True)) as project:
        project.restart_daemon()

        assert_expected({"leak.py": _LEAK}, project.check_in_daemon().reports)
        project.write({"leak.py": _LEAK + "\n"})
        assert_expected({"leak.py": _LEAK}, project.run_daemon().reports)


def test_code_that_is_off_by_default_for_one_module_in_the_daemon(harness: Harness) -> None:
    config = "[mypy-leak]\nenable_error_code = session-leak\n"
    with daemon(harness.project({"leak.py": _LEAK}, config=config, fresh=True)) as project:
        assert_expected({"leak.py": _LEAK}, project.run_daemon().reports)


_CASES = Path(__file__).parent / "cases"
_LEANING = (
    "session-*/helpers*",
    "session-*/managers*",
    "session-*/ways*",
    "session-shared/*",
    "session-detached/cached*",
)


def test_functions_that_the_daemon_checks_without_those_they_call(harness: Harness) -> None:
    """It checks what had errors again after each edit, wherever that was, and has no types of the functions beside."""
    paths = sorted(path for pattern in _LEANING for path in _CASES.glob(f"{pattern}.py"))
    models = (_CASES / "models.py").read_text(encoding="utf-8")
    files = {f"{path.parent.name}_{path.stem}.py".replace("-", "_"): path.read_text(encoding="utf-8") for path in paths}
    config = codes_of_cases([name.removesuffix(".py") for name in files])
    project = harness.project({"models.py": models, **files}, flags=["--allow-empty-bodies"], config=config, fresh=True)
    with daemon(project):
        assert_expected(files, project.run_daemon().reports)
        for edit in ("# edited", "# edited again"):
            project.write({"models.py": f"{models}{edit}\n"})
            assert_expected(files, project.run_daemon().reports)


def _reports(project: Project) -> list[Report]:
    return project.run_daemon().reports
