"""Programs that are right: run for real, without an exception, and checked, without a report."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from tests import (
    working_loads,
    working_methods,
    working_operators,
    working_tasks,
    working_threads,
    working_units,
    working_writes,
)
from tests.harness import Harness, Report

MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        working_loads,
        working_methods,
        working_operators,
        working_tasks,
        working_threads,
        working_units,
        working_writes,
    )
}
#: The codes that the programs of a module are about, if not all: what others leave out is no mistake of theirs.
CODES = {"working_loads": {"session-detached", "session-implicit-io", "session-raiseload"}}


def _is_program(function: Any, module: ModuleType) -> bool:
    """Whether a function needs an engine and nothing else, and runs when it is called."""
    if not inspect.isfunction(function) or function.__module__ != module.__name__ or function.__name__.startswith("_"):
        return False
    if inspect.isgeneratorfunction(function) or hasattr(function, "__wrapped__"):
        return False
    parameters = list(inspect.signature(function).parameters.values())
    needed = [parameter.name for parameter in parameters if parameter.default is parameter.empty]
    return needed == ["engine"] and parameters[0].name == "engine"


def _programs() -> Iterator[Any]:
    for name, module in MODULES.items():
        for function in vars(module).values():
            if _is_program(function, module):
                yield pytest.param(module, function, id=f"{name}-{function.__name__}")


@pytest.mark.parametrize(("module", "program"), list(_programs()))
def test_sqlalchemy_raises_nothing(module: ModuleType, program: Callable[[Any], Any], tmp_path: Path) -> None:
    path = tmp_path / "programs.db"
    engine = create_engine(f"sqlite:///{path}")
    module.Base.metadata.create_all(engine)
    with Session(engine) as session:
        module.seed(session)
        session.commit()

    if inspect.iscoroutinefunction(program):
        asyncio.run(_run(program, path))
    else:
        program(engine)
    engine.dispose()


async def _run(program: Callable[[Any], Any], path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    try:
        await program(engine)
    finally:
        await engine.dispose()


@pytest.fixture(scope="module")
def reports(harness: Harness) -> dict[str, list[Report]]:
    """What mypy reports on the programs of each module, from one build."""
    return harness.run_batch({name: _text(module) for name, module in MODULES.items()})


def _text(module: ModuleType) -> str:
    return Path(str(module.__file__)).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_nothing_is_reported(name: str, reports: dict[str, list[Report]]) -> None:
    codes = CODES.get(name)

    assert [report for report in reports[name] if codes is None or report.code in codes] == []
