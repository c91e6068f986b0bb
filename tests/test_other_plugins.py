"""Beside other plugins, in either order: what this one leaves to them, and what they hide from it."""

from __future__ import annotations

import pytest

from tests.harness import Harness, Project, Report, assert_expected, daemon

#: A plugin that gives a type of its own to the result of `merge`.
OTHER = """\
from mypy.plugin import Plugin

class Other(Plugin):
    def get_method_hook(self, fullname):
        if fullname == "sqlalchemy.orm.session.Session.merge":
            return lambda context: context.api.named_generic_type("builtins.bytes", [])
        return None

def plugin(version):
    return Other
"""
APP = """\
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
class Form(BaseModel):
    number: int
def merged(session: Session) -> None:
    merged = session.merge(session.get_one(User, 1))  # HIDDEN
    reveal_type(merged)  # N: bytes
def removed(session: Session) -> None:
    session.delete(User())  # E: [session-state]
Form(number="1")  # an error without pydantic's plugin
"""
HIDDEN = "E: [session-merge]"


@pytest.mark.parametrize(
    ("plugins", "app"),
    [
        ("mypy_session_plugin, pydantic.mypy, other.py", APP.replace("HIDDEN", HIDDEN)),
        ("pydantic.mypy, other.py, mypy_session_plugin", APP),
    ],
    ids=["listed first", "listed last"],
)
def test_the_order_of_plugins(harness: Harness, plugins: str, app: str) -> None:
    """Listed last, it does not see what another one handles; all else is the same, for either of them."""
    project = harness.project({"app.py": app}, config=f"plugins = {plugins}\n", fresh=True)
    (project.folder / "other.py").write_text(OTHER, encoding="utf-8")

    assert_expected({"app.py": app}, [report for report in project.run().reports if report.file == "app.py"])


class TestOptionsInTheDaemon:
    """The daemon reads the plugin's options when it starts."""

    CONFIG = "[mypy_session_plugin]\nsession_expressions = app.db.session\n"
    TEXT = "from typing import Any\nimport sqlalchemy\nfrom mypy_session_plugin import reveal_state\ndb: Any = None\n"
    CALL = "reveal_state(db.session)\n"

    def test_a_change_takes_effect_with_a_restart(self, harness: Harness) -> None:
        with daemon(harness.project({"app.py": self.TEXT + self.CALL}, fresh=True)) as project:
            assert self.states(project) == ["Unknown"]
            project.config += self.CONFIG
            project.write_config()
            project.write({"app.py": f"{self.TEXT}\n{self.CALL}"})
            assert self.states(project) == ["Unknown"]
            project.restart_daemon()
            assert self.states(project) == ["Session"]

    def states(self, project: Project) -> list[str]:
        return [self.state(report) for report in project.run_daemon().reports]

    @staticmethod
    def state(report: Report) -> str:
        return report.message.removeprefix('Revealed state is "').removesuffix('"')
