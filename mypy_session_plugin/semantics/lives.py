"""The life of a session: what opens it, sets it to work, ends it, and gives it to code that is not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mypy.nodes import (
    AssertStmt,
    Context,
    Expression,
    ForStmt,
    FuncDef,
    TryStmt,
    WhileStmt,
    WithStmt,
    YieldExpr,
    YieldFromExpr,
)
from mypy.types import Instance, Type, get_proper_type

from mypy_session_plugin.facts.effects import Effect
from mypy_session_plugin.facts.objects import SessionFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.session_life import MADE, Closing, SessionLife
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Atom, Bound, ObjectId, Value, objects
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.types import is_recursive
from mypy_session_plugin.semantics.bodies import body_of
from mypy_session_plugin.semantics.body_uses import opened_by
from mypy_session_plugin.semantics.call_sites import is_overridden
from mypy_session_plugin.semantics.endings import is_session
from mypy_session_plugin.semantics.events import Ending, SessionEndEvent
from mypy_session_plugin.semantics.library_objects import SAVEPOINT, stands_for
from mypy_session_plugin.semantics.world import World

#: Methods that run SQL whatever statement they are given; the stubs say so of the others.
RUNNING = frozenset({"connection", "exec", "execute", "flush", "scalar", "scalars", "stream", "stream_scalars"})
#: What tells whether a transaction holds a connection: whoever asks ends it where it does, and else has none to end.
ASKING = frozenset({"get_transaction", "in_transaction", "is_active"})
#: What a class of the user's may have changed of how a session ends.
ENDING = ("close", "__exit__", "__aexit__")


def follow(
    world: World, store: Store, effects: Sequence[Effect], node: Context, name: str, receiver: Value, session: Value
) -> None:
    """What a stubbed call does to the life of its session; `inner` calls end a savepoint alone."""
    names = {effect.name for effect in effects}
    if "closes" in names and is_session(store, receiver):
        if _ends_its_own_way(world, node):
            _change(store, session, SessionLife.given_away)
        else:
            closing = Closing(node.line, last_line(world, node))
            _change(store, session, lambda life: life.closed(closing))
    elif "ends" in names or (name in ASKING and not _is_asserted(world, node)):
        if not stands_for(store, receiver, SAVEPOINT):
            _change(store, session, SessionLife.settled)
    elif "reads" in names or name in RUNNING or ("writes" in names and name.startswith("bulk_")):
        _change(store, session, lambda life: life.used(node.line, node.column))


def _change(store: Store, session: Value, change: Callable[[SessionLife], SessionLife]) -> None:
    """Change the life of a session; of several possible ones each may have changed or not."""
    for item in objects(session):
        facts = store.session(item)
        if facts is not None:
            changed = change(facts.life)
            if len(session) > 1 or item.older:
                changed = facts.life.join(changed)
            if changed != facts.life:
                store.heap[item] = replace(facts, life=changed)


def interrupt(store: Store) -> None:
    """An exception has come from somewhere in the code before."""
    for item in [item for item, facts in store.heap.items() if isinstance(facts, SessionFacts)]:
        _change(store, frozenset({item}), SessionLife.interrupted)


def lend(world: World, store: Store, value: Value, node: Context) -> None:
    """A context manager or dependency gives a session out: what is thrown in at the `yield` may leave it open."""
    (only,) = value if len(value) == 1 else (None,)
    facts = store.session(only) if isinstance(only, ObjectId) else None
    if facts is None or not isinstance(only, ObjectId) or not isinstance(world.unit, FuncDef):
        return
    if not is_protected(world.unit, node) and _is_entered_once(world.unit):
        world.listener(SessionEndEvent(node, only, Ending.THROWN, raising=True), store)


def take_out(world: World, store: Store, generator: Value, node: Context, taken: Value) -> None:
    """`next(generator())` takes a session out of a generator that nothing ends: it is the caller's to close."""
    if any(_abandons(world, atom, node) for atom in generator) and len(generator) == 1:
        for item in objects(taken):
            facts = store.session(item)
            if facts is not None and not facts.registry:
                store.heap[item] = replace(facts, owned=True, life=MADE)


def _abandons(world: World, atom: Atom, node: Context) -> bool:
    """Whether an argument is the call of a generator function in view, which makes and gives out a session."""
    if not isinstance(atom, Bound) or atom.how != "generator" or atom.call is not node:
        return False
    body = body_of(world, atom)
    return body is not None and opened_by(body)


def _is_asserted(world: World, node: Context) -> bool:
    """Whether an expression is part of what an `assert` claims, which chooses no way to go on."""
    claims = (statement.expr for statement in world.nodes if isinstance(statement, AssertStmt))
    return any(part is node for claim in claims for part in descendants(claim, into_functions=False))


def is_protected(unit: FuncDef, node: Context) -> bool:
    """Whether a node stands in a `try` or `with` statement."""
    return any(
        isinstance(statement, (TryStmt, WithStmt)) and any(part is node for part in descendants(statement, False))
        for statement in descendants(unit.body, into_functions=False)
    )


def _is_entered_once(unit: FuncDef) -> bool:
    """Whether a generator function is a context manager's, or a dependency: it yields at one place, in no loop."""
    nodes = list(descendants(unit.body, into_functions=False))
    loops = [node for node in nodes if isinstance(node, (ForStmt, WhileStmt))]
    yields = [node for node in nodes if isinstance(node, (YieldExpr, YieldFromExpr))]
    return len(yields) == 1 and not any(part is yields[0] for loop in loops for part in descendants(loop, False))


def last_line(world: World, node: Context) -> int:
    """The last line of the `with` statement that an expression is a manager of; 0 for every other node."""
    if not isinstance(node, Expression):
        return 0
    if world.blocks is None:
        world.blocks = {
            manager: statement.end_line or statement.body.end_line or statement.line
            for statement in world.nodes
            if isinstance(statement, WithStmt)
            for manager in statement.expr
        }
    return world.blocks.get(node, 0)


def _ends_its_own_way(world: World, node: Context) -> bool:
    """Whether the session that a block closes is of a class of the user's that may do something else instead."""
    return any(
        is_overridden(world, item.type, name)
        for type_ in [world.type(node)]
        for item in _instances(type_)
        for name in ENDING
    )


def _instances(type_: Type | None) -> list[Instance]:
    proper = get_proper_type(type_) if type_ is not None else None
    if not isinstance(proper, Instance) or is_recursive(type_):
        return []
    return [proper, *(item for argument in proper.args for item in _instances(argument))]
