"""Handlers: what is certain of a session's transaction where an exception was caught, and on the ways from there."""

from __future__ import annotations

from mypy.nodes import CallExpr, Expression, MemberExpr, NameExpr, Node, RefExpr, TryStmt, TupleExpr, WithStmt

from mypy_session_plugin.facts.objects import InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.transactions import Caught, Phase, Standing, TransactionFacts
from mypy_session_plugin.facts.values import UNKNOWN, Unknown, objects
from mypy_session_plugin.flow.graph import Branch, CatchException, ExitContext
from mypy_session_plugin.flow.syntax import descendants, suppressed
from mypy_session_plugin.semantics import conditions, sessions
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.watch import (
    DATABASE_ERROR,
    INTEGRITY_ERROR,
    Doubt,
    Protected,
    catches_failure,
    choosing,
    doubt_after,
    error_classes,
)
from mypy_session_plugin.semantics.world import World


class Handlers:
    """Follows caught exceptions in one graph."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._doubts: dict[int, Doubt] = {}
        self._choosing: frozenset[int] | None = None

    def catch(self, instruction: CatchException, store: Store) -> None:
        """An exception is caught: what the `try` has done before it is not certain, but for the flush that failed."""
        statement = self._world.watched.statements.get(instruction.node)
        text = _text(instruction.types)
        caught = Caught(instruction.node.line, f"except {text}" if text else "except", statement)
        _handle(store, caught, instruction.types, statement)

    def suppressed(self, store: Store, instruction: ExitContext) -> None:
        """A context manager may have swallowed an exception: as a handler does, or any one."""
        types = suppressed(instruction.node)
        if not instruction.failed:
            return
        if types is not None:
            statement = self._world.watched.statements.get(instruction.node)
            if isinstance(statement, WithStmt) and statement.expr[-1] is not instruction.node:
                statement = None  # another manager is left first, which may have repaired the session
            caught = Caught(instruction.node.line, f"suppress({_text(types).strip('()')})", statement)
            _handle(store, caught, types, statement)
            return
        for identity, facts in list(store.heap.items()):
            if isinstance(facts, SessionFacts) and any(map(_is_under_way, facts.transaction.standings)):
                store.heap[identity] = replace(facts, transaction=facts.transaction.forgotten())

    def doubt(self, branch: Branch, truth: bool, store: Store, stability: Stability) -> None:
        """A condition that may be about the failure of a flush leaves nothing certain of it, unless it is decided."""
        if not _failures(store) or not self._may_tell(branch, store):
            return
        if conditions.assume(branch, not truth, store.copy(), stability):
            forget_failures(store)

    def _may_tell(self, branch: Branch, store: Store) -> bool:
        names = [node.name for node in descendants(branch.node, into_functions=True) if isinstance(node, NameExpr)]
        return any(self._is_about(branch.node, names, standing, store) for standing in _failures(store))

    def _is_about(self, condition: Expression, names: list[str], standing: Standing, store: Store) -> bool:
        statement = standing.caught.statement if standing.caught is not None else None
        if not isinstance(statement, TryStmt | WithStmt):
            return True
        doubt = self._doubts.get(id(statement))
        if doubt is None:
            doubt = self._doubts[id(statement)] = doubt_after(self._world.unit, statement)
        if not doubt.told.isdisjoint(names) or _asks_objects(condition, names, store):
            return True
        return not doubt.turned.isdisjoint(names) and not self._chooses(condition)

    def _chooses(self, condition: Expression) -> bool:
        if self._choosing is None:
            self._choosing = choosing(self._world.unit)
        return id(condition) in self._choosing


def _asks_objects(condition: Node, names: list[str], store: Store) -> bool:
    """Whether a condition calls something or looks at what an object holds, an instance first of all."""
    for node in descendants(condition, into_functions=True):
        if isinstance(node, CallExpr) or (isinstance(node, MemberExpr) and not _is_of_module(node)):
            return True
    values = [value for name in names if (value := store.variables.get(name)) is not None]
    return any(isinstance(store.heap.get(item), InstanceFacts) for value in values for item in objects(value))


def _is_of_module(node: MemberExpr) -> bool:
    return bool(node.fullname) and not node.fullname.startswith("builtins.")


def forget_failures(store: Store) -> None:
    """What was certain of failed flushes is not any more."""
    for identity, facts in list(store.heap.items()):
        if isinstance(facts, SessionFacts) and any(_is_failure(item) for item in facts.transaction.standings):
            store.heap[identity] = replace(facts, transaction=facts.transaction.forgotten())


def _failures(store: Store) -> list[Standing]:
    return [
        standing
        for facts in store.heap.values()
        if isinstance(facts, SessionFacts)
        for standing in facts.transaction.standings
        if isinstance(standing, Standing) and _is_failure(standing)
    ]


def _is_failure(standing: Standing | Unknown) -> bool:
    return isinstance(standing, Standing) and standing.phase is Phase.FAILED


def _is_under_way(standing: Standing | Unknown) -> bool:
    return isinstance(standing, Standing) and standing.phase is Phase.FAILED and standing.caught is None


def _handle(store: Store, caught: Caught, types: Expression | None, statement: Protected | None) -> None:
    _note_asked(store, types)
    for identity, facts in list(store.heap.items()):
        if isinstance(facts, SessionFacts):
            changed = _after(facts.transaction, caught, types, statement)
            if changed != facts.transaction:
                store.heap[identity] = replace(facts, transaction=changed)
        elif isinstance(facts, LibraryFacts) and facts.ended is not None and _stands_in(facts.ended, statement):
            store.heap[identity] = replace(facts, ended=None)


def _note_asked(store: Store, types: Expression | None) -> None:
    """The database has refused what the only session has sent: its transaction has not ended by itself."""
    found = [identity for identity in store.heap if store.session(identity) is not None]
    if len(found) == 1 and any(DATABASE_ERROR in bases for bases in error_classes(types)):
        sessions.update_sessions(store, frozenset(found), lambda facts: replace(facts, asked=True))


def _after(
    facts: TransactionFacts, caught: Caught, types: Expression | None, statement: Protected | None
) -> TransactionFacts:
    def change(standing: Standing | Unknown) -> Standing | Unknown:
        if isinstance(standing, Unknown):
            return standing
        if standing.phase is Phase.FAILED and standing.caught is None:
            if statement is None or not _counts(standing, types, statement):
                return UNKNOWN
            return replace(standing, caught=caught)
        if standing.phase is Phase.FAILED:
            return UNKNOWN  # what raised may have been the repair
        if any(_begins_in(block.site, statement) for block in standing.blocks):
            return UNKNOWN
        moments = [standing.since, *(block.ended for block in standing.blocks)]
        return UNKNOWN if any(_stands_in(moment, statement) for moment in moments) else standing

    return facts.changed(change)


def _counts(standing: Standing, types: Expression | None, statement: Protected) -> bool:
    """Whether the handler is written for this failure; a query's own errors look the same but for IntegrityError.

    The end of a `with` block between them may have repaired the session.
    """
    for node in descendants(statement.body, into_functions=False):
        if isinstance(node, WithStmt) and standing.since is not None and _covers(node, standing.since.line):
            return False
    if standing.automatic:
        return any(bases[0] == INTEGRITY_ERROR for bases in error_classes(types))
    return catches_failure(statement, types)


def _text(types: Expression | None) -> str:
    if isinstance(types, TupleExpr):
        return f"({', '.join(_text(item) for item in types.items)})"
    if isinstance(types, MemberExpr):
        return f"{_text(types.expr)}.{types.name}"
    return types.name if isinstance(types, RefExpr) and isinstance(types, NameExpr) else ""


def _covers(node: Node, line: int) -> bool:
    return node.line <= line <= (node.end_line or node.line)


def _begins_in(site: object, statement: Protected | None) -> bool:
    """Whether the object of a site was made in the body of the `try`."""
    first = site[0] if isinstance(site, tuple) and site else None
    return statement is not None and isinstance(first, int) and _covers(statement.body, first)


def _stands_in(moment: Origin | None, statement: Protected | None) -> bool:
    """Whether something happened in the body of the `try`, so that the exception may have come before it."""
    if moment is None:
        return False
    return statement is None or _covers(statement.body, moment.line)
