"""Locks: what guards the code in its `with` block, or from its `acquire()` on, from code of other threads and tasks."""

from __future__ import annotations

from mypy.nodes import CallExpr, Decorator, Expression, FuncItem, MemberExpr, NameExpr, RefExpr, TypeInfo, Var, WithStmt
from mypy.types import Type

from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.types import Types, info_of, is_any
from mypy_session_plugin.semantics.library import Library


def is_lock(types: Types, library: Library, manager: Expression) -> bool:
    """Whether a manager is a lock; of a body that mypy has not checked yet, whether it may be one.

    So is a context manager of the module in whose body a lock is taken.
    """
    made_of = manager.callee.node if isinstance(manager, CallExpr) and isinstance(manager.callee, RefExpr) else None
    if isinstance(made_of, Decorator):
        return _takes_lock(types, library, made_of.func)
    made = manager.callee.node if isinstance(manager, CallExpr) and isinstance(manager.callee, RefExpr) else None
    type_ = None if isinstance(made, TypeInfo) else _type_of(types, manager)
    info = made if isinstance(made, TypeInfo) else info_of(type_)
    if info is None:
        return is_any(type_)
    return library.is_lock(info)


def acquires(types: Types, library: Library, body: FuncItem) -> bool:
    """Whether a body takes a lock by itself, so that nobody knows which of its lines that one guards."""
    return any(
        isinstance(node, CallExpr)
        and isinstance(node.callee, MemberExpr)
        and node.callee.name == "acquire"
        and is_lock(types, library, node.callee.expr)
        for node in descendants(body.body, into_functions=True)
    )


def _takes_lock(types: Types, library: Library, body: FuncItem) -> bool:
    """Whether a body takes a lock, by a `with` block of its own or by `acquire()`."""
    blocks = [node for node in descendants(body.body, into_functions=True) if isinstance(node, WithStmt)]
    managers = [manager for block in blocks for manager in block.expr if not isinstance(manager, CallExpr)]
    return acquires(types, library, body) or any(is_lock(types, library, manager) for manager in managers)


def _type_of(types: Types, expression: Expression) -> Type | None:
    known = types.of(expression)
    if known is not None:
        return known
    if isinstance(expression, NameExpr) and isinstance(expression.node, Var):
        return expression.node.type
    if isinstance(expression, MemberExpr):
        info = info_of(_type_of(types, expression.expr))
        entry = info.get(expression.name) if info is not None else None
        return entry.node.type if entry is not None and isinstance(entry.node, Var) else None
    return None
