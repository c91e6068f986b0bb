"""What the syntax of a unit says of transactions: whether one can be misused there at all, and which handlers count.

Everything here is about names alone, so that a unit in which no rule on transactions can report costs one scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from mypy.nodes import (
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ConditionalExpr,
    Context,
    Decorator,
    Expression,
    ForStmt,
    FuncDef,
    FuncItem,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    RefExpr,
    TryStmt,
    TupleExpr,
    TypeInfo,
    WhileStmt,
    WithStmt,
)

from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.flow.syntax import assigned_targets, children, descendants, suppressed

FLUSHING = frozenset({"flush", "commit"})
BEGINNING = frozenset({"begin", "begin_nested"})
CLOSING = frozenset({"aclose", "close", "invalidate", "reset"})
#: What ends a session for good, or the one that a registry gives.
GIVING_UP = CLOSING | {"remove"}
ENDING = GIVING_UP | {"commit", "rollback"}
FETCHING = frozenset({"execute", "scalars", "stream", "stream_scalars", "exec"})
#: Methods of a result after which nothing more can be taken out of it.
EMPTYING = frozenset({"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "close"})
#: Calls after which something may wait for the next flush.
ADDING = frozenset({"add", "add_all", "delete", "delete_all"})
#: Calls that begin a transaction where none runs.
WORKING = frozenset(
    {
        "add",
        "add_all",
        "all",
        "begin",
        "begin_nested",
        "connection",
        "count",
        "delete",
        "exec",
        "execute",
        "first",
        "get",
        "get_one",
        "merge",
        "one",
        "one_or_none",
        "refresh",
        "scalar",
        "scalars",
        "stream",
        "stream_scalars",
        "update",
    }
)
#: The names without which none of the rules on transactions has anything to report.
TRIGGERS = ADDING | BEGINNING | EMPTYING | GIVING_UP | {"get_transaction", "get_nested_transaction"}

DATABASE_ERROR = "sqlalchemy.exc.DBAPIError"
INTEGRITY_ERROR = "sqlalchemy.exc.IntegrityError"
#: Bases of the errors of a database that say nothing of a flush: they count where nothing else can raise.
WIDE_ERRORS = frozenset(
    {
        "sqlalchemy.exc.StatementError",
        "sqlalchemy.exc.SQLAlchemyError",
        "builtins.Exception",
        "builtins.BaseException",
    }
)

#: A statement whose body is protected: by handlers, or by a manager that suppresses exceptions.
Protected: TypeAlias = "TryStmt | WithStmt"


@dataclass(slots=True)
class Interest:
    """What of transactions is followed.

    `begins`: a transaction may be begun twice, or used in its block after its end.  `catches`: a handler may catch the
    failure of a flush.  `closes`: a transaction, result or session may be used after its own end.
    """

    begins: bool = False
    catches: bool = False
    closes: bool = False

    def __bool__(self) -> bool:
        return self.begins or self.catches or self.closes


@dataclass(slots=True)
class Watch:
    """What may be reported in one unit.

    `interest` is shared with the functions that are followed from it: what one of them begins another one ends.
    `reports`: that is worth following for its own sake.  `statements` are the `try` statements by the first node of
    each of their handlers.
    """

    interest: Interest = field(default_factory=Interest)
    reports: bool = False
    statements: dict[Context, Protected] = field(default_factory=dict)

    def share(self, inner: Watch) -> None:
        """A function is followed from this unit: what is of interest to either is so to both from now on."""
        mine, theirs = self.interest, inner.interest
        mine.begins |= theirs.begins
        mine.catches |= theirs.catches
        mine.closes |= theirs.closes
        inner.interest = mine


def watch(unit: FuncItem | MypyFile, nodes: Sequence[Node]) -> Watch:
    """Read a unit's syntax; `nodes` are all those of the unit."""
    found, scan = Watch(), _scanned(nodes)
    interest = found.interest
    for statement in scan.tries:
        for types, handler in zip(statement.types, statement.handlers, strict=True):
            found.statements[handler if types is None else types] = statement
            interest.catches = interest.catches or catches_failure(statement, types)
    for block in scan.blocks:
        for manager in block.expr:
            types = suppressed(manager)
            if types is not None:
                found.statements[manager] = block
                interest.catches = interest.catches or catches_failure(block, types)
    names = {name for name, _call in scan.calls}
    interest.begins = scan.begins_nothing or not names.isdisjoint(BEGINNING)
    interest.closes = scan.closes_for_good or _ends_twice(scan) or _uses_results_twice(nodes, scan.calls)
    writes_and_catches = interest.catches and not names.isdisjoint(ADDING)
    found.reports = interest.closes or writes_and_catches or (interest.begins and _begins_badly(unit, scan))
    return found


