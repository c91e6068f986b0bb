"""Whether a body that runs later uses a session that it names: what a call on it, or with it, tells for certain."""

from __future__ import annotations

from collections.abc import Collection

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    FuncItem,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    TypeInfo,
    Var,
    WithStmt,
    YieldExpr,
)

from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics.factories import FACTORY_CLASSES
from mypy_session_plugin.semantics.shapes import SESSIONS
from mypy_session_plugin.semantics.watch import CLOSING

#: Methods of a session that do no harm after its end.
HARMLESS = frozenset(
    {
        "aclose",
        "close",
        "commit",
        "expunge",
        "expunge_all",
        "get_bind",
        "get_nested_transaction",
        "get_transaction",
        "in_nested_transaction",
        "in_transaction",
        "invalidate",
        "is_modified",
        "reset",
        "rollback",
    }
)
#: Methods by which a body ends itself what it has begun.


def uses_of(body: FuncItem, variable: Var) -> list[NameExpr]:
    """Where a body, or a function inside it, names its own parameter."""
    return [
        node
        for node in descendants(body.body, into_functions=True)
        if isinstance(node, NameExpr) and node.node is variable
    ]


def is_used(body: FuncItem, names: Collection[NameExpr]) -> bool:
    """Whether a body works with the session that these names in it stand for, and leaves it open.

    A body that closes the session, enters it as a block of its own or assigns the name is in order, or not followed.
    """
    if not names:
        return False
    known = {id(name) for name in names}
    used = False
    for node in descendants(body.body, into_functions=True):
        if isinstance(node, WithStmt) and any(_is_of(manager, known) for manager in node.expr):
            return False
        if isinstance(node, AssignmentStmt) and any(id(target) in known for target in node.lvalues):
            return False
        if isinstance(node, CallExpr):
            callee = node.callee
            if isinstance(callee, MemberExpr) and id(callee.expr) in known:
                if callee.name in CLOSING:
                    return False
                used = used or callee.name not in HARMLESS
            elif any(id(argument) in known for argument in node.args):
                used = used or not _is_builtin(callee)
    return used


def opened_by(generator: FuncItem) -> bool:
    """Whether a generator function gives out a session that it makes itself: `with Session() as s: yield s`."""
    nodes = list(descendants(generator.body, into_functions=False))
    made: set[str] = set()
    for node in nodes:
        if isinstance(node, WithStmt):
            made.update(_named(pair) for pair in zip(node.target, node.expr, strict=True))
        elif isinstance(node, AssignmentStmt):
            made.update(_named((target, node.rvalue)) for target in node.lvalues)
    given = {node.expr.name for node in nodes if isinstance(node, YieldExpr) and isinstance(node.expr, NameExpr)}
    return bool(given & made - {""})


def _named(pair: tuple[Node | None, Node]) -> str:
    """The name that a new session gets; empty for everything else."""
    target, value = pair
    callee = value.callee if isinstance(value, CallExpr) else None
    made = callee.node if isinstance(callee, RefExpr) else None
    info = made if isinstance(made, TypeInfo) else info_of(made.type) if isinstance(made, Var) else None
    full_name = info.fullname if info is not None else ""
    opens = full_name in SESSIONS if isinstance(made, TypeInfo) else full_name in FACTORY_CLASSES
    return target.name if opens and isinstance(target, NameExpr) else ""


def _is_of(manager: Node, names: Collection[int]) -> bool:
    """Whether a manager is the session itself, or what it gives (`session.begin()`)."""
    return any(id(node) in names for node in descendants(manager, into_functions=False))


def _is_builtin(callee: Node) -> bool:
    return isinstance(callee, RefExpr) and callee.fullname.startswith("builtins.")
