"""Code in which mypy looks up no name, for it has phantom types alone or sessions that are Any."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mypy.plugin import Plugin

from mypy_session_plugin.mypy_compat.trigger import Trigger
from tests.harness import Harness, Project, assert_expected, daemon, modes, run_in_mode

needs_last_look = pytest.mark.skipif(
    not hasattr(Plugin, "get_additional_indirect_deps"), reason="mypy gives no last look at a module before 2.4"
)

CONFIG = "[mypy_session_plugin]\nsession_expressions = extensions.db.session\n"

MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
EXTENSIONS = """\
from typing import Any
db: Any = None
"""
#: No lookup at all.
IDENTITY = """\
from models import User
from mypy_session_plugin import Detached, Persistent
def identity(user: Detached[User]) -> Persistent[User]:
    return user  # E: [session-state]
"""
#: mypy looks up a name while it checks what the module declares, and none while it checks the body.
METHOD = """\
from models import User
from mypy_session_plugin import Detached, Persistent
NUMBER = int("1")
class Store:
    def identity(self, user: Detached[User]) -> Persistent[User]:
        return user  # E: [session-state]
"""
UNTYPED = """\
from extensions import db
from models import User
def refresh(key: int) -> None:
    user = db.session.query(User).get(key)
    db.session.merge(user)  # E: [session-merge]
    db.session.merge(user)  # type: ignore[session-merge]
"""
FILES = {
    "models.py": MODELS,
    "extensions.py": EXTENSIONS,
    "identity.py": IDENTITY,
    "method.py": METHOD,
    "untyped.py": UNTYPED,
}


@needs_last_look
@pytest.mark.parametrize("mode", modes())
def test_every_mode_reports_the_same(harness: Harness, mode: str) -> None:
    assert_expected(FILES, run_in_mode(harness, mode, FILES, flags=["--warn-unused-ignores"], config=CONFIG))


def test_a_module_that_mypy_is_told_to_ignore_stays_silent(harness: Harness) -> None:
    files = {"models.py": MODELS, "identity.py": f"# mypy: ignore-errors\n{IDENTITY}"}

    assert harness.run_in_process(files) == []


@pytest.fixture(scope="module")
def project(harness: Harness) -> Iterator[Project]:
    with daemon(harness.project(FILES | {"other.py": ""}, config=CONFIG, fresh=True)) as project:
        yield project


@needs_last_look
class TestDaemon:
    """One daemon: it checks functions with errors again at each step, alone, with nothing else of their module."""

    def test_first_run(self, project: Project) -> None:
        assert_expected(FILES, project.run_daemon().reports)

    def test_edit_elsewhere(self, project: Project) -> None:
        project.write({"other.py": "value = 1\n"})
        assert_expected(FILES, project.run_daemon().reports)

    def test_another_edit_elsewhere(self, project: Project) -> None:
        project.write({"other.py": "value = 2\n"})
        assert_expected(FILES, project.run_daemon().reports)

    def test_edit_of_a_dependency(self, project: Project) -> None:
        project.write({"models.py": f"{MODELS}    name: Mapped[str]\n"})
        assert_expected(FILES, project.run_daemon().reports)

    def test_edit_of_the_modules(self, project: Project) -> None:
        edited = {name: f"\n{FILES[name]}" for name in ("identity.py", "method.py", "untyped.py")}
        project.write(edited)
        assert_expected(FILES | edited, project.run_daemon().reports)

    def test_mistakes_mended(self, project: Project) -> None:
        project.write({"identity.py": "", "method.py": METHOD.replace("Detached", "Persistent"), "untyped.py": None})
        assert project.run_daemon().reports == []


@needs_last_look
def test_a_trigger_that_mypy_no_longer_serves_is_an_error(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trigger, "fired", lambda self, context: None)

    harness.check(
        {
            "served_no_more.py": (
                "from sqlalchemy.orm import Session  # E: [session] did not call the plugin back\n"
                "def function(session: Session) -> None:\n"
                "    session.merge(object())\n"
            ),
            "nothing_asked_for.py": "import sqlalchemy\n",
        }
    )
