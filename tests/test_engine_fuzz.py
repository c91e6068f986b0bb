"""The whole analysis over code that nobody wrote for it: no function that mypy can check makes it fail or not end.

`FUZZ_ALL=1` takes every module of the standard library and of SQLAlchemy's ORM; by default a part of them is taken.
"""

from __future__ import annotations

import os
import re
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy

from mypy_session_plugin import checker, modules
from tests.harness import Harness

if TYPE_CHECKING:
    from mypy.nodes import FuncDef, MypyFile

    from mypy_session_plugin.config import Options
    from mypy_session_plugin.mypy_compat import TypeChecker
    from mypy_session_plugin.semantics.doubts import Doubt

FUZZ_ALL = os.environ.get("FUZZ_ALL") == "1"
PACKAGES = ("asyncio", "concurrent/futures", "email", "http", "importlib", "json", "logging", "unittest", "urllib")


RELATIVE = re.compile(r"^( *)from (\.+)(\S*) import", re.MULTILINE)


def sources() -> dict[str, str]:
    """Modules of the standard library and of SQLAlchemy under names of their own."""
    library, installed = Path(sysconfig.get_path("stdlib")), Path(sqlalchemy.__file__).parent.parent
    standard = sorted(library.glob("*.py"))
    for package in PACKAGES:
        standard += sorted((library / package).glob("*.py"))
    orm = sorted(path for name in ("orm", "ext") for path in (installed / "sqlalchemy" / name).rglob("*.py"))
    chosen = [(path, library) for path in standard[:: 1 if FUZZ_ALL else 7]]
    chosen += [(path, installed) for path in orm[:: 1 if FUZZ_ALL else 5]]
    return {
        f"fuzz{number}_{path.stem.strip('_')}.py": absolute(path, root) for number, (path, root) in enumerate(chosen)
    }


def absolute(path: Path, root: Path) -> str:
    """The text of a module with its relative imports made absolute: the copy stands in no package."""
    package = path.relative_to(root).parent.parts

    def spelled_out(found: re.Match[str]) -> str:
        parent = package[: len(package) - len(found[2]) + 1]
        return f"{found[1]}from {'.'.join([*parent, found[3]]).strip('.') or 'os'} import"

    return RELATIVE.sub(spelled_out, path.read_text(encoding="utf-8", errors="replace"))


@pytest.fixture
def _analyse_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYPY_SESSION_PLUGIN_RAISE", "1")
    monkeypatch.setattr(modules, "is_phantom_typed", lambda unit: True)


@pytest.mark.usefixtures("_analyse_everything")
def test_the_analysis_survives_every_function(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    analysed: set[str] = set()
    analyse = checker.analyse

    def counted(running: TypeChecker, unit: FuncDef | MypyFile, options: Options, doubts: frozenset[Doubt]) -> bool:
        analysed.add(unit.fullname)
        return analyse(running, unit, options, doubts)

    monkeypatch.setattr(checker, "analyse", counted)
    flags = ["--check-untyped-defs", "--ignore-missing-imports", "--follow-imports=silent"]
    harness.run_in_process(sources() | {"needed.py": "import mypy_session_plugin\n"}, flags=flags)

    assert len(analysed) > 500
