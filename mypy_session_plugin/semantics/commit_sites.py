"""Which calls, if they commit, may leave a unit of work half done: not in loops, nor where a failure is caught."""

from __future__ import annotations

from mypy.nodes import (
    CallExpr,
    Expression,
    ForStmt,
    FuncItem,
    GeneratorExpr,
    MypyFile,
    Node,
    RefExpr,
    TryStmt,
    TupleExpr,
    WhileStmt,
    WithStmt,
)

from mypy_session_plugin.flow.syntax import children, suppressed

REPEATING = (ForStmt, WhileStmt, GeneratorExpr)
CATCHING_ALL = ("builtins.Exception", "builtins.BaseException")


def splitting_calls(unit: FuncItem | MypyFile) -> frozenset[Node]:
    """The calls in the unit itself that run once and whose failure nothing in it catches."""
    found: set[Node] = set()
    waiting: list[Node] = [unit.body] if isinstance(unit, FuncItem) else list(unit.defs)
    while waiting:
        node = waiting.pop()
        if isinstance(node, CallExpr):
            found.add(node)
        match node:
            case FuncItem():
                continue
            case _ if isinstance(node, REPEATING):
                continue
            case TryStmt() if any(types is None or _may_catch(types) for types in node.types):
                waiting.extend(child for child in children(node) if child is not node.body)
            case WithStmt() if any(suppressed(manager) is not None for manager in node.expr):
                continue
            case _:
                waiting.extend(children(node))
    return frozenset(found)


def _may_catch(types: Expression) -> bool:
    """Whether a clause may catch what a commit raises: it is not one for the interpreter's own errors."""
    if isinstance(types, TupleExpr):
        return any(map(_may_catch, types.items))
    full_name = types.fullname if isinstance(types, RefExpr) else ""
    return full_name in CATCHING_ALL or not full_name.startswith("builtins.")
