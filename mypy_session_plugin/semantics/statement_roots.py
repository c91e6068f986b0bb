"""SQL statements as arguments: what they select, and whether they are of the ORM."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mypy.nodes import CallExpr, Expression, MemberExpr, RefExpr
from mypy.types import Type

from mypy_session_plugin.mypy_compat.types import info_of

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
QUERY = "sqlalchemy.orm.query.Query"
STATEMENT_PACKAGES = ("sqlalchemy.sql.", "sqlmodel.sql.")
#: Functions that begin a statement with what it selects or changes, and the class of the statement.
MAKERS = {
    "select": "sqlalchemy.sql.selectable.Select",
    "insert": "sqlalchemy.sql.dml.Insert",
    "update": "sqlalchemy.sql.dml.Update",
    "delete": "sqlalchemy.sql.dml.Delete",
    "exists": "sqlalchemy.sql.selectable.Exists",
}
#: Flask-SQLAlchemy's extension object, which has the names of SQLAlchemy as attributes, of Any type.
EXTENSION = "flask_sqlalchemy.extension.SQLAlchemy"
TypeOf = Callable[[Expression], Type | None]


def selected(node: Expression, type_of: TypeOf) -> list[Expression]:
    """The arguments of the `select()` at the root of a chain of methods; none for every other expression."""
    root = _root(node, type_of)
    return list(root.args) if root is not None and _maker(root, type_of) == "select" else []


def statement_class(node: Expression, type_of: TypeOf) -> str:
    """The class of the statement that a chain of methods makes, by the function at its root; empty if unknown."""
    root = _root(node, type_of)
    return "" if root is None else MAKERS[_maker(root, type_of)]


def is_root(node: Expression, type_of: TypeOf) -> bool:
    """Whether this is the call that begins a statement."""
    return isinstance(node, CallExpr) and bool(_maker(node, type_of))


def named(node: Expression, type_of: TypeOf) -> Iterator[Expression]:
    """What the function at the root of a statement is given: the classes and columns that it is about."""
    root = _root(node, type_of)
    if root is not None:
        for argument in root.args:
            yield argument
            if isinstance(argument, MemberExpr):
                yield argument.expr


def _root(node: Expression, type_of: TypeOf) -> CallExpr | None:
    """The call of `select()`, `update()` or their like that a chain of methods begins with."""
    while isinstance(node, CallExpr):
        if _maker(node, type_of):
            return node
        if not isinstance(node.callee, MemberExpr):
            break
        node = node.callee.expr
    return None


def _maker(call: CallExpr, type_of: TypeOf) -> str:
    """The name of the function that begins a statement; empty for every other call."""
    callee = call.callee
    full_name = callee.fullname if isinstance(callee, RefExpr) else ""
    name = full_name.rpartition(".")[2]
    if full_name.startswith(("sqlalchemy.", "sqlmodel.")) and name in MAKERS:
        return name
    if isinstance(callee, MemberExpr) and callee.name in MAKERS:
        info = info_of(type_of(callee.expr))
        if info is not None and any(base.fullname == EXTENSION for base in info.mro):
            return callee.name
    return ""
