"""Programs that read what is loaded, or can be: run for real, and checked."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from tests import working_loads
from tests.harness import Harness
from tests.working_loads import Base, Post, Profile, Tag, User

LOADS = {"session-detached", "session-implicit-io", "session-raiseload"}
PROGRAMS = [
    function
    for name, function in vars(working_loads).items()
    if inspect.isfunction(function) and list(inspect.signature(function).parameters) == ["engine"] and name != "scope"
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_sqlalchemy_raises_nothing(program: Callable[[Any], Any], tmp_path: Path) -> None:
    path = tmp_path / "programs.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        post = Post(title="first", tags=[Tag(word="new")])
        session.add_all([User(name="ann", bio="short", posts=[post], profile=Profile()), User(name="bob")])
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


def test_nothing_is_reported(harness: Harness) -> None:
    text = Path(working_loads.__file__).read_text(encoding="utf-8")

    reports = harness.run_in_process({"app.py": text})

    assert [report for report in reports if report.code in LOADS] == []
