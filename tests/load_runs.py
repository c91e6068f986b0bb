"""Runs random programs of loads for real: what each read does, of the instances that a program has."""

from __future__ import annotations

import ast
import asyncio
import re
import traceback
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlalchemy.pool import StaticPool

from tests import load_models
from tests.random_checks import MARK
from tests.random_loads import FLAGS

#: What a program may name, by the module that it is from.
IMPORTS = {
    "load_models": ("Address", "Team", "User"),
    "sqlalchemy": ("Engine", "select", "update"),
    "sqlalchemy.ext.asyncio": ("AsyncEngine", "AsyncSession"),
    "sqlalchemy.orm": (
        "Session",
        "defer",
        "joinedload",
        "lazyload",
        "load_only",
        "make_transient",
        "noload",
        "raiseload",
        "selectinload",
        "undefer",
    ),
}
CODES = ("session-detached", "session-implicit-io", "session-raiseload")
#: The first lines of every checked program.
HEADER = "".join(f"from {module} import {', '.join(names)}\n" for module, names in IMPORTS.items())


@dataclass(slots=True)
class Reads:
    """What happened at each line, under all values of the flags: the codes that foresee it, nothing if nothing did.

    Functions that are called go on behind what is foreseen, so that there may be several.  Another exception ends a
    run; it stands there by its name.
    """

    lines: dict[int, list[frozenset[str]]] = field(default_factory=lambda: defaultdict(list))


def code_of(error: BaseException) -> str:
    """The code whose prediction an exception is; of every other exception its name."""
    original = error.orig if isinstance(error, StatementError) else error
    if isinstance(original, MissingGreenlet):
        return "session-implicit-io"
    if isinstance(error, DetachedInstanceError):
        return "session-detached"
    if isinstance(error, InvalidRequestError) and re.search("is not available due to (lazy|raiseload)", str(error)):
        return "session-raiseload"
    return type(error).__name__


def _in_flush(error: BaseException) -> bool:
    """Whether it came out of a flush, which leaves a session behind in which little is as it was."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_name == "flush" for frame, _line in frames)


def run_all(sources: list[str]) -> Iterator[Reads]:
    """Run synchronous programs, one after the other, on one database."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    load_models.Base.metadata.create_all(engine)
    for source in sources:
        reads = Reads()
        for program, flags in _runs(source, reads):
            with Session(engine) as session, session.begin():
                load_models.fill(session)
            with _ending(), _sessions(engine) as made:
                program(made, **flags)
        yield reads
    engine.dispose()


async def _run_all_async(sources: list[str]) -> list[Reads]:
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(load_models.Base.metadata.create_all)
    found = []
    for source in sources:
        reads = Reads()
        for program, flags in _runs(source, reads):
            async with AsyncSession(engine) as session, session.begin():
                await session.run_sync(load_models.fill)
            with _ending():
                async with _async_sessions(engine) as made:
                    await program(made, **flags)
        found.append(reads)
    await engine.dispose()
    return found


def run_all_async(sources: list[str]) -> list[Reads]:
    """Run programs with an AsyncSession, one after the other, on one database."""
    return asyncio.run(_run_all_async(sources))


def _runs(source: str, reads: Reads) -> Iterator[tuple[Callable[..., Any], dict[str, bool]]]:
    """The program and the values of those flags that it names, each time anew."""
    tree = ast.fix_missing_locations(_Instrument().visit(ast.parse(source)))
    code = compile(tree, "<program>", "exec")
    used = [flag for flag in FLAGS if re.search(rf"\b{flag}\b(?!: bool)", source)]
    for values in product((False, True), repeat=len(used)):
        names: dict[str, Any] = {"_watch": _Watcher(reads).watch, "print": str}
        for module, wanted in IMPORTS.items():
            names |= {name: _library(module, name) for name in wanted}
        exec(code, names)
        yield names[f"program{MARK}"], dict.fromkeys(FLAGS, False) | dict(zip(used, values, strict=True))


def _library(module: str, name: str) -> Any:
    found = load_models if module == load_models.__name__.rpartition(".")[2] else __import__(module, fromlist=[name])
    return getattr(found, name)


@contextmanager
def _ending() -> Iterator[None]:
    """Whatever a program raises ends it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Exception:
            return


@contextmanager
def _begun() -> Iterator[list[Session]]:
    """The sessions that begin a transaction meanwhile."""
    made: list[Session] = []

    def note(session: Session, *_: object) -> None:
        made.append(session)

    event.listen(Session, "after_begin", note)
    try:
        yield made
    finally:
        event.remove(Session, "after_begin", note)


@contextmanager
def _sessions(engine: Engine) -> Iterator[Engine]:
    """The engine for one program, whose sessions are closed at the end."""
    with _begun() as made:
        try:
            yield engine
        finally:
            _close(made)


def _close(sessions: list[Session]) -> None:
    for session in sessions:
        session.close()


@asynccontextmanager
async def _async_sessions(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """The same for sessions that wait."""
    with _begun() as made:
        try:
            yield engine
        finally:
            async with AsyncSession(engine) as helper:
                await helper.run_sync(lambda _: _close(made))


@dataclass(slots=True)
class _Watcher:
    """What the instrumented program calls."""

    reads: Reads
    inside: list[set[str]] = field(default_factory=list)

    @contextmanager
    def watch(self, line: int, goes_on: bool) -> Iterator[None]:
        """A statement runs; what foreseen exceptions it meets, in functions that it calls too, is noted.

        `goes_on`: the program does so behind it.
        """
        met: set[str] = set()
        self.inside.append(met)
        try:
            yield
        except Exception as error:
            met.add(code_of(error))
            if not goes_on or code_of(error) not in CODES or _in_flush(error):
                raise
        finally:
            self.inside.pop()
            self.reads.lines[line].append(frozenset(met))
            for outer in self.inside:
                outer.update(met)


class _Instrument(ast.NodeTransformer):
    """Watches simple statements, and loops that stand on one line."""

    def visit_For(self, node: ast.For) -> ast.stmt:
        """A loop over what is read."""
        self.generic_visit(node)
        return _watched(node) if node.body[-1].end_lineno == node.lineno else node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """A read, or a call."""
        return _watched(node)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """A name is bound, or an attribute is set."""
        return _watched(node)


def _watched(node: ast.stmt) -> ast.stmt:
    """A statement under watch; one that has done less than it says, because it raised, ends the program."""
    reads = not isinstance(node, ast.Assign) and "append" not in ast.unparse(node)
    (around,) = ast.parse(f"with _watch({node.lineno}, {reads}): pass").body
    assert isinstance(around, ast.With)
    around.body = [node]
    return around
