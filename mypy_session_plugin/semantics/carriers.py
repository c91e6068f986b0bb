"""Units in which no session, instance or result can arise: one look at the types of their expressions tells.

Calls that cross a boundary, or write JSON, stand in much code that has nothing to do with a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from mypy.nodes import ClassDef, Expression, FuncDef, FuncItem, MemberExpr, MypyFile, NameExpr, Node, TypeInfo
from mypy.types import (
    CallableType,
    Instance,
    Overloaded,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    TypeType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from mypy_session_plugin.flow.syntax import definitions, descendants
from mypy_session_plugin.mypy_compat.types import Types, class_named_by, info_of
from mypy_session_plugin.semantics.functions import Functions, Waiting
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.mapped import MappedClasses


class Carriers:
    """Answers for the units of one module; `types` has the types of its bodies."""

    def __init__(self, types: Types, functions: Functions, library: Library, mapped: MappedClasses) -> None:
        self._types = types
        self._functions = functions
        self._library = library
        self._mapped = mapped
        self._classes: dict[TypeInfo, bool] = {}
        #: The names that a body uses, or None if something in it carries; only of those that have types.
        self._scanned: dict[Node, frozenset[str] | None] = {}

    def may_arise(self, unit: FuncDef | MypyFile) -> bool:
        """Whether an expression of the unit, or of what it may run in this module, can have such a value.

        What it may run is every function and class of a name that it uses, whatever the name means there.
        """
        return self._may_arise_in({unit})

    def may_arise_by(self, names: Iterable[str]) -> bool:
        """The same of all functions and classes of the module that have one of these names."""
        return self._may_arise_in(self._named(names))

    def has_body(self, name: str) -> bool:
        """Whether a function or class of the module has this name."""
        return name in self._bodies

    def _may_arise_in(self, bodies: set[Node]) -> bool:
        seen, waiting = set(bodies), list(bodies)
        while waiting:
            names = self._names_in(waiting.pop())
            if names is None:
                return True
            found = self._named(names) - seen
            seen |= found
            waiting.extend(found)
        return False

    def _named(self, names: Iterable[str]) -> set[Node]:
        return {body for name in names for body in self._bodies.get(name, ())}

    @cached_property
    def _bodies(self) -> dict[str, list[FuncDef | ClassDef]]:
        """The functions and classes of the module by their bare names."""
        bodies: dict[str, list[FuncDef | ClassDef]] = {}
        for node in definitions(self._types.tree):
            bodies.setdefault(node.name, []).append(node)
        return bodies

    def _names_in(self, body: Node) -> frozenset[str] | None:
        if body not in self._scanned:
            try:
                nodes = list(self._nodes(body))
            except Waiting:
                return None
            carries = any(map(self.is_carrier, self.without_owners(nodes)))
            self._scanned[body] = None if carries else frozenset(_names(nodes))
        return self._scanned[body]

    def without_owners(self, nodes: Sequence[Node]) -> list[Node]:
        """These nodes, but of an instance or a mapped class of which an attribute is taken that attribute alone."""
        owners = {node.expr for node in nodes if isinstance(node, MemberExpr) and isinstance(node.expr, NameExpr)}
        return [node for node in nodes if node not in owners or not self._is_mapped(node)]

    def _nodes(self, body: Node) -> Iterator[Node]:
        """The nodes of a body; those of a function only if it has its types.  Raises `Waiting` if it has them later."""
        if isinstance(body, ClassDef):
            for node in descendants(body, into_functions=False):
                yield from self._nodes(node) if isinstance(node, FuncDef) else (node,)
        elif not isinstance(body, FuncDef) or self._functions.has_types(body):
            yield from descendants(body, into_functions=isinstance(body, FuncItem))

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
        """Whether a value of the type is, or holds, what has to do with a session; `seen` ends recursive types."""
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
            case CallableType():
                parts = (proper.ret_type,)
            case TypeType():
                parts = (proper.item,)
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


def _names(nodes: Iterable[Node]) -> Iterator[str]:
    return (node.name for node in nodes if isinstance(node, (NameExpr, MemberExpr)))
