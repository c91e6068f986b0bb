"""Conditions that tell the turns of a loop apart: by its counter, or by what an earlier turn has left.

    for number, row in enumerate(rows):
        if number == 0:
            session.begin()

What holds in one turn need not hold in another one, and the author knows in which.  What is asked of the element that
the turn is about, or of what nothing in the loop changes, tells no turn from another.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from mypy.nodes import (
    AssignmentExpr,
    AssignmentStmt,
    Block,
    CallExpr,
    Expression,
    ForStmt,
    IndexExpr,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    TupleExpr,
)

from mypy_session_plugin.flow.syntax import assigned_targets, bound_names, descendants
from mypy_session_plugin.rules.choices import Choice, condition_of, holds
from mypy_session_plugin.rules.sources import Sources
from mypy_session_plugin.semantics.places import text_of_place

#: What gives numbers: `enumerate()` as the first of two.
COUNTING = frozenset({"enumerate", "range", "count"})


class Turns:
    """The loops of one unit, and what changes in them."""

    def __init__(self, nodes: Collection[Node], sources: Sources) -> None:
        self._blocks = [node for node in nodes if isinstance(node, Block)]
        self._sources = sources
        self._of = cache(_Turn)

    def tells(self, choice: Choice, loop: Choice) -> bool:
        """Whether the condition of a choice may come out otherwise because it is another turn of the loop."""
        condition = condition_of(choice)
        turn = self._of(loop)
        read = self._sources.read_in(condition)
        return any(self._is_carried(name, turn, choice, frozenset()) for name in read) or (
            _calls(condition) and not any(_root(name) in turn.elements for name in read)
        )

    def _is_carried(self, name: str, turn: _Turn, choice: Choice, seen: frozenset[str]) -> bool:
        """Whether a variable or attribute holds in one turn what another one has left, or the number of the turn."""
        root = _root(name)
        if root in turn.counters or root in seen:
            return True
        if root in turn.elements:
            return False
        if name != root and (turn.changed & {name, root} or (root == "self" and turn.calls_self)):
            return True
        if root not in turn.assigned:
            return root in turn.changed
        made = min(turn.assigned[root], key=lambda node: node.line)
        if isinstance(made, OperatorAssignmentStmt) or not self._is_made_before(made, choice):
            return True
        read = self._sources.read_in(made.value if isinstance(made, AssignmentExpr) else made.rvalue)
        return any(self._is_carried(item, turn, choice, seen | {root}) for item in read)

    def _is_made_before(self, made: Node, choice: Choice) -> bool:
        """Whether every way to a choice goes through an assignment."""
        if isinstance(made, AssignmentExpr):
            return made.line <= choice.line
        around = [block for block in self._blocks if any(made is statement for statement in block.body)]
        return made.line < choice.line and any(holds(block, choice.line) for block in around)


class _Turn:
    """What one loop binds and changes: its counters, what it goes through, and what is assigned or used in its body."""

    def __init__(self, loop: Choice) -> None:
        self.counters: set[str] = set()
        self.elements: set[str] = set()
        self.changed: set[str] = set()
        self.assigned: dict[str, list[AssignmentStmt | AssignmentExpr | OperatorAssignmentStmt]] = {}
        self.calls_self = False
        for node in descendants(loop, into_functions=True):
            if isinstance(node, ForStmt):
                self._bind(node, node is loop)
            elif isinstance(node, (AssignmentStmt, AssignmentExpr, OperatorAssignmentStmt)):
                for target in assigned_targets(node):
                    self._assign(target, node)
            elif isinstance(node, CallExpr) and isinstance(node.callee, MemberExpr):
                self._call(text_of_place(node.callee.expr))

    def _bind(self, loop: ForStmt, counts: bool) -> None:
        names = [name.name for name in bound_names(loop.index)]
        called = loop.expr.callee if isinstance(loop.expr, CallExpr) else None
        counted = called.name if isinstance(called, (NameExpr, MemberExpr)) and called.name in COUNTING else ""
        numbers = names[:1] if isinstance(loop.index, TupleExpr) else names
        self.counters.update(numbers if counted and counts else ())
        self.elements.update(set(names) - self.counters)

    def _assign(self, target: Expression, node: AssignmentStmt | AssignmentExpr | OperatorAssignmentStmt) -> None:
        for name in bound_names(target):
            self.assigned.setdefault(name.name, []).append(node)
        for part in descendants(target, into_functions=False):
            if isinstance(part, MemberExpr):
                self.changed.add(text_of_place(part))
            elif isinstance(part, IndexExpr):
                self.changed.add(text_of_place(part.base))

    def _call(self, receiver: str) -> None:
        self.changed.update({receiver, _root(receiver)} - {""})
        self.calls_self = self.calls_self or receiver == "self"


def _calls(condition: Expression) -> bool:
    return any(isinstance(node, CallExpr) for node in descendants(condition, into_functions=False))


def _root(name: str) -> str:
    return name.partition(".")[0]
