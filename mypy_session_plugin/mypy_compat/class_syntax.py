"""Class bodies that mypy has not analysed yet, as syntax: names are not bound, so the imports tell whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    CallExpr,
    ClassDef,
    DictExpr,
    Expression,
    IfStmt,
    Import,
    ImportFrom,
    MemberExpr,
    MypyFile,
    NameExpr,
    Statement,
    StrExpr,
)

_PACKAGES = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")


def statements(definition: ClassDef) -> Iterator[Statement]:
    """The statements of a class body, those under an `if` among them."""
    for statement in definition.defs.body:
        if isinstance(statement, IfStmt):
            for block in (*statement.body, *([statement.else_body] if statement.else_body else [])):
                yield from block.body
        else:
            yield statement


def is_of_library(callee: Expression, wanted: frozenset[str], module: MypyFile) -> bool:
    """Whether this is one of SQLAlchemy's or SQLModel's names: the imports tell."""
    if last_name(callee) not in wanted and not isinstance(callee, NameExpr):
        return False
    if isinstance(callee, MemberExpr):
        return True
    name = last_name(callee)
    return any(original in wanted and here == name for original, here in imported(module))


def imported(module: MypyFile) -> Iterator[tuple[str, str]]:
    """What a module imports from SQLAlchemy and its like: the name there and the name here."""
    for statement in module.imports:
        if isinstance(statement, ImportFrom) and statement.id.partition(".")[0] in _PACKAGES:
            yield from ((original, alias or original) for original, alias in statement.names)
        elif isinstance(statement, Import):
            for full_name, alias in statement.ids:
                if full_name.partition(".")[0] in _PACKAGES:
                    yield full_name, alias or full_name.partition(".")[0]


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
