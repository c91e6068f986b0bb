"""Locks: what guards the code in its `with` block, or from its `acquire()` on, from code of other threads and tasks."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Decorator,
    Expression,
    FuncItem,
    IntExpr,
    MemberExpr,
    NameExpr,
    RefExpr,
    TypeInfo,
    Var,
    WithStmt,
)
from mypy.types import Type

from mypy_session_plugin.flow.syntax import assigned_targets, assignments, descendants
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
    return library.is_lock(info) and not _admits_several(types, library, info, manager)


def _admits_several(types: Types, library: Library, info: TypeInfo, manager: Expression) -> bool:
    """Whether a manager is a lock that the module makes for several at once, wherever it makes it: a semaphore."""
    if not library.places(info):
        return False
    made = [manager] if isinstance(manager, CallExpr) else list(_assigned(types, manager))
    return bool(made) and all(isinstance(value, CallExpr) and _is_wide(library, value) for value in made)


def _assigned(types: Types, place: Expression) -> Iterator[Expression | None]:
    """What the module assigns to a variable, or to any attribute of that name; None for what is not told."""
    variable = place.node if isinstance(place, NameExpr) else None
    name = place.name if isinstance(place, MemberExpr) else ""
    if isinstance(place, MemberExpr):
        info = info_of(_type_of(types, place.expr))
        entry = info.get(place.name) if info is not None else None
        variable = entry.node if entry is not None else None
    nodes = list(descendants(types.tree, into_functions=True))
    for target, value in assignments(nodes):
        of_class = isinstance(target, Var) and bool(target.info) and target.name == name
        if of_class or target is variable is not None:
            yield value
    for node in nodes:
        if isinstance(node, FuncItem) and any(argument.variable is variable for argument in node.arguments):
            yield None
        for target in assigned_targets(node) if name else ():
            for part in descendants(target, into_functions=False):
                if isinstance(part, MemberExpr) and part.name == name:
                    yield node.rvalue if isinstance(node, AssignmentStmt) and part is target else None


def _is_wide(library: Library, call: CallExpr) -> bool:
    """Whether a call makes a lock for more than one at once: `Semaphore(5)`."""
    made = call.callee.node if isinstance(call.callee, RefExpr) else None
    places = library.places(made) if isinstance(made, TypeInfo) else ""
    given = [
        argument
        for position, (argument, name) in enumerate(zip(call.args, call.arg_names, strict=True))
        if (name == places if name else position == 0)
    ]
    return bool(places and given) and _number(given[0]) > 1


def _number(expression: Expression) -> int:
    """The number that is written, by itself or by the name of a constant; 0 where there is none."""
    if isinstance(expression, IntExpr):
        return expression.value
    named = expression.node if isinstance(expression, RefExpr) else None
    value = named.final_value if isinstance(named, Var) else None
    return value if isinstance(value, int) else 0


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
