"""Whether a write may be made of which no session takes notice: by the syntax alone, before any analysis."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    DelStmt,
    Expression,
    ExpressionStmt,
    FuncDef,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    RefExpr,
    WithStmt,
)

from mypy_session_plugin.flow.syntax import descendants

#: Calls after which an instance may be in no session.
_ENDING = frozenset({"close", "aclose", "expunge", "expunge_all", "make_transient_to_detached", "reset", "rollback"})


class Hints:
    """Reads one unit."""

    def __init__(self, unit: FuncDef | MypyFile) -> None:
        self._nodes = list(descendants(unit, into_functions=True)) if isinstance(unit, FuncDef) else []
        bases = [node.expr for node in self._nodes if isinstance(node, MemberExpr)]
        #: The names that stand for more than the owner of an attribute, with their lines.
        self._given = [
            node for node in self._nodes if isinstance(node, NameExpr) and not any(node is base for base in bases)
        ]

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
        for node in self._nodes:
            targets: list[Expression] = node.lvalues if isinstance(node, AssignmentStmt) else []
            if isinstance(node, OperatorAssignmentStmt):
                targets = [node.lvalue]
            yield from (target for target in targets if isinstance(target, MemberExpr))


def _is_attribute_of_value(node: Node) -> bool:
    targets: list[Expression] = []
    match node:
        case AssignmentStmt():
            targets = node.lvalues
        case OperatorAssignmentStmt():
            targets = [node.lvalue]
        case DelStmt():
            targets = [node.expr]
        case ExpressionStmt(expr=CallExpr(callee=MemberExpr(expr=owner))):
            return isinstance(_indexed(owner), MemberExpr)
    return any(isinstance(target, IndexExpr) and isinstance(_indexed(target), MemberExpr) for target in targets)


def _indexed(expression: Expression) -> Expression:
    while isinstance(expression, IndexExpr):
        expression = expression.base
    return expression


def _constructs(value: Expression) -> bool:
    callee = value.callee if isinstance(value, CallExpr) else None
    return isinstance(callee, RefExpr) and _name(callee)[:1].isupper()


def _name(callee: Expression) -> str:
    return callee.name if isinstance(callee, NameExpr | MemberExpr) else ""
