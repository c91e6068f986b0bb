"""Every function and module top level that mypy checks is analysed, once and with its types."""

from __future__ import annotations

import gc

import pytest
from mypy.checker import TypeChecker

from tests.harness import Harness, Report, assert_expected
from tests.trigger_cases import CASES


@pytest.fixture(scope="module")
def reports(harness: Harness) -> dict[str, list[Report]]:
    return harness.run_batch(CASES)


@pytest.mark.parametrize("name", CASES)
def test_analysed_where_mypy_checks(name: str, reports: dict[str, list[Report]]) -> None:
    assert_expected({f"{name}.py": CASES[name]}, reports[name])


def test_unannotated_functions_are_analysed_where_mypy_checks_them(harness: Harness) -> None:
    harness.check(
        {
            "app.py": (
                "from sqlalchemy.orm import Session\n"
                "from mypy_session_plugin import reveal_state\n"
                "def function(argument=None):\n"
                '    reveal_state(Session())  # N: Revealed state is "Session"\n'
            )
        },
        flags=["--check-untyped-defs"],
    )


def test_nothing_of_mypy_is_kept_when_it_has_ended(harness: Harness) -> None:
    """A checker leads to every module of its build, in a process that may live for days."""
    text = "from sqlalchemy.orm import Session\nwith Session() as session:\n    session.commit()\n"
    harness.run_in_process({"app.py": text})
    gc.collect()

    assert not [found for found in gc.get_objects() if issubclass(type(found), TypeChecker)]
