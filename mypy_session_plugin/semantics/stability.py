"""What the syntax and the types say of how long a place keeps what it holds, and a condition its truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy.nodes import (
    CallExpr,
    Context,
    Decorator,
    Expression,
    FuncItem,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    NonlocalDecl,
    OverloadedFuncDef,
    SuperExpr,
    TypeInfo,
    Var,
    WithStmt,
)

from mypy_session_plugin.flow.graph import Place
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.types import Types, info_of, is_method, is_none, union_items
from mypy_session_plugin.semantics.places import place_of

#: Classes whose truth never changes: their objects are immutable.
IMMUTABLE = frozenset(
    {
        "builtins.bool",
        "builtins.int",
        "builtins.float",
        "builtins.complex",
        "builtins.str",
        "builtins.bytes",
        "builtins.tuple",
        "builtins.frozenset",
    }
)


class Stability:
    """Answers for the code of one unit; `rebound` are its variables that functions inside it assign (`nonlocal`)."""

    def __init__(self, unit: FuncItem | MypyFile, nodes: Iterable[Node], types: Types) -> None:
        """`nodes` are all those of the unit."""
        self._types = types
        self._unit = unit
        self.rebound: frozenset[str] = frozenset()
        self._targets: dict[Expression, Expression] = {}
        if isinstance(unit, FuncItem):
            self._read(unit, nodes)

    def _read(self, unit: FuncItem, nodes: Iterable[Node]) -> None:
        rebound: set[str] = set()
        for node in nodes:
            if isinstance(node, WithStmt):
                pairs = zip(node.expr, node.target, strict=True)
                self._targets.update((expression, target) for expression, target in pairs if target is not None)
            elif isinstance(node, NonlocalDecl):
                rebound.update(node.names)
        if rebound:
            own = [node for node in descendants(unit.body, into_functions=False) if isinstance(node, NonlocalDecl)]
            self.rebound = frozenset(rebound).difference(*(node.names for node in own))

    def keeps(self, node: Context) -> bool:
        """Whether an access path is of variables and plain attributes: a property may give something new each time."""
        while isinstance(node, MemberExpr):
            info = info_of(self._types.of(node.expr))
            if info is not None and not is_plain(info, node.name):
                return False
            node = node.expr
        return True

    def runs_property(self, node: Context, module: str) -> bool:
        """Whether an attribute is a property of a class of the module that does more than to give another attribute."""
        if not isinstance(node, MemberExpr) or is_method(self._types.of(node)):
            return False
        info = info_of(self._types.of(node.expr))
        symbol = info.get(node.name) if info is not None else None
        found = symbol.node if symbol is not None else None
        if isinstance(found, OverloadedFuncDef):
            # Of functions with one name that are no overloads mypy keeps the last alone, and that is not what is read.
            if not found.items:
                return found.info.module_name == module
            found = found.items[0]
        if not isinstance(found, Decorator) or found.func.info.module_name != module:
            return False
        return any(
            isinstance(part, CallExpr) or (isinstance(part, MemberExpr) and isinstance(part.expr, MemberExpr))
            for part in descendants(found.func.body, into_functions=True)
        )

    def is_method(self, node: Context) -> bool:
        """Whether an attribute is read as a method, bound to its object."""
        return isinstance(node, Expression) and is_method(self._types.of(node))

    def truth_keeps(self, node: Expression) -> bool:
        """Whether an object of this type is true or false for its life: a list is not."""
        type_ = self._types.of(node)
        items = [] if type_ is None else list(union_items(type_))
        return bool(items) and all(is_none(item) or _has_fixed_truth(info_of(item)) for item in items)

    def may_be_false(self, node: Expression) -> bool:
        """Whether an object of this type may be false although it is not None."""
        type_ = self._types.of(node)
        items = [] if type_ is None else [info_of(item) for item in union_items(type_) if not is_none(item)]
        return any(info is None or _has_own_truth(info) for info in items)

    def places_of_manager(self, node: Context) -> Iterator[Place]:
        """What a context manager's code reaches: itself, what its call was given, and what its block calls it."""
        target = self.target_of(node)
        candidates: Iterable[Context] = [node] if target is None else [node, target]
        if isinstance(node, CallExpr):
            owner = node.callee.expr if isinstance(node.callee, MemberExpr) else node.callee
            candidates = [*candidates, owner, *node.args]
        for candidate in candidates:
            place = place_of(candidate)
            if place is not None:
                yield place

    def target_of(self, manager: Context) -> Expression | None:
        """What the block of a manager calls what it is given."""
        return self._targets.get(manager) if isinstance(manager, Expression) else None

    def own_place(self, callee: Context) -> Place | None:
        """`self` where a method is called through `super()`."""
        if isinstance(callee, SuperExpr) and isinstance(self._unit, FuncItem) and self._unit.arguments:
            return (self._unit.arguments[0].variable.name,)
        return None


def is_plain(info: TypeInfo, name: str) -> bool:
    """Whether an attribute is kept as it is, and not made by code at each read."""
    symbol = info.get(name)
    node = symbol.node if symbol is not None else None
    if node is None:
        return info.fallback_to_any
    if isinstance(node, Decorator):
        named = [item.name for item in node.original_decorators if isinstance(item, NameExpr | MemberExpr)]
        return "cached_property" in named
    return isinstance(node, Var) and not node.is_property


def _has_fixed_truth(info: TypeInfo | None) -> bool:
    if info is None or info.fallback_to_any:
        return False
    return any(base.fullname in IMMUTABLE for base in info.mro) or info.is_enum or not _has_own_truth(info)


def _has_own_truth(info: TypeInfo) -> bool:
    return info.get("__bool__") is not None or info.get("__len__") is not None
