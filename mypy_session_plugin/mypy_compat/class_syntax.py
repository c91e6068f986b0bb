"""Class bodies that mypy has not analysed yet, as syntax: no name in them is bound."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    CallExpr,
    ClassDef,
    DictExpr,
    Expression,
    IfStmt,
    MemberExpr,
    NameExpr,
    Statement,
    StrExpr,
)


def statements(definition: ClassDef) -> Iterator[Statement]:
    """The statements of a class body, those under an `if` among them."""
    for statement in definition.defs.body:
        if isinstance(statement, IfStmt):
            for block in (*statement.body, *([statement.else_body] if statement.else_body else [])):
                yield from block.body
        else:
            yield statement


def last_name(expression: Expression) -> str:
    """The name at the end of a dotted name; empty for every other expression."""
    return expression.name if isinstance(expression, (NameExpr, MemberExpr)) else ""


def keywords(call: CallExpr) -> dict[str, Expression] | None:
    """The keyword arguments; None where `**more` may hide some."""
    if any(kind.is_star() for kind in call.arg_kinds):
        return None
    return {name: value for name, value in zip(call.arg_names, call.args, strict=True) if name is not None}


def literal_mapping(value: Expression) -> dict[str, Expression] | None:
    """The values of a dict display by their keys; None if one of these is no literal."""
    if not isinstance(value, DictExpr):
        return None
    found = {key.value: item for key, item in value.items if isinstance(key, StrExpr)}
    return found if len(found) == len(value.items) else None


def is_true(value: Expression | None) -> bool:
    """Whether this is the word `True`."""
    return isinstance(value, NameExpr) and value.name == "True"
