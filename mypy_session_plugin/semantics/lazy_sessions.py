"""Functions that make what they give back when it is asked for first: `if session is None: session = factory()`."""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ComparisonExpr,
    Expression,
    FuncDef,
    GlobalDecl,
    IfStmt,
    NameExpr,
    ReturnStmt,
    UnaryExpr,
    Var,
)

from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.semantics.module_assignments import ModuleAssignments


def made_at_first(assignments: ModuleAssignments, function: FuncDef) -> CallExpr | None:
    """The call that makes what a function gives to all who ask, in a variable of the module; None for any other one.

    That is None at first, and nobody assigns anything else to it.
    """
    if function.arguments:
        return None
    nodes = list(descendants(function.body, into_functions=False))
    if not any(isinstance(node, GlobalDecl) for node in nodes):
        return None
    returned = {_variable(node.expr) for node in nodes if isinstance(node, ReturnStmt)}
    variable = returned.pop() if len(returned) == 1 else None
    guarded = {
        node
        for block in nodes
        if isinstance(block, IfStmt) and variable is not None and _is_missing(block.expr[0], variable)
        for node in descendants(block.body[0], into_functions=False)
        if isinstance(node, AssignmentStmt) and [*map(_variable, node.lvalues)] == [variable]
    }
    made = guarded.pop().rvalue if len(guarded) == 1 else None
    if not isinstance(made, CallExpr):
        return None
    others = [value for value in assignments.to_variable(variable) if value is not made]
    return made if len(others) == 1 and _is_none(others[0]) else None


def _variable(expression: Expression | None) -> Var | None:
    """The variable of the module that an expression names."""
    named = expression.node if isinstance(expression, NameExpr) else None
    return named if isinstance(named, Var) and "." in named.fullname else None


def _is_missing(test: Expression, variable: Var) -> bool:
    """Whether a test asks whether nothing has been made yet."""
    match test:
        case UnaryExpr(op="not", expr=expr):
            return _variable(expr) is variable
        case ComparisonExpr(operators=["is" | "=="], operands=[one, other]):
            return _variable(one) is variable and _is_none(other)
        case _:
            return False


def _is_none(expression: Expression | None) -> bool:
    return isinstance(expression, NameExpr) and expression.fullname == "builtins.None"
