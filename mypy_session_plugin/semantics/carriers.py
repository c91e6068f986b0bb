"""Units in which no session, instance or result can arise: one look at the types of their expressions tells.

Calls that cross a boundary, or write JSON, stand in much code that has nothing to do with a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mypy.nodes import Expression, FuncDef, MemberExpr, MypyFile, NameExpr, Node, TypeInfo
from mypy.types import (
    CallableType,
    Instance,
    Overloaded,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from mypy_session_plugin.mypy_compat.types import Types, Waiting, class_named_by, info_of
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.mapped import MappedClasses
from mypy_session_plugin.semantics.own_bodies import OwnBodies


class Carriers:
    """Answers for the units of one module; `types` has the types of its bodies."""

    def __init__(self, types: Types, bodies: OwnBodies, library: Library, mapped: MappedClasses) -> None:
        self._types = types
        #: The bodies of the module.
        self.bodies = bodies
        self._library = library
        self._mapped = mapped
        self._classes: dict[TypeInfo, bool] = {}
        self._carry: dict[Node, bool] = {}

    def may_arise(self, unit: FuncDef | MypyFile) -> bool:
        """Whether an expression of the unit, or of what it may run in this module, can have such a value."""
        return self._may_arise_in({unit})

    def may_arise_by(self, names: Iterable[str]) -> bool:
        """The same of all functions and classes of the module that have one of these names."""
        return self._may_arise_in(self.bodies.named(names))

    def _may_arise_in(self, bodies: set[Node]) -> bool:
        try:
            return any(map(self._body_carries, self.bodies.reached(bodies)))
        except Waiting:
            return True

    def _body_carries(self, body: Node) -> bool:
        if body not in self._carry:
            self._carry[body] = any(map(self.is_carrier, self.without_owners(self.bodies.nodes(body))))
        return self._carry[body]

    def without_owners(self, nodes: Sequence[Node]) -> list[Node]:
        """These nodes, but of an instance or a mapped class of which an attribute is taken that attribute alone."""
        owners = {node.expr for node in nodes if isinstance(node, MemberExpr) and isinstance(node.expr, NameExpr)}
        return [node for node in nodes if node not in owners or not self._is_mapped(node)]

    def _is_mapped(self, owner: Node) -> bool:
        """Whether a name, of which an attribute is taken, is an instance or a class of them: the attribute counts."""
        type_ = self._types.of(owner) if isinstance(owner, NameExpr) else None
        info = info_of(type_) or class_named_by(type_)
        return info is not None and self._mapped.is_mapped(info)

    def is_carrier(self, node: Node) -> bool:
        """Whether a node is an expression of which mypy knows that its value is, or holds, such a thing."""
        type_ = self._types.of(node) if isinstance(node, Expression) else None
        return type_ is not None and self._carries(type_)

    def _carries(self, type_: Type, seen: frozenset[object] = frozenset()) -> bool:
        """Whether a value of the type is, or holds, what has to do with a session; `seen` ends recursive types.

        A class is none: what makes a session or an instance of it has a type of its own.
        """
        if isinstance(type_, TypeAliasType | TypeVarType):
            name = type_.alias if isinstance(type_, TypeAliasType) else type_.id
            if name in seen:
                return False
            seen |= {name}
        proper = get_proper_type(type_)
        parts: Iterable[Type] = ()
        match proper:
            case Instance():
                if self._is_carrier_class(proper.type):
                    return True
                parts = proper.args
            case UnionType() | TupleType() | Overloaded():
                parts = proper.items
            case CallableType() if not proper.is_type_obj():
                parts = (proper.ret_type,)
            case TypeVarType():
                parts = (proper.upper_bound,)
            case TypedDictType():
                parts = proper.items.values()
        return any(self._carries(part, seen) for part in parts)

    def _is_carrier_class(self, info: TypeInfo) -> bool:
        """Whether a class is mapped, or one of a library that has sessions: a session itself, a query, a result.

        What only carries sessions on, as a thread or a response does, is given them by somebody.
        """
        known = self._classes.get(info)
        if known is None:
            known = self._classes[info] = self._mapped.is_mapped(info) or any(map(self._is_described, info.mro))
        return known

    def _is_described(self, base: TypeInfo) -> bool:
        has_sessions = base.module_name.partition(".")[0] in self._library.session_packages
        return has_sessions and self._library.class_stub(base.fullname) is not None
