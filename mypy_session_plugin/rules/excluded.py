"""Paths that no run may take: of two conditions on one path the second may come out in one way only.

    if count > 1:
        session.begin()
    if count == 0:
        session.begin()

The analysis remembers what came out for a variable, and of a condition that stands there twice; of others it takes
every outcome to be possible.  A rule to which one path is enough passes over a path through two of these that ask the
same: one around what happened before, and one around the fault or, between the two, around what may end it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import chain, product
from typing import TypeAlias

from mypy.nodes import (
    AssignmentStmt,
    BreakStmt,
    CallExpr,
    Context,
    ContinueStmt,
    Expression,
    ForStmt,
    IfStmt,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    RaiseStmt,
    ReturnStmt,
    Var,
    WhileStmt,
)

from mypy_session_plugin.flow.syntax import children, descendants
from mypy_session_plugin.mypy_compat.conditions import are_the_same
from mypy_session_plugin.semantics.reaching import text_of_place

#: What a path goes through in one of several ways.
_Deciding: TypeAlias = "IfStmt | WhileStmt | ForStmt | MatchStmt"
_DECIDING = (IfStmt, WhileStmt, ForStmt, MatchStmt)
#: What, in one of its ways, may keep a path from what comes behind, or undo what came before.
_CHANGING = (BreakStmt, CallExpr, ContinueStmt, RaiseStmt, ReturnStmt)


class Excluded:
    """The paths of one unit that no run may take.

    Args:
        unit: The function or module whose conditions are compared.
    """

    def __init__(self, unit: Node) -> None:
        self._unit = unit

    def is_excluded(self, node: Context, since: Collection[int]) -> bool:
        """Whether it may be that no run comes to a node of the unit by way of any of these lines."""
        return bool(since) and all(_may_exclude(*self._deciding, line, node.line) for line in since)

    @cached_property
    def _deciding(self) -> tuple[list[_Deciding], _Sources]:
        nodes = list(descendants(self._unit, into_functions=True))
        deciding = [item for item in nodes if isinstance(item, _DECIDING)]
        return deciding, _Sources(deciding, nodes)


def _may_exclude(deciding: list[_Deciding], sources: _Sources, first: int, second: int) -> bool:
    before = [item for item in deciding if _holds(item, first)]
    apart = [item for item in before if not _holds(item, second)]
    after = [item for item in deciding if _holds(item, second) and not _holds(item, first)]
    passed = [item for item in deciding if first < item.line and _end(item) < second and _may_change(item)]
    return any(
        _are_correlated(one, other, sources) and not _is_same_way(one, first, other, second)
        for one, other in chain(product(apart, after), product(before, passed))
    )


def _are_correlated(first: _Deciding, second: _Deciding, sources: _Sources) -> bool:
    """Whether two statements decide by the same, or by what was made from the same."""
    pairs = product(sources.of(_condition(first)), sources.of(_condition(second)))
    return any(_is_part(one, other) or _is_part(other, one) for one, other in pairs)


def _is_same_way(first: _Deciding, before: int, second: _Deciding, after: int) -> bool:
    """Whether two statements decide by one condition, and the path needs the same outcome of both."""
    same = are_the_same(_condition(first), _condition(second))
    return same and _holds(second, after) and _is_in_body(first, before) is _is_in_body(second, after)


def _is_in_body(statement: _Deciding, line: int) -> bool:
    """Whether a line stands where the condition is true."""
    body = statement.body[0] if isinstance(statement, IfStmt) else statement
    return _holds(body, line)


def _is_part(whole: str, part: str) -> bool:
    return part == whole or part.startswith(f"{whole}.")


def _condition(statement: _Deciding) -> Expression:
    match statement:
        case IfStmt():
            return statement.expr[0]
        case MatchStmt():
            return statement.subject
        case _:
            return statement.expr


def _may_change(statement: _Deciding) -> bool:
    """Whether what comes behind a statement may depend on which way it goes."""
    return any(isinstance(node, _CHANGING) for node in descendants(statement, into_functions=False))


def _holds(statement: Context, line: int) -> bool:
    return statement.line <= line <= _end(statement)


def _end(statement: Context) -> int:
    return statement.end_line or statement.line


class _Sources:
    """What the variables of one unit are made from, and what decides whether they are."""

    def __init__(self, deciding: Collection[_Deciding], nodes: Collection[Node]) -> None:
        self._made: dict[str, set[str]] = {}
        for node in nodes:
            self._read(node, [])
        for statement in deciding:
            asked = list(_read_in(_condition(statement)))
            for node in descendants(statement, into_functions=False):
                self._read(node, asked)

    def _read(self, node: Node, asked: list[str]) -> None:
        if isinstance(node, (AssignmentStmt, OperatorAssignmentStmt)):
            targets = node.lvalues if isinstance(node, AssignmentStmt) else [node.lvalue]
            for target in targets:
                if isinstance(target, NameExpr):
                    self._made.setdefault(target.name, set()).update(asked or _read_in(node.rvalue))

    def of(self, condition: Expression) -> set[str]:
        """The variables and attributes that a condition reads, and all that these were made from."""
        found: set[str] = set()
        waiting = list(_read_in(condition))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._made.get(name, ()))
        return found


def _read_in(expression: Node) -> Iterator[str]:
    """The variables and dotted attributes that an expression reads."""
    name = text_of_place(expression)
    if not name:
        for child in children(expression):
            yield from _read_in(child)
    elif _is_variable(expression):
        yield name


def _is_variable(place: Node) -> bool:
    """Whether a name or an attribute is one of a variable: not of a class, a module or `None`."""
    while isinstance(place, MemberExpr):
        place = place.expr
    return isinstance(place, NameExpr) and isinstance(place.node, Var) and not place.fullname.startswith("builtins.")
