"""From syntax trees to control-flow graphs: CPU seconds for long and for deep functions, which must grow linearly."""

import sys
import time

from mypy import build
from mypy.modulefinder import BuildSource
from mypy.nodes import CallExpr, Expression, FuncDef
from mypy.options import Options

from mypy_session_plugin.flow.build_graph import build_graph
from mypy_session_plugin.flow.graph import Graph


class Typed:
    """An oracle for code that is all typed."""

    def is_typed(self, expression: Expression) -> bool:
        """Say yes."""
        return True

    def never_returns(self, call: CallExpr) -> bool:
        """Say no."""
        return False

    def calls_generator(self, expression: Expression) -> bool:
        """No loop is through a generator."""
        return False

    def is_function_here(self, expression: Expression) -> bool:
        """No function is given."""
        return False

    def is_list(self, expression: Expression) -> bool:
        """Nothing is sorted."""
        return False

    def is_callable_object(self, callee: Expression) -> bool:
        """Say no."""
        return False

    def goes_through(self, call: CallExpr, position: int) -> bool:
        """Nothing is gone through."""
        return False

    def may_suppress(self, manager: Expression, is_async: bool) -> bool:
        """Say no."""
        return False


def statements(count: int) -> str:
    """Return a function of straight-line code."""
    lines = [f"    a{n % 50} = b.add(a{(n + 1) % 50}, key={n})" for n in range(count)]
    return "\n".join(["def f(b):", *lines, ""])


def branches(count: int) -> str:
    """Return a function of branches one after the other."""
    lines = [f"    if a{n % 50}:\n        a{(n + 7) % 50} = b() or c\n    else:\n        b(c)" for n in range(count)]
    return "\n".join(["def f(b, c):", *lines, ""])


def protected(count: int) -> str:
    """Return a function of `try` statements one after the other."""
    block = "    try:\n        a = b(c)\n    except ValueError:\n        c = a\n    finally:\n        b(a)"
    return "\n".join(["def f(b, c, a):", *([block] * count), ""])


def nested(count: int) -> str:
    """Return a function of nested branches; Python allows 100 levels of indentation, `else: if` any number."""
    return "def f(a, b):\n    if a:\n        b()\n" + "    elif a.x and b:\n        b = a.y()\n" * count


def main() -> None:
    """Measure and print."""
    sys.setrecursionlimit(2**14)
    for name, program, sizes in (
        ("statements", statements, (2_500, 5_000, 10_000)),
        ("branches", branches, (1_000, 2_000, 4_000)),
        ("try statements", protected, (500, 1_000, 2_000)),
        ("nested branches", nested, (75, 150, 300)),
    ):
        figures = [measure(program(size)) for size in sizes]
        shown = ", ".join(f"{size:,}: {seconds:.3f} s" for size, (seconds, _) in zip(sizes, figures, strict=True))
        print(f"  {name:16} {shown}; the last has {len(figures[-1][1].blocks):,} blocks")


def measure(text: str) -> tuple[float, Graph]:
    """Return the CPU seconds of the fastest of three runs, and the graph."""
    options = Options()
    options.incremental = False
    options.semantic_analysis_only = True
    options.preserve_asts = True
    function = build.build([BuildSource(None, "app", text)], options).files["app"].names["f"].node
    assert isinstance(function, FuncDef)
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        graph = build_graph(function, Typed())
        best = min(best, time.process_time() - start)
    return best, graph
