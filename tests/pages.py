"""The Python blocks of the documentation's pages, and how the functions in them are run.

The blocks of a page of `docs/rules` begin, unseen, with `from preamble import *`.  Of each block the functions are run
that no other function of the block names.  What a parameter without a default is given goes by its name:

    engine, async_engine     a database of their own in a file, with the users 1, "ann", and 2, "bob", a post each
    session, async_session   a session on it
    other_session            another one

A function must run to its end and without a warning, except where a comment below one of its lines says what
SQLAlchemy raises or warns of there:

    session.delete(user)  # error: [session-state]
    # raises InvalidRequestError: Instance '<User at ...>' is not persisted
"""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import inspect
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "docs" / "rules"
PREAMBLE = RULES / "preamble.py"
PREAMBLE_LINE = "from preamble import *\n"

_FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SAID = re.compile(r"^ *# (raises|warns) (\w+): (.*)$")


@dataclass(frozen=True, slots=True)
class Block:
    """A Python block of a page, and the line of the page on which it begins."""

    page: Path
    line: int
    text: str

    @property
    def name(self) -> str:
        """A name for tests and modules: `session_merge_12`."""
        return f"{self.page.stem}_{self.line}".replace("-", "_")

    @property
    def expects_error(self) -> bool:
        """Whether the block is an example of a fault."""
        return "# error:" in self.text

    @property
    def shows_the_fault(self) -> bool:
        """Whether running the block proves that what it shows is a fault."""
        return "assert " in self.text or any(_SAID.match(line) for line in self.text.splitlines())


def blocks(page: Path) -> list[Block]:
    """The Python blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [Block(page, text.count("\n", 0, match.start(1)) + 1, match[1]) for match in _FENCE.finditer(text)]


def run(block: Block, folder: Path) -> None:
    """Run each function of a block that no other one names, each with a fresh database in `folder`."""
    source = "\n" * (block.line - 1) + block.text
    tree = ast.parse(source)
    module = ModuleType(block.name)
    namespace = vars(module)
    namespace |= _preamble() | {"__name__": block.name}
    # A function of the block that another process runs is pickled by its name there.
    sys.modules[block.name] = module
    exec(compile(tree, str(block.page), "exec", dont_inherit=True), namespace)
    for node in _entry_points(tree):
        asyncio.run(_run_function(namespace[node.name], block, node, folder / f"{node.name}.db"))


@cache
def _preamble() -> dict[str, Any]:
    specification = importlib.util.spec_from_file_location("preamble", PREAMBLE)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # SQLAlchemy looks up the names in annotations there.
    sys.modules["preamble"] = module
    specification.loader.exec_module(module)
    return vars(module)


def _entry_points(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in named:
            yield node


@dataclass(frozen=True, slots=True)
class _Saying:
    """What SQLAlchemy says at a line: raises or warns; in a comment `...` stands for any text."""

    verb: str
    line: int
    type_name: str
    message: str

    def matches(self, said: _Saying) -> bool:
        pattern = ".*".join(re.escape(part) for part in self.message.split("..."))
        same = (self.verb, self.line, self.type_name) == (said.verb, said.line, said.type_name)
        return same and re.match(pattern, said.message, re.DOTALL) is not None


async def _run_function(
    function: Callable[..., Any], block: Block, node: ast.FunctionDef | ast.AsyncFunctionDef, database: Path
) -> None:
    expected = list(_expected(block, node))
    said: list[_Saying] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # What MissingGreenlet has kept from running in another block is collected at any time.
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        # The process of the tests has threads of its own, and eventlet watches it once another test has imported it.
        for fork in (r"This process .* is multi-threaded, use of fork\(\)", r"Using fork\(\) is a bad idea.* eventlet"):
            warnings.filterwarnings("ignore", fork, DeprecationWarning)
        async with AsyncExitStack() as stack:
            parameters = inspect.signature(function).parameters.values()
            wanted = [item.name for item in parameters if item.default is inspect.Parameter.empty]
            given = await _given(wanted, database, stack)
            try:
                await _call(function, given)
            except Exception as error:
                frames = traceback.extract_tb(error.__traceback__)
                line = next(frame.lineno for frame in reversed(frames) if frame.filename == str(block.page)) or 0
                # SQLAlchemy 2.1 wraps errors of its own, as it does those of a database.
                wrapped = getattr(error, "orig", None)
                told = wrapped if isinstance(wrapped, SQLAlchemyError) else error
                said.append(_Saying("raises", line, type(told).__name__, str(told)))
    said += [_Saying("warns", item.lineno, item.category.__name__, str(item.message)) for item in caught]
    unexpected = [item for item in said if not any(saying.matches(item) for saying in expected)]
    missing = [saying for saying in expected if not any(saying.matches(item) for item in said)]
    assert not unexpected, f"{block.page}: not on the page: {unexpected}"
    assert not missing, f"{block.page}: did not happen: {missing}"


async def _call(function: Callable[..., Any], given: dict[str, Any]) -> None:
    result = function(**given)
    if inspect.isawaitable(result):
        await result
    elif inspect.isgenerator(result):
        list(result)


def _expected(block: Block, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[_Saying]:
    """What the comments in a function say, and those on exceptions in the functions of the block that it names."""
    named = list(_named_functions(block, node))
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        match = _SAID.match(line)
        functions = [node, *named] if match and match[1] == "raises" else [node]
        if match and any(item.lineno < number <= (item.end_lineno or 0) + 1 for item in functions):
            yield _Saying(match[1], number - 1, match[2], match[3])


def _named_functions(
    block: Block, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    for item in ast.parse("\n" * (block.line - 1) + block.text).body:
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name in names:
            yield item


async def _given(parameters: Collection[str], database: Path, stack: AsyncExitStack) -> dict[str, Any]:
    engine = _filled(database)
    stack.callback(engine.dispose)
    async_engine = create_async_engine(f"sqlite+aiosqlite:///{database}")
    stack.push_async_callback(async_engine.dispose)
    makers: dict[str, Callable[[], object]] = {
        "engine": lambda: engine,
        "async_engine": lambda: async_engine,
        "session": lambda: stack.enter_context(Session(engine)),
        "other_session": lambda: stack.enter_context(Session(engine)),
    }
    given = {name: makers[name]() for name in parameters if name in makers}
    for name in parameters:
        if name == "async_session":
            given[name] = await stack.enter_async_context(AsyncSession(async_engine))
    missing = [name for name in parameters if name not in given]
    assert not missing, f"nobody knows what to give for {missing}"
    return given


def _filled(database: Path) -> Engine:
    engine = create_engine(f"sqlite:///{database}")
    names = _preamble()
    names["Base"].metadata.create_all(engine)
    with Session(engine) as session:
        for name in ("ann", "bob"):
            session.add(names["User"](name=name, posts=[names["Post"](title=f"a post of {name}")]))
        session.commit()
    return engine
