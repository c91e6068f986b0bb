"""The control-flow graph: what each construct becomes, what is live, and that no kind of node is forgotten."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from mypy import nodes, patterns
from mypy.errors import CompileError
from mypy.modulefinder import BuildSource
from mypy.nodes import Expression, FuncDef, MypyFile, Node, Statement

from mypy_session_plugin.flow import graph as ir
from mypy_session_plugin.flow.build_expressions import EXPRESSIONS
from mypy_session_plugin.flow.build_graph import build_graph
from mypy_session_plugin.flow.build_patterns import PATTERNS
from mypy_session_plugin.flow.build_statements import STATEMENTS
from mypy_session_plugin.flow.graph import Graph
from mypy_session_plugin.flow.liveness import OPERANDS
from mypy_session_plugin.flow.names import written_name
from mypy_session_plugin.flow.syntax import CHILDREN
from tests.graph_text import NameOracle, analysed, text_of

CASE = re.compile(r"^## (.+?)\n\n```python\n(.+?)```\n\n```text\n(.+?)\n```", re.MULTILINE | re.DOTALL)
CASES = {
    name: (source, expected)
    for name, source, expected in CASE.findall(Path(__file__).with_name("graph_cases.md").read_text())
}
#: Nodes that are never a part of a tree that has been analysed, or only bases of others.
NEVER_MET = {"FakeExpression", "RefExpr", "TypeVarLikeExpr", "ImportBase", "Statement", "Expression"}


def module_name(case: str) -> str:
    return "case_" + re.sub(r"\W", "_", case).lower()


@functools.cache
def trees() -> Mapping[str, MypyFile]:
    return analysed([BuildSource(None, module_name(case), source) for case, (source, _) in CASES.items()])


def graph_of(source: str) -> Graph:
    """Return the graph of the function `f` in a program."""
    return build_graph(function_f(analysed([BuildSource(None, "app", source)])["app"]), NameOracle())


def function_f(tree: MypyFile) -> FuncDef:
    function = tree.names["f"].node
    assert isinstance(function, FuncDef)
    return function


@pytest.mark.parametrize("case", CASES)
def test_construct(case: str) -> None:
    tree = trees()[module_name(case)]
    function = tree.names["f"].node if "f" in tree.names else None
    graph = build_graph(function if isinstance(function, FuncDef) else tree, NameOracle())
    assert text_of(graph).replace(module_name(case), "app") == CASES[case][1]


def test_type_statement() -> None:
    """Only a mypy with a parser of its own, or a Python that has the statement, can read it."""
    try:
        tree = analysed([BuildSource(None, "app", "type Alias = list[int]\n")])["app"]
    except CompileError:
        pytest.skip("cannot be parsed")
    assert text_of(build_graph(tree, NameOracle())) == "0:\n    %1 = operation()\n    app.Alias = %1\n    end: return"


def concrete(base: type[Node], module: object) -> set[type[Node]]:
    return {
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, base) and found.__name__ not in NEVER_MET
    }


def test_every_statement_of_mypy_is_lowered() -> None:
    assert set(STATEMENTS) == concrete(Statement, nodes)


def test_every_expression_of_mypy_is_lowered() -> None:
    assert set(EXPRESSIONS) == concrete(Expression, nodes)


def test_every_pattern_of_mypy_is_lowered() -> None:
    assert set(PATTERNS) == concrete(patterns.Pattern, patterns) - {patterns.Pattern}


def test_every_lowered_node_can_be_walked() -> None:
    assert {*STATEMENTS, *EXPRESSIONS, *PATTERNS} <= set(CHILDREN)


def test_every_instruction_that_reads_temporaries_says_so() -> None:
    """Liveness must not overlook an operand."""
    kinds = {found for found in vars(ir).values() if isinstance(found, type) and issubclass(found, ir.Instruction)}
    without = {ir.Instruction, ir.LoadName, ir.LoadConstant, ir.LoadFunction, ir.DeleteName, ir.CatchException}
    assert set(OPERANDS) == kinds - without


def live_names(graph: Graph, number: int) -> set[str]:
    return {name for name in graph.blocks[number].live if isinstance(name, str)}


def test_a_variable_is_live_until_its_last_read() -> None:
    graph = graph_of("def f(a, b):\n    if a:\n        a = b\n    return a\n")
    first, taken, after = graph.blocks
    assert (live_names(graph, first.index), live_names(graph, taken.index)) == ({"a", "b"}, {"b"})
    assert live_names(graph, after.index) == {"a"}


def test_a_variable_read_in_the_next_turn_is_live_through_the_loop() -> None:
    graph = graph_of("def f(a, b):\n    while a:\n        b()\n        a = b\n")
    assert [live_names(graph, block.index) for block in graph.blocks] == [{"a", "b"}, {"a", "b"}, {"b"}, set()]


def test_what_a_handler_reads_is_live_in_the_body_even_where_the_body_writes_it() -> None:
    graph = graph_of("def f(a):\n    try:\n        a = 1\n    except:\n        a()\n")
    assert live_names(graph, 1) == {"a"}


def test_a_captured_variable_is_live_everywhere() -> None:
    graph = graph_of("def f(a):\n    a = 1\n    g = lambda: a\n    if g:\n        return\n    a = 2\n")
    assert graph.captured == {"a"}
    assert all("a" in block.live for block in graph.blocks)


def test_a_global_that_is_stored_is_live_everywhere() -> None:
    graph = graph_of("def f(a):\n    global count\n    if a:\n        return\n    count = a\ncount = 0\n")
    assert all("app.count" in block.live for block in graph.blocks)


def test_the_iterable_of_a_loop_is_live_in_its_turns_only() -> None:
    graph = graph_of("def f(a):\n    for x in a:\n        x()\n    return a\n")
    live = [{name for name in block.live if isinstance(name, int)} for block in graph.blocks]
    assert live == [set(), {1}, {1}, set()]


def test_calls_of_straight_line_code_occur_once_each_in_evaluation_order() -> None:
    source = (
        "def f(a, b, c, d):\n    a(b(), c(d()).e()).g = {a(): b(), **c()}[d(a())] + -b(*c(), x=d())\n    del a(b()).x\n"
    )
    (block,) = graph_of(source).blocks
    calls = [each for each in block.instructions if isinstance(each, ir.Call)]
    tokens = [source.splitlines()[each.node.line - 1][each.node.column : each.node.end_column] for each in calls]
    assert tokens == [
        *("a()", "b()", "c()", "a()", "d(a())", "c()", "d()", "b(*c(), x=d())"),
        *("b()", "d()", "c(d())", "c(d()).e()", "a(b(), c(d()).e())", "b()", "a(b())"),
    ]


def test_nested_functions_are_listed_once_though_finally_is_copied() -> None:
    graph = graph_of("def f(a):\n    try:\n        return a\n    finally:\n        a = lambda: 1\n")
    assert len(graph.nested) == 1


def test_functions_in_dead_code_are_not_listed() -> None:
    assert graph_of("def f(a):\n    return a\n    def g(): ...\n").nested == ()


def test_finally_inside_finally_does_not_grow_without_bound() -> None:
    def source(depth: int) -> str:
        lines = ["def f(a):"]
        for level in range(depth):
            lines += [f"{'  ' * (level + 1)}try: a()", f"{'  ' * (level + 1)}finally:"]
        return "\n".join([*lines, "  " * (depth + 1) + "a()\n"])

    files = analysed([BuildSource(None, f"depth_{depth}", source(depth)) for depth in (10, 15, 20)])
    few, more, most = (
        len(build_graph(function_f(files[f"depth_{depth}"]), NameOracle()).blocks) for depth in (10, 15, 20)
    )
    assert most - more == more - few


def test_deep_code_needs_no_deep_stack() -> None:
    nested = "".join(f"{' ' * (level + 1)}if a:\n" for level in range(90)) + " " * 91 + "a()\n"
    chain = "    elif a:\n        a()\n" * 300
    sums = " + ".join(["a()"] * 300)
    choices = " or ".join(["a()"] * 300)
    tree = analysed(
        [
            BuildSource(None, "nested", "def f(a):\n" + nested),
            BuildSource(None, "chain", "def f(a):\n    if a:\n        a()\n" + chain),
            BuildSource(None, "sums", f"def f(a):\n    return {sums}\n"),
            BuildSource(None, "choices", f"def f(a):\n    return {choices}\n"),
        ]
    )
    depth = len(inspect.stack(0))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 400)
    try:
        for name in ("nested", "chain", "sums", "choices"):
            build_graph(function_f(tree[name]), NameOracle())
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    ("variable", "written"),
    [("user", "user"), ("user@2", "user"), ("app.db", "db"), ("file''", "file"), ("app.Model@3.name", "name")],
)
def test_written_name(variable: str, written: str) -> None:
    assert written_name(variable) == written