@dataclass(slots=True)
class _Scan:
    """The parts of a unit that matter: calls of methods, `try` and `with` statements, loops."""

    calls: list[tuple[str, CallExpr]] = field(default_factory=list)
    tries: list[TryStmt] = field(default_factory=list)
    blocks: list[WithStmt] = field(default_factory=list)
    loops: list[Node] = field(default_factory=list)
    closes_for_good: bool = False
    begins_nothing: bool = False


def _scanned(nodes: Iterable[Node]) -> _Scan:
    """Take note of the parts of a unit that matter."""
    scan = _Scan()
    for node in nodes:
        if isinstance(node, CallExpr):
            if isinstance(node.callee, MemberExpr):
                scan.calls.append((node.callee.name, node))
            scan.closes_for_good = scan.closes_for_good or "close_resets_only" in node.arg_names
            scan.begins_nothing = scan.begins_nothing or "autobegin" in node.arg_names
        elif isinstance(node, TryStmt):
            scan.tries.append(node)
        elif isinstance(node, WithStmt):
            scan.blocks.append(node)
        elif isinstance(node, (ForStmt, WhileStmt)):
            scan.loops.append(node)
    return scan


def _begins_badly(unit: FuncItem | MypyFile, scan: _Scan) -> bool:
    """Whether work may stand before a `begin()`, or the end of the transaction inside its block."""
    if scan.begins_nothing:
        return True
    begins = [call.line for name, call in scan.calls if name == "begin"]
    works = [call.line for name, call in scan.calls if name in WORKING]
    if begins and works and (min(works) < max(begins) or _in_one_loop(scan.loops, begins)):
        return True
    module = unit.fullname if isinstance(unit, MypyFile) else unit.fullname.partition(".")[0]
    return any(_ends_inside(block, module) for block in scan.blocks)


def _in_one_loop(loops: list[Node], lines: list[int]) -> bool:
    return any(loop.line <= line <= (loop.end_line or loop.line) for loop in loops for line in lines)


def _ends_inside(block: WithStmt, module: str) -> bool:
    """Whether a call in the block of a transaction ends it, or calls a function of the same package that may."""
    managers = [node for item in block.expr for node in descendants(item, into_functions=False)]
    if not any(isinstance(node, MemberExpr) and node.name in BEGINNING for node in managers):
        return False
    for node in descendants(block.body, into_functions=True):
        callee = node.callee if isinstance(node, CallExpr) else None
        if isinstance(callee, MemberExpr) and callee.name in ENDING:
            return True
        definition = callee.node if isinstance(callee, NameExpr) else None
        if isinstance(definition, (FuncDef, Decorator)) and definition.fullname.partition(".")[0] == module:
            return True
    return False


def _ends_twice(scan: _Scan) -> bool:
    """Whether transactions are made, and ended more than once."""
    begins = any(name in BEGINNING or name.endswith("transaction") for name, _call in scan.calls)
    ends = sum(name in ("commit", "rollback") for name, _call in scan.calls)
    if not begins or ends == 0:
        return False
    return ends + sum(any(block.target) for block in scan.blocks) > 1 or _closes_another(scan)


def _closes_another(scan: _Scan) -> bool:
    """Whether a `close()` is that of something else than what has begun the transactions: perhaps of one of these."""
    beginning = {name for begun, call in scan.calls if begun in BEGINNING for name in _receiver(call)}
    closed = {name for closing, call in scan.calls if closing == "close" for name in _receiver(call)}
    return not closed <= beginning


