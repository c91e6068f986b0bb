"""The plugin leaves mypy and its other plugins as they are, whatever happens inside it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from mypy_session_plugin import checker as analysis
from mypy_session_plugin.mypy_compat import versions
from tests.harness import MYPY_RELEASE, Harness

_APP = """\
from sqlalchemy.orm import Session
def function(session: Session) -> None:
    session.merge(object())
    number: int = "text"
Session().merge(object())
"""


def test_the_own_plugin_of_mypy_still_works(harness: Harness) -> None:
    text = """\
        import functools
        from typing import TypedDict
        from sqlalchemy.orm import Session
        class Row(TypedDict):
            name: str
        def function(number: int, text: str) -> str:
            return text
        def caller(session: Session, row: Row) -> None:
            session.flush()
            functools.partial(function, 1)(2)  # E: [arg-type]
            reveal_type(row.get("name"))  # N: Revealed type is
            row.setdefault("name", 1)  # E: [typeddict-item]
        """
    reports = harness.run_in_process({"app.py": dedent(text)})

    harness.check({"app.py": dedent(text)})
    assert any("str | None" in report.message or '"str"' in report.message for report in reports)


@pytest.mark.parametrize("failure", [ValueError("text"), RecursionError("too deep")])
def test_a_failure_inside_is_one_note_and_nothing_else_changes(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*_arguments: object) -> None:
        raise failure

    monkeypatch.setattr(analysis, "_analyse_unit", fail)
    monkeypatch.delenv(analysis.RAISE_VARIABLE)
    result = harness.project({"app.py": _APP}).run()

    text = f"({type(failure).__name__}: {failure}); this function was skipped"
    assert [str(report) for report in result.reports] == [
        f'app.py:1: note: mypy-session-plugin: internal error in "app" {text}',
        f'app.py:2: note: mypy-session-plugin: internal error in "app.function" {text}',
        'app.py:4: error: Incompatible types in assignment (expression has type "str", variable has type "int")'
        "  [assignment]",
    ]
    assert result.status == 1


def test_the_exit_status_after_a_failure_is_that_of_mypy(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_analyse_unit", _overflow)
    monkeypatch.delenv(analysis.RAISE_VARIABLE)

    result = harness.project({"app.py": _APP.replace('int = "text"', "int = 1")}).run()

    assert "RecursionError" in result.output
    assert result.status == 0


def test_our_own_tests_see_failures(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_analyse_unit", _overflow)

    assert harness.project({"app.py": _APP}).run().status == 2


def _overflow(*arguments: object) -> None:
    _overflow(*arguments)


@pytest.mark.parametrize("version", ["1.19.1", "2.5.0", "3.0", "unknown"])
def test_an_unsupported_mypy_is_refused(version: str) -> None:
    assert versions.refusal(version) == f"mypy-session-plugin: mypy {version} is not supported (1.20 - 2.4)"


def test_a_mypy_without_what_the_plugin_needs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(versions._USED_ATTRIBUTES, "mypy.checker.TypeChecker", ("no_such_attribute",))

    assert versions.refusal("2.0.0") == "mypy-session-plugin: mypy 2.0.0 is not supported (1.20 - 2.4)"


def test_this_mypy_is_supported() -> None:
    assert versions.refusal(".".join(map(str, MYPY_RELEASE))) is None


def test_the_refusal_is_one_line_and_status_2(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "HIGHEST", (1, 19))

    result = harness.project({"app.py": _APP}).run()

    assert result.output.count("\n") == 1
    assert result.output.startswith("mypy-session-plugin: mypy ")
    assert result.status == 2
