"""The graph builder on code that nobody wrote for it: installed sources and generated programs."""

from __future__ import annotations

import ast
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mypy.modulefinder import BuildSource
from mypy.nodes import FuncItem, MypyFile

from mypy_session_plugin.flow.build_graph import build_graph
from mypy_session_plugin.flow.graph import Block, Graph
from mypy_session_plugin.flow.liveness import reads, writes
from tests.graph_text import NameOracle, analysed

#: What of the standard library is checked unless `FUZZ_ALL` is set in the environment.
SMALL_PART = {"asyncio", "concurrent", "contextlib", "dataclasses", "inspect", "json", "typing", "unittest", "zipfile"}
SKIPPED = ("test", "tests", "site-packages", "lib2to3", "idle_test", "turtledemo")


def sources(root: Path, package: str) -> Iterator[BuildSource]:
    """Yield the modules below a folder that this Python can compile."""
    for path in sorted(root.rglob("*.py")):
        parts = [package, *path.relative_to(root).with_suffix("").parts]
        if parts[-1] == "__init__":
            parts.pop()
        if all(part.isidentifier() and part not in SKIPPED for part in parts) and compiles(path):
            yield BuildSource(str(path), ".".join(parts))


def compiles(path: Path) -> bool:
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return False
    return True


def graphs(unit: FuncItem | MypyFile) -> Iterator[Graph]:
    """Yield the graph of a unit and those of all functions inside."""
    pending: list[FuncItem | MypyFile] = [unit]
    while pending:
        graph = build_graph(pending.pop(), NameOracle())
        yield graph
        pending.extend(graph.nested)


def check(graph: Graph) -> None:
    """Check what every graph promises."""
    blocks = set(graph.blocks)
    assert len(blocks) == len(graph.blocks)
    for number, block in enumerate(graph.blocks):
        assert block.index == number
        for following in edges(block):
            assert following in blocks
            assert following.index > number or following.header
    assert not {name for name in graph.blocks[0].live if isinstance(name, int)}, "a temporary is read before it is set"


def edges(block: Block) -> Iterator[Block]:
    yield from block.successors()
    if block.handler is not None:
        yield block.handler


def check_temporaries(graph: Graph) -> None:
    """Check on every path that temporaries are set before they are read, without the help of liveness."""
    known: dict[Block, set[object]] = {graph.blocks[0]: set()}
    pending = [graph.blocks[0]]
    while pending:
        block = pending.pop()
        entered = set(known[block])
        here = set(entered)
        for instruction in block.instructions:
            assert {name for name in reads(instruction) if isinstance(name, int)} <= here
            here.update(name for name in writes(instruction) if isinstance(name, int))
        for following in edges(block):
            arriving = entered if following is block.handler else here
            old = known.get(following)
            known[following] = set(arriving) if old is None else old & arriving
            if known[following] != old:
                pending.append(following)


def check_all(modules: list[BuildSource]) -> int:
    """Check the graphs of all functions of these modules; return how many."""
    count = 0
    for name, tree in analysed(modules).items():
        if any(name == source.module for source in modules):
            for graph in graphs(tree):
                check(graph)
                count += 1
    return count


@pytest.fixture(scope="module", autouse=True)
def _limit_of_mypy() -> Iterator[None]:
    """Run under the recursion limit that mypy sets."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(2**14)
    yield
    sys.setrecursionlimit(limit)


def test_sqlalchemy() -> None:
    root = Path(sqlalchemy.__file__).parent
    assert check_all(list(sources(root, "sqlalchemy"))) > 5_000


def test_standard_library() -> None:
    """A part of the standard library, all of it where `FUZZ_ALL` is set in the environment."""
    root = Path(sysconfig.get_path("stdlib"))
    found = [BuildSource(None, "stdlib", ""), *sources(root, "stdlib")]
    if "FUZZ_ALL" not in os.environ:
        found = [found[0], *(source for source in found[1:] if source.module.split(".")[1] in SMALL_PART)]
    assert check_all(found) > 500


SIMPLE = (
    "a = b(x)",
    "x = [a for a in b if a or x]",
    "b.c += a if x else b()",
    "a, (b, *x) = x",
    "return a",
    "raise a",
    "break",
    "continue",
    "stop()",
    "dead()",
    "del x[a]",
    "assert a < b < x",
    "x = lambda: a",
    "yield (y := a and b and not x)",
)
COMPOUND = (
    "if a:",
    "if a and (b or not x):|else:",
    "while a:",
    "while True:",
    "for a in b():|else:",
    "with a, b as x:",
    "with suppress(a):",
    "try:|finally:",
    "try:|except ValueError as x:|else:|finally:",
    "try:|except:",
    "try:|except* ValueError:",
    "def g(a=x):",
    "class A(b):",
)


@st.composite
def bodies(draw: st.DrawFn, depth: int = 0, in_loop: bool = False) -> list[str]:
    """Generate the lines of a statement list."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(SIMPLE if depth > 2 else [*SIMPLE, *COMPOUND]))
        if kind in ("break", "continue") and not in_loop:
            kind = "return a"
        lines.append(kind.split("|")[0])
        if kind in COMPOUND:
            for number, header in enumerate(kind.split("|")):
                if number:
                    lines.append(header)
                looping = in_loop or (number == 0 and header.startswith(("for", "while")))
                lines += [f" {line}" for line in draw(bodies(depth + 1, looping))]
    return lines


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(bodies(), min_size=20, max_size=20))
def test_generated_programs(programs: list[list[str]]) -> None:
    texts = ["\n".join(["def f(a, b, x):", *(f" {line}" for line in program)]) for program in programs]
    modules = [BuildSource(None, f"program_{n}", f"{t}\n") for n, t in enumerate(filter(valid, texts))]
    for name, tree in analysed(modules).items():
        if name.startswith("program_"):
            for graph in graphs(tree):
                check(graph)
                check_temporaries(graph)


def valid(text: str) -> bool:
    """Tell whether Python takes the program: `break` in `except*`, for example, is none."""
    try:
        compile(text, "program", "exec")
    except SyntaxError:
        return False
    return True