def _uses_results_twice(nodes: Iterable[Node], calls: list[tuple[str, CallExpr]]) -> bool:
    """Whether a variable with a result is used after something was closed, or more than once."""
    closing = any(name in GIVING_UP for name, _call in calls)
    if not closing and not any(name in EMPTYING for name, _call in calls):
        return False
    fetched = {
        target.name
        for node in nodes
        if isinstance(node, AssignmentStmt) and _is_fetch(node.rvalue)
        for target in node.lvalues
        if isinstance(target, NameExpr)
    }
    if not fetched:
        return False
    used = [name for _name, call in calls for name in _receiver(call) if name in fetched]
    return closing or len(used) > len(set(used))


def _receiver(call: CallExpr) -> Iterator[str]:
    owner = call.callee.expr if isinstance(call.callee, MemberExpr) else None
    if isinstance(owner, NameExpr):
        yield owner.name


def _is_fetch(value: Expression) -> bool:
    while isinstance(value, (AwaitExpr, CallExpr, MemberExpr)):
        if isinstance(value, MemberExpr):
            if value.name in FETCHING:
                return True
            value = value.expr
        else:
            value = value.expr if isinstance(value, AwaitExpr) else value.callee
    return False


def catches_failure(statement: Protected, types: Expression | None) -> bool:
    """Whether a handler is written for the failure of a flush in its `try`: by name, or because nothing else is there.

    That the name is one of a database's errors says that the author expects the database to refuse what is written.
    """
    if any(DATABASE_ERROR in bases for bases in error_classes(types)):
        return True
    return _is_wide(types) and flushes_alone(statement)


def error_classes(types: Expression | None) -> Iterator[list[str]]:
    """The full names of each class that an `except` clause names, with those of its bases."""
    if isinstance(types, TupleExpr):
        for item in types.items:
            yield from error_classes(item)
    elif isinstance(types, RefExpr) and isinstance(types.node, TypeInfo):
        yield [base.fullname for base in types.node.mro]


def _is_wide(types: Expression | None) -> bool:
    return types is None or any(bases[0] in WIDE_ERRORS for bases in error_classes(types))


def flushes_alone(statement: Protected) -> bool:
    """Whether a flush or commit is the only call in the body of a `try`."""
    body = descendants(statement.body, into_functions=True)
    calls = [node for node in body if isinstance(node, (CallExpr, WithStmt, ForStmt))]
    only = calls[0] if len(calls) == 1 else None
    return isinstance(only, CallExpr) and isinstance(only.callee, MemberExpr) and only.callee.name in FLUSHING


@dataclass(frozen=True, slots=True)
class Doubt:
    """Names whose value may tell whether a flush has failed.

    `told`: what the `try` statement itself names; `turned`: what a loop around it assigns, which may tell the first
    turn from a later one.
    """

    told: frozenset[str]
    turned: frozenset[str]


def doubt_after(unit: Node, statement: Protected) -> Doubt:
    """What may tell, after a `try` statement, that its handler has run."""
    loops = [loop for loop in _loops_around(unit, statement) if loop is not None]
    turned = {node.name for loop in loops for node in _assigned(loop)}
    return Doubt(frozenset(_names(statement)), frozenset(turned))


def _names(node: Node) -> Iterator[str]:
    return (item.name for item in descendants(node, into_functions=True) if isinstance(item, NameExpr))


def _loops_around(unit: Node, statement: Node) -> Iterator[Node]:
    waiting: list[tuple[Node, tuple[Node, ...]]] = [(unit, ())]
    while waiting:
        node, loops = waiting.pop()
        if node is statement:
            yield from loops
            return
        inner = (*loops, node) if isinstance(node, (ForStmt, WhileStmt)) else loops
        waiting.extend((child, inner) for child in children(node))


def _assigned(loop: Node) -> Iterator[NameExpr]:
    for node in descendants(loop, into_functions=False):
        for target in assigned_targets(node):
            yield from (item for item in descendants(target, into_functions=False) if isinstance(item, NameExpr))


def choosing(unit: Node) -> frozenset[int]:
    """The conditions, by identity, of loops and of conditional expressions: what they choose is no way to a repair."""
    found: set[int] = set()
    for node in descendants(unit, into_functions=True):
        if isinstance(node, (ConditionalExpr, WhileStmt)):
            condition = node.cond if isinstance(node, ConditionalExpr) else node.expr
            found.update(map(id, descendants(condition, into_functions=True)))
    return frozenset(found)
