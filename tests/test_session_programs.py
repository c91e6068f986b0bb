"""Small programs over the session API: what mypy reveals of them, and what SQLAlchemy really has there.

Each function of `session_programs/` is run on a database of its own.  What a line with `reveal_state` meets must be
among the states that stand beside it, which are those that mypy must reveal.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import sys
import warnings
from collections.abc import Awaitable, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import mypy_session_plugin
from tests import session_models
from tests.harness import Harness
from tests.session_models import SQLALCHEMY_RELEASE, fresh_async_engine, fresh_engine, state_of

FOLDER = Path(__file__).parent / "session_programs"
TABLE = Path(__file__).parent / "data" / "sqlalchemy-transitions.json"
PROGRAMS = sorted(
    path for path in FOLDER.glob("*.py") if not path.name.startswith("flask") or find_spec("flask_sqlalchemy")
)


def states_written(path: Path) -> dict[int, set[str]]:
    """The states that stand beside each `reveal_state`, by line."""
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        written = re.search(r"reveal_state\(.*\)  # (.*)", line)
        if written:
            found[number] = set(written[1].split(" | "))
    return found


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_each_state_is_revealed_as_it_is_written(harness: Harness, path: Path) -> None:
    models = Path(session_models.__file__).read_text(encoding="utf-8")
    files = {"session_models.py": models, path.name: path.read_text(encoding="utf-8")}
    reports = harness.run_in_process(files, flags=["--disable-error-code=session"])
    texts = {report.line: re.search(r'Revealed state is "(.*)"', report.message) for report in reports}
    assert [str(report) for report in reports if not texts[report.line]] == []
    revealed = {
        line: {part.partition("[")[0].lower() for part in text[1].split(" | ")} for line, text in texts.items() if text
    }
    assert revealed == states_written(path)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_each_state_is_what_sqlalchemy_has(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written, wrong = states_written(path), []

    def compare(instance: object) -> None:
        line = sys._getframe(1).f_lineno
        met = "none" if instance is None else state_of(instance)
        if not {met, "unknown"} & written[line]:
            wrong.append(f"{path.name}:{line}: {met}")

    monkeypatch.setattr(mypy_session_plugin, "reveal_state", compare)
    monkeypatch.setitem(sys.modules, "session_models", session_models)
    for _program, _outcome in outcomes(path):
        pass
    assert wrong == []


def outcomes(path: Path) -> Iterator[tuple[Callable[..., object], object]]:
    """Run each program of a file on a database of its own; what it returns."""
    names: dict[str, object] = {"__name__": path.stem}
    exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for program in [value for value in names.values() if inspect.isfunction(value)]:
            if program.__code__.co_filename != str(path) or list(inspect.signature(program).parameters) != ["engine"]:
                continue
            if inspect.iscoroutinefunction(program):
                yield program, asyncio.run(_run_async(program))
            else:
                with fresh_engine() as engine:
                    yield program, program(engine)


async def _run_async(program: Callable[[AsyncEngine], Awaitable[object]]) -> object:
    async with fresh_async_engine() as engine:
        return await program(engine)


def test_each_async_scenario_of_the_table_comes_out_as_it_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "session_models", session_models)
    measured = {
        row["scenario"]: row.get("result", row.get(f"result_{SQLALCHEMY_RELEASE}"))
        for row in json.loads(TABLE.read_text(encoding="utf-8"))["scenarios"]
        if row["scenario"].startswith("async:")
    }
    programs = outcomes(FOLDER / "async_sessions.py")
    assert {program.__doc__: outcome for program, outcome in programs if program.__doc__ is not None} == measured
