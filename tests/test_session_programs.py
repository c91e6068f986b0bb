"""Small programs over the session API: what mypy reveals of them, and what SQLAlchemy really has there.

Each function of `session_programs/` is run on a database of its own.  What a line with `reveal_state` meets must be
among the states that stand beside it, which are those that mypy must reveal.
"""

from __future__ import annotations

import inspect
import re
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

import mypy_session_plugin
from tests import session_models
from tests.harness import Harness
from tests.session_models import fresh_engine, state_of

FOLDER = Path(__file__).parent / "session_programs"
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
    names: dict[str, object] = {"__name__": path.stem}
    exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for program in [value for value in names.values() if inspect.isfunction(value)]:
            if program.__code__.co_filename == str(path) and list(inspect.signature(program).parameters) == ["engine"]:
                with fresh_engine() as engine:
                    program(engine)
    assert wrong == []
