"""What a path goes through in one of several ways."""

from __future__ import annotations

from typing import TypeAlias, TypeGuard

from mypy.nodes import (
    AssertStmt,
    BreakStmt,
    CallExpr,
    ConditionalExpr,
    Context,
    ContinueStmt,
    Expression,
    ForStmt,
    IfStmt,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    OpExpr,
    RaiseStmt,
    ReturnStmt,
    StrExpr,
    WhileStmt,
)
from mypy.patterns import AsPattern, Pattern

from mypy_session_plugin.flow.syntax import descendants

Choice: TypeAlias = "IfStmt | WhileStmt | ForStmt | MatchStmt | AssertStmt | ConditionalExpr | OpExpr"
CHOICES = (IfStmt, WhileStmt, ForStmt, MatchStmt, AssertStmt, ConditionalExpr)
LOOPS = (ForStmt, WhileStmt)
#: What, in one of its ways, may keep a path from what comes behind, or undo what came before.
CHANGING = (AssertStmt, BreakStmt, CallExpr, ContinueStmt, RaiseStmt, ReturnStmt)
#: What leaves a loop for good.
LEAVING = (BreakStmt, RaiseStmt, ReturnStmt)


def is_choice(node: Node) -> TypeGuard[Choice]:
    """Whether a path goes through a node in one of several ways; `and` and `or` have the right side in one alone."""
    return isinstance(node, CHOICES) or (isinstance(node, OpExpr) and node.op in ("and", "or"))


def condition_of(choice: Choice) -> Expression:
    """What decides which way a path goes."""
    match choice:
        case IfStmt():
            return choice.expr[0]
        case MatchStmt():
            return choice.subject
        case ConditionalExpr():
            return choice.cond
        case OpExpr():
            return choice.left
        case _:
            return choice.expr


def may_change(choice: Choice) -> bool:
    """Whether what comes behind a statement may depend on which way it goes."""
    parts: list[Node] = [choice.right] if isinstance(choice, OpExpr) else [choice]
    return any(map(_changes, parts))


def leaves(choice: Choice) -> bool:
    """Whether a path that goes on has only one way through: the other one leaves the loop, or the function."""
    if isinstance(choice, AssertStmt):
        return True
    if not isinstance(choice, IfStmt) or not isinstance(choice.body[0].body[-1], LEAVING):
        return False
    return choice.else_body is None or not _changes(choice.else_body)


def _changes(part: Node) -> bool:
    nodes = descendants(part, into_functions=False)
    return any(isinstance(node, CHANGING) and not _is_harmless(node) for node in nodes)


def _is_harmless(node: Node) -> bool:
    """Whether it is the call of a builtin, or of a method of a literal string, as an f-string is one."""
    callee = node.callee if isinstance(node, CallExpr) else None
    if isinstance(callee, MemberExpr):
        return isinstance(callee.expr, StrExpr)
    return isinstance(callee, NameExpr) and callee.fullname.startswith("builtins.")


def names_all(choice: Choice) -> bool:
    """Whether it is a `match` of several cases and none for the rest: those may be all that there are."""
    return isinstance(choice, MatchStmt) and len(choice.patterns) > 1 and not _takes_rest(choice.patterns[-1])


def _takes_rest(pattern: Pattern) -> bool:
    return isinstance(pattern, AsPattern) and pattern.pattern is None


def holds(node: Context, line: int) -> bool:
    """Whether a line is one of a node's."""
    return node.line <= line <= last_line(node)


def last_line(node: Context) -> int:
    """The last line of a node."""
    return node.end_line or node.line
