"""The cases of every code: what must be reported, what must not, and what is known to be missed.

A function's name says which it is: `*_bad` holds the reports that its comments say, `*_ok` and `known_miss_*` none.
What begins with an underscore only serves the others.  A file that says `# needs: celery` is left out without it.
"""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from mypy_session_plugin.codes import CODES
from tests.harness import Harness, Report, assert_expected, codes_of_cases

FOLDER = Path(__file__).parent / "cases"
#: The libraries that a file of cases imports beside those that all tests need.
NEEDS = re.compile(r"^# needs: (.+)$", re.MULTILINE)


def _can_be_checked(path: Path) -> bool:
    needed = NEEDS.search(path.read_text(encoding="utf-8"))
    return needed is None or all(find_spec(name) for name in needed[1].split(", "))


FILES = sorted(path for code in CODES for path in (FOLDER / code.name).glob("*.py") if _can_be_checked(path))


def _module(path: Path) -> str:
    return f"{path.parent.name}_{path.stem}".replace("-", "_")


@pytest.fixture(scope="module")
def reports(harness: Harness) -> dict[str, list[Report]]:
    """What mypy reports on each file of cases, from one build."""
    cases = {_module(path): path.read_text(encoding="utf-8") for path in FILES}
    cases["models"] = (FOLDER / "models.py").read_text(encoding="utf-8")
    return harness.run_batch(cases, flags=["--allow-empty-bodies"], config=codes_of_cases(cases))


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_reports(path: Path, reports: dict[str, list[Report]]) -> None:
    text = path.read_text(encoding="utf-8")
    assert_expected({f"{_module(path)}.py": text}, reports[_module(path)])


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_names_say_what_a_case_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            has_error = any("# error:" in line for line in lines[node.lineno - 1 : node.end_lineno])
            kinds = {node.name.endswith("_bad"): True, node.name.endswith("_ok"): False}
            kinds[node.name.startswith("known_miss_")] = False
            assert kinds.get(True, has_error) == has_error, f"{path}:{node.lineno}: {node.name}"
