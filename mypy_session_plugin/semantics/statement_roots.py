"""SQL statements as arguments: what they select, and whether they are of the ORM."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import CallExpr, Expression, MemberExpr, RefExpr

#: Statements whose type arguments are the columns of a row.
STATEMENTS = frozenset(
    {
        "sqlalchemy.sql.selectable.Select",
        "sqlalchemy.sql.dml.ReturningInsert",
        "sqlalchemy.sql.dml.ReturningUpdate",
        "sqlmodel.sql._expression_select_cls.Select",
        "sqlmodel.sql._expression_select_cls.SelectOfScalar",
    }
)
#: What every statement is: no class of the statements says more of it.
EXECUTABLE = "sqlalchemy.sql.base.Executable"
STATEMENT_PACKAGES = ("sqlalchemy.sql.", "sqlmodel.sql.")
#: Functions that begin a statement with what it selects or changes.
MAKERS = (".select", ".insert", ".update", ".delete", ".exists")


def selected(node: Expression) -> list[Expression]:
    """The arguments of the `select()` at the root of a chain of methods; none for every other expression."""
    root = _root(node)
    return list(root.args) if root is not None and _full_name(root).endswith(".select") else []


def named(node: Expression) -> Iterator[Expression]:
    """What the function at the root of a statement is given: the classes and columns that it is about."""
    root = _root(node)
    if root is not None:
        for argument in root.args:
            yield argument
            if isinstance(argument, MemberExpr):
                yield argument.expr


def _root(node: Expression) -> CallExpr | None:
    """The call of `select()`, `update()` or their like that a chain of methods begins with."""
    while isinstance(node, CallExpr):
        full_name = _full_name(node)
        if full_name.startswith(("sqlalchemy.", "sqlmodel.")) and full_name.endswith(MAKERS):
            return node
        if not isinstance(node.callee, MemberExpr):
            break
        node = node.callee.expr
    return None


def _full_name(call: CallExpr) -> str:
    return call.callee.fullname if isinstance(call.callee, RefExpr) else ""
