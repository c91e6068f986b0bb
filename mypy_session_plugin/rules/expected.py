"""Exceptions that the author expects: a rule that predicts one is silent where it is caught by name or asked for.

Expected is what a `try` or `suppress` around it catches under its own name or that of a base below `Exception`, and
what stands inside a block whose context manager is given its class, as `pytest.raises` is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mypy.nodes import (
    CallExpr,
    Context,
    Expression,
    FuncDef,
    Node,
    RefExpr,
    TryStmt,
    TupleExpr,
    WithStmt,
)

from mypy_session_plugin.flow.syntax import children

#: Too wide to name an exception: a handler for one of these says nothing of what it expects.
WIDE = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.object"})
#: A handler in the form of a context manager.
SUPPRESSING = "contextlib.suppress"


def is_expected(unit: Node, node: Context, error: Collection[str]) -> bool:
    """Whether the exception whose class has these full names in its MRO is expected at a node of a unit.

    A lambda whose node is told of by the unit around it runs in place.
    """
    waiting: list[tuple[Node, bool]] = [(unit, False)]
    while waiting:
        current, expected = waiting.pop()
        if current is node:
            return expected
        if isinstance(current, FuncDef):
            waiting.extend((child, False) for child in children(current))
        elif isinstance(current, TryStmt):
            waiting.append((current.body, expected or _catches(current, error)))
            waiting.extend((child, expected) for child in children(current) if child is not current.body)
        elif isinstance(current, WithStmt):
            inside = expected or any(_asks_for(manager, error) for manager in current.expr)
            waiting.extend((child, expected) for child in current.expr)
            waiting.append((current.body, inside))
        else:
            waiting.extend((child, expected) for child in children(current))
    return False


def _catches(statement: TryStmt, error: Collection[str]) -> bool:
    names = {name for types in statement.types if types is not None for name in _class_names(types)}
    return bool(names & (set(error) - WIDE))


def _asks_for(manager: Expression, error: Collection[str]) -> bool:
    if not isinstance(manager, CallExpr):
        return False
    catches = isinstance(manager.callee, RefExpr) and manager.callee.fullname == SUPPRESSING
    asked = set(error) - WIDE if catches else error
    return any(name in asked for argument in manager.args for name in _class_names(argument))


def _class_names(expression: Expression) -> Iterator[str]:
    if isinstance(expression, TupleExpr):
        for item in expression.items:
            yield from _class_names(item)
    elif isinstance(expression, RefExpr):
        yield expression.fullname
