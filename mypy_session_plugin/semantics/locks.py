"""Locks: what guards the code in its `with` block, or from its `acquire()` on, from code of other threads and tasks."""

from __future__ import annotations

from mypy.nodes import (
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

from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.types import Types, info_of, is_any
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.module_assignments import ModuleAssignments


class Locks:
    """Answers for the code of one module."""

    def __init__(self, types: Types, library: Library, assignments: ModuleAssignments) -> None:
        self._types = types
        self._library = library
        self._assignments = assignments

    def is_lock(self, manager: Expression) -> bool:
        """Whether a manager is a lock; of a body that mypy has not checked yet, whether it may be one.

        So is a context manager of the module in whose body a lock is taken.
        """
        made = manager.callee.node if isinstance(manager, CallExpr) and isinstance(manager.callee, RefExpr) else None
        if isinstance(made, Decorator):
            return self._takes_lock(made.func)
        type_ = None if isinstance(made, TypeInfo) else self._type_of(manager)
        info = made if isinstance(made, TypeInfo) else info_of(type_)
        if info is None:
            return is_any(type_)
        return self._library.is_lock(info) and not self._admits_several(info, manager)

    def acquires(self, body: FuncItem) -> bool:
        """Whether a body takes a lock by itself, so that nobody knows which of its lines that one guards."""
        return any(
            isinstance(node, CallExpr)
            and isinstance(node.callee, MemberExpr)
            and node.callee.name == "acquire"
            and self.is_lock(node.callee.expr)
            for node in descendants(body.body, into_functions=True)
        )

    def _takes_lock(self, body: FuncItem) -> bool:
        """Whether a body takes a lock, by a `with` block of its own or by `acquire()`."""
        blocks = [node for node in descendants(body.body, into_functions=True) if isinstance(node, WithStmt)]
        managers = [manager for block in blocks for manager in block.expr if not isinstance(manager, CallExpr)]
        return self.acquires(body) or any(self.is_lock(manager) for manager in managers)

    def _admits_several(self, info: TypeInfo, manager: Expression) -> bool:
        """Whether a manager is a lock that the module makes for several at once, wherever it makes it: a semaphore."""
        if not self._library.places(info):
            return False
        made = self._made_by(manager)
        return bool(made) and all(isinstance(value, CallExpr) and _is_wide(self._library, value) for value in made)

    def _made_by(self, manager: Expression) -> list[Expression | None]:
        """What makes a manager: itself, or what is assigned to it; nothing where other modules may assign it too."""
        if isinstance(manager, CallExpr):
            return [manager]
        if isinstance(manager, MemberExpr):
            attribute = self._attribute(manager)
            is_here = attribute is not None and attribute.info.module_name == self._types.tree.fullname
            return self._assignments.to_attribute(manager.name) if is_here else []
        return self._assignments.to_variable(manager.node) if isinstance(manager, NameExpr) else []

    def _type_of(self, expression: Expression) -> Type | None:
        known = self._types.of(expression)
        if known is not None:
            return known
        if isinstance(expression, NameExpr) and isinstance(expression.node, Var):
            return expression.node.type
        attribute = self._attribute(expression) if isinstance(expression, MemberExpr) else None
        return attribute.type if attribute is not None else None

    def _attribute(self, expression: MemberExpr) -> Var | None:
        """The attribute of a class that an expression reads."""
        info = info_of(self._type_of(expression.expr))
        entry = info.get(expression.name) if info is not None else None
        return entry.node if entry is not None and isinstance(entry.node, Var) else None


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
