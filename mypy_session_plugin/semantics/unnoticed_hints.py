"""Whether a unit writes, and in ways of which no session takes notice: by the syntax alone, before any analysis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    DelStmt,
    Expression,
    ExpressionStmt,
    IndexExpr,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    SymbolNode,
    TypeInfo,
    Var,
    WithStmt,
)

from mypy_session_plugin.flow.syntax import written_targets
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of, is_any
from mypy_session_plugin.semantics.mapped import MappedClasses

#: Calls after which an instance may be in no session.
_ENDING = frozenset({"close", "aclose", "expunge", "expunge_all", "make_transient_to_detached", "reset", "rollback"})


class Hints:
    """Reads one unit."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes

    @cached_property
    def _given(self) -> list[NameExpr]:
        """The names that stand for more than the owner of an attribute."""
        bases = {node.expr for node in self._nodes if isinstance(node, MemberExpr)}
        return [node for node in self._nodes if isinstance(node, NameExpr) and node not in bases]

    def changes_attributes(self) -> bool:
        """Whether the unit changes an attribute, which may be that of a mapped instance."""
        return any(map(_changes_attribute, self._nodes))

    def changes_in_place(self) -> bool:
        """Whether the value of an attribute is changed by an item or a method."""
        return any(_is_attribute_of_value(node) for node in self._nodes)

    def writes_after_an_end(self) -> bool:
        """Whether an attribute is assigned, after a session may have ended, of what is not named again."""
        ends = [node.end_line or node.line for node in self._nodes if isinstance(node, WithStmt)]
        ends += [node.line for node in self._nodes if isinstance(node, CallExpr) and _name(node.callee) in _ENDING]
        return any(
            min(ends, default=target.line) < target.line and not self._is_named_after(owner, target.line)
            for target in self._attributes_assigned()
            if isinstance(owner := target.expr, NameExpr)
        )

    def makes_and_forgets(self) -> bool:
        """Whether an object is made of which nothing but the attributes are named."""
        for node in self._nodes:
            if isinstance(node, ExpressionStmt) and _constructs(node.expr):
                return True
            if isinstance(node, AssignmentStmt) and _constructs(node.rvalue):
                targets = [target for target in node.lvalues if isinstance(target, NameExpr)]
                if any(not self._is_named_after(target, node.line) for target in targets):
                    return True
        return False

    def _is_named_after(self, name: NameExpr, line: int) -> bool:
        return any(node.name == name.name and node.line > line for node in self._given)

    def _attributes_assigned(self) -> Iterator[MemberExpr]:
        targets = (target for node in self._nodes for target in written_targets(node))
        return (target for target in targets if isinstance(target, MemberExpr))


def _is_attribute_of_value(node: Node) -> bool:
    if isinstance(node, ExpressionStmt):
        callee = node.expr.callee if isinstance(node.expr, CallExpr) else None
        return isinstance(callee, MemberExpr) and isinstance(_indexed(callee.expr), MemberExpr)
    targets = [node.expr] if isinstance(node, DelStmt) else written_targets(node)
    return any(isinstance(target, IndexExpr) and isinstance(_indexed(target), MemberExpr) for target in targets)


def _indexed(expression: Expression) -> Expression:
    while isinstance(expression, IndexExpr):
        expression = expression.base
    return expression


def _constructs(value: Expression) -> bool:
    """Whether an expression may construct a mapped instance: sessions and managers are made of names alike."""
    callee = value.callee if isinstance(value, CallExpr) else None
    if not isinstance(callee, RefExpr) or not _name(callee)[:1].isupper():
        return False
    node = callee.node or _attribute(callee)
    if isinstance(node, Var) and node.type is not None and not is_any(node.type):
        node = class_named_by(node.type)
        if node is None:
            return False
    return not isinstance(node, TypeInfo) or node.fallback_to_any or MappedClasses().is_mapped(node)


def _attribute(callee: RefExpr) -> SymbolNode | None:
    """What the class of a variable says of an attribute that is called: `db.Session()`."""
    owner = callee.expr if isinstance(callee, MemberExpr) else None
    variable = owner.node if isinstance(owner, RefExpr) else None
    info = info_of(variable.type) if isinstance(variable, Var) else None
    symbol = info.get(_name(callee)) if info is not None else None
    return symbol.node if symbol is not None else None


def _name(callee: Expression) -> str:
    return callee.name if isinstance(callee, NameExpr | MemberExpr) else ""


def _changes_attribute(node: Node) -> bool:
    """Whether a node assigns an attribute, or puts something into one that may be a collection."""
    match node:
        case CallExpr(callee=MemberExpr(name="append" | "add", expr=MemberExpr())):
            return True
        case _:
            return any(isinstance(target, MemberExpr) for target in written_targets(node))
