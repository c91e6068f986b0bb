"""What a condition reads, and what that was made from: two conditions with one source may not be independent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

from mypy.nodes import (
    AssignmentExpr,
    AssignmentStmt,
    CallExpr,
    ComparisonExpr,
    Expression,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    RefExpr,
    UnaryExpr,
    Var,
)

from mypy_session_plugin.flow.syntax import assigned_targets, bound_names, children, descendants
from mypy_session_plugin.mypy_compat.types import Types, info_of
from mypy_session_plugin.rules.choices import Choice, condition_of
from mypy_session_plugin.semantics.places import text_of_place
from mypy_session_plugin.semantics.stability import is_plain


class Sources:
    """What the variables of one unit are made from, and what decides whether they are."""

    def __init__(self, choices: Collection[Choice], nodes: Collection[Node], types: Types) -> None:
        self._types = types
        self._made: dict[str, set[str]] = {}
        for node in nodes:
            self._note(node, [])
        for choice in choices:
            asked = self.read_in(condition_of(choice))
            for node in descendants(choice, into_functions=False):
                self._note(node, asked)

    def _note(self, node: Node, asked: list[str]) -> None:
        if isinstance(node, (AssignmentStmt, AssignmentExpr, OperatorAssignmentStmt)):
            value = node.value if isinstance(node, AssignmentExpr) else node.rvalue
            for target in assigned_targets(node):
                for name in bound_names(target):
                    self._made.setdefault(name.name, set()).update(asked or self.read_in(value))

    def are_correlated(self, first: Choice, second: Choice) -> bool:
        """Whether two statements decide by the same, or by what was made from the same."""
        one, other = condition_of(first), condition_of(second)
        there = {_asked_for(one), _asked_for(other)}
        return any(
            _is_part(whole, part, there) or _is_part(part, whole, there)
            for whole, part in product(self._of(one), self._of(other))
        )

    def _of(self, condition: Expression) -> set[str]:
        """The variables and attributes that a condition reads, and all that these were made from."""
        found: set[str] = set()
        waiting = self.read_in(condition)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._made.get(name, ()))
        return found

    def read_in(self, expression: Expression) -> list[str]:
        """The variables and dotted attributes that an expression reads; where it reads none, what else it names."""
        return list(self._variables(expression)) or list(_names(expression))

    def _variables(self, expression: Node) -> Iterator[str]:
        if isinstance(expression, CallExpr) and not expression.args and isinstance(expression.callee, MemberExpr):
            expression = expression.callee.expr
        name = text_of_place(expression)
        if not name:
            for child in children(expression):
                yield from self._variables(child)
        elif _is_variable(expression):
            yield text_of_place(self._kept(expression))

    def _kept(self, place: Node) -> Node:
        """The part of an access path that is kept somewhere: what a property gives is made from its object."""
        if not isinstance(place, MemberExpr):
            return place
        owner = self._kept(place.expr)
        info = info_of(self._types.of(place.expr))
        symbol = info.get(place.name) if info is not None else None
        computes = (
            info is not None and symbol is not None and _is_property(symbol.node) and not is_plain(info, place.name)
        )
        return owner if owner is not place.expr or computes else place


def _is_property(node: object) -> bool:
    return bool(getattr(node, "is_property", False)) or bool(getattr(getattr(node, "func", None), "is_property", False))


def _is_part(whole: str, part: str, there: Collection[str]) -> bool:
    """Whether one is the other or an attribute of it; whether an object is there says nothing of its attributes."""
    return part == whole or (part.startswith(f"{whole}.") and whole not in there)


def _asked_for(condition: Expression) -> str:
    """The place of which a condition only asks whether something is there."""
    while isinstance(condition, UnaryExpr) and condition.op == "not":
        condition = condition.expr
    if isinstance(condition, ComparisonExpr) and condition.operators in (["is"], ["is not"]):
        condition = condition.operands[0]
    return text_of_place(condition)


def _names(expression: Node) -> Iterator[str]:
    for node in descendants(expression, into_functions=False):
        if isinstance(node, RefExpr) and not node.fullname.startswith("builtins.") and text_of_place(node):
            yield text_of_place(node)


def _is_variable(place: Node) -> bool:
    """Whether a name or an attribute is one of a variable: not of a class, a module or `None`."""
    while isinstance(place, MemberExpr):
        place = place.expr
    return isinstance(place, NameExpr) and isinstance(place.node, Var) and not place.fullname.startswith("builtins.")
