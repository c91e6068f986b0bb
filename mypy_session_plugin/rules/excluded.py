"""Paths that no run may take: of two conditions on one path the second may come out in one way only.

    if count > 1:
        session.begin()
    if count == 0:
        session.begin()

The analysis remembers what came out for a variable, and of a condition that stands there twice; of others it takes
every outcome to be possible.  A rule to which one path is enough passes over a path through two that ask the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

from mypy.nodes import (
    AssignmentStmt,
    BreakStmt,
    ComparisonExpr,
    Context,
    ContinueStmt,
    Expression,
    IfStmt,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    RaiseStmt,
    ReturnStmt,
    Statement,
    UnaryExpr,
    Var,
    WhileStmt,
)

from mypy_session_plugin.flow.syntax import children, descendants
from mypy_session_plugin.mypy_compat.conditions import are_the_same

_LEAVING = (BreakStmt, ContinueStmt, RaiseStmt, ReturnStmt)


def is_excluded(unit: Node, node: Context, since: Collection[int]) -> bool:
    """Whether it may be that no run comes to a node of a unit by way of any of these lines."""
    if not since:
        return False
    nodes = list(descendants(unit, into_functions=True))
    deciding = [item for item in nodes if isinstance(item, (IfStmt, WhileStmt, MatchStmt))]
    sources = _Sources(nodes)
    return all(_may_exclude(deciding, sources, line, node.line) for line in since)


def _may_exclude(deciding: list[IfStmt | WhileStmt | MatchStmt], sources: _Sources, first: int, second: int) -> bool:
    before = [item for item in deciding if _holds(item, first) and not _holds(item, second)]
    after = [item for item in deciding if _holds(item, second) and not _holds(item, first)]
    passed = [item for item in deciding if first < item.line and _end(item) < second and _may_leave(item)]
    return any(
        _are_correlated(one, other, sources)
        for one, other in product(map(_condition, before), map(_condition, [*after, *passed]))
    )


def _are_correlated(first: Expression, second: Expression, sources: _Sources) -> bool:
    """Whether two conditions ask the same, in a way in which the outcome of the one does not tell the other's."""
    if are_the_same(first, second) or (_is_followed(first) and _is_followed(second)):
        return False
    theirs = sources.of(second)
    return any(_is_part(one, other) or _is_part(other, one) for one, other in product(sources.of(first), theirs))


def _is_followed(condition: Expression) -> bool:
    """Whether the analysis remembers the outcome: of a variable or attribute, or whether that is None."""
    if isinstance(condition, UnaryExpr) and condition.op == "not":
        condition = condition.expr
    if isinstance(condition, ComparisonExpr):
        named, tested = condition.operands[0], condition.operands[1:]
        return isinstance(named, (NameExpr, MemberExpr)) and len(tested) == 1 and _is_none(tested[0])
    return isinstance(condition, (NameExpr, MemberExpr))


def _is_none(expression: Expression) -> bool:
    return isinstance(expression, NameExpr) and expression.fullname == "builtins.None"


def _is_part(whole: str, part: str) -> bool:
    return part == whole or part.startswith(f"{whole}.")


def _condition(statement: IfStmt | WhileStmt | MatchStmt) -> Expression:
    match statement:
        case IfStmt():
            return statement.expr[0]
        case WhileStmt():
            return statement.expr
        case MatchStmt():
            return statement.subject


def _may_leave(statement: Statement) -> bool:
    """Whether what comes behind a statement may depend on its condition."""
    return isinstance(statement, IfStmt) and any(
        isinstance(body.body[-1], _LEAVING) for body in (*statement.body, statement.else_body) if body and body.body
    )


def _holds(statement: Context, line: int) -> bool:
    return statement.line <= line <= _end(statement)


def _end(statement: Context) -> int:
    return statement.end_line or statement.line


class _Sources:
    """What the variables of one unit are made from."""

    def __init__(self, nodes: Collection[Node]) -> None:
        self._made: dict[str, set[str]] = {}
        for node in nodes:
            if isinstance(node, AssignmentStmt):
                for target in node.lvalues:
                    if isinstance(target, NameExpr):
                        self._made.setdefault(target.name, set()).update(_read_in(node.rvalue))

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
    name = _dotted(expression)
    if name:
        yield name
    else:
        for child in children(expression):
            yield from _read_in(child)


def _dotted(expression: Node) -> str:
    if isinstance(expression, NameExpr):
        return expression.name if isinstance(expression.node, Var) else ""
    if isinstance(expression, MemberExpr):
        owner = _dotted(expression.expr)
        return f"{owner}.{expression.name}" if owner else ""
    return ""
