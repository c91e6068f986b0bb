"""How the verdicts of several paths become one report."""

from __future__ import annotations

import pytest

from mypy_session_plugin.rules.collector import merged_lines
from tests.harness import Harness


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["loaded at line 3"], "loaded at line 3"),
        (["loaded at line 3", "loaded at line 3"], "loaded at line 3"),
        (["loaded at line 12", "loaded at line 3"], "loaded at line 3 or 12"),
        (
            ["used at line 9 (line 4)", "used at line 9 (line 5)", "used at line 9 (line 6)"],
            "used at line 9 (line 4, 5 or 6)",
        ),
        (["loaded at line 3", "flushed at line 5"], None),
        (["no line"], "no line"),
    ],
)
def test_reasons_that_differ_in_their_lines(texts: list[str], expected: str | None) -> None:
    assert merged_lines(texts) == expected


def test_a_report_names_the_lines_of_all_paths(harness: Harness) -> None:
    harness.check(
        {
            "app.py": """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
def function(session: Session, key: int) -> None:
    if key:
        user = session.get_one(User, key)
    else:
        user = session.get_one(User, 1)
    session.merge(user)  # E: [session-merge] (persistent, loaded at line 8 or 10)
"""
        }
    )
