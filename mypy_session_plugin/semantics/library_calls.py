"""The effects and the result of a call that a session stub describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from mypy.nodes import Context

from mypy_session_plugin.facts.effects import PHANTOM_PACKAGE, Effect, FunctionStub, TypeExpression, When
from mypy_session_plugin.facts.objects import LibraryFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.states import State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, ObjectId, Value, join, objects
from mypy_session_plugin.mypy_compat.types import class_named_by
from mypy_session_plugin.semantics import (
    boundaries,
    contents,
    identities,
    lives,
    loading_calls,
    merging,
    ownership,
    sessions,
    transactions,
    work,
)
from mypy_session_plugin.semantics.binding import BoundCall, is_phantom
from mypy_session_plugin.semantics.cascades import MERGE, REFRESH_EXPIRE
from mypy_session_plugin.semantics.endings import are_events_in_view, tell_closed
from mypy_session_plugin.semantics.events import CallEvent
from mypy_session_plugin.semantics.factories import NOT_KNOWN, autoflush_given
from mypy_session_plugin.semantics.instances import note_strays, operate, weaken_links
from mypy_session_plugin.semantics.library_objects import SAVEPOINT, stands_for
from mypy_session_plugin.semantics.linking import forget_unwritten
from mypy_session_plugin.semantics.parameters import event_name, operation_of
from mypy_session_plugin.semantics.refusals import refused_call, refused_object
from mypy_session_plugin.semantics.results import Results
from mypy_session_plugin.semantics.shapes import Collection, Entity, Row, Shape
from mypy_session_plugin.semantics.statement_roots import named
from mypy_session_plugin.semantics.targets import element_annotation, targets_of
from mypy_session_plugin.semantics.world import World

ADDED = TypeExpression(f"{PHANTOM_PACKAGE}.Added")
#: Effects after which it is not certain that what was written still waits for a flush.
SETTLING = frozenset({"begins", "closes", "ends", "expires", "flushes", "moves"})
#: Methods that put nothing into a session.
EMPTY = frozenset({"__enter__", "__aenter__", "begin"})
NO_AUTOFLUSH = "sqlalchemy.orm.session._NoAutoflush"


@dataclass(frozen=True, slots=True)
class LibraryCall:
    """A matched call with the syntax it comes from and the values of its receiver and session."""

    node: Context
    name: str
    bound: BoundCall
    receiver: Value
    session: Value
    result_node: Context
    failed: bool | None = None


def session_of(store: Store, receiver: Value) -> Value:
    """The session that a receiver works with: itself, or the one its Query, Result or transaction is of."""
    found: list[Value] = []
    for atom in receiver:
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        if isinstance(facts, SessionFacts):
            found.append(frozenset({atom}))
        elif isinstance(facts, LibraryFacts) and facts.session:
            found.append(facts.session)
        else:
            found.append(NOTHING_KNOWN)
    return join(found) if found else NOTHING_KNOWN


def apply(world: World, store: Store, call: LibraryCall) -> Value:
    """Let the rules see the call, then change the store as the stub says; the value of the call."""
    if world.fails_half_way():
        _fail(world, store, call)
        return NOTHING_KNOWN
    callee = getattr(call.node, "callee", None)
    event = CallEvent(call.node, call.name, call.session, call.bound, callee, call.receiver, world.raising)
    world.listener(event, store)
    boundaries.use(world, store, call.session, call.node, call.name)
    if boundaries.ends(call.bound, call.failed):
        boundaries.join(world, store, call.receiver)
    effects = [effect for effect in call.bound.stub.effects if _occurs(effect, call, store)]
    if sessions.expires_all(store, call.session, effects):
        boundaries.expire(world, store, call.session, call.node)
    kinds = {effect.name for effect in effects}
    refused = is_refused(store, call)
    origin = Origin(call.node.line, event_name(call.name))
    inner = stands_for(store, call.receiver, SAVEPOINT)
    if call.name not in EMPTY:
        identities.note_use(store, call.session)
    loading_calls.flush(world, store, call, effects)
    if not kinds.isdisjoint(SETTLING):
        contents.settle(store, call.session)
    if any(effect.when is When.LOAD and effect.name == "flushes" for effect in effects):
        # What `delete()` cascades to is loaded before it marks the instance.
        sessions.flush(store, call.session, origin, When.LOAD)
    written = work.Written(store, call.name, call.bound, _written_targets(store, call))
    _change_parameters(store, call)
    ownership.call_library(world, store, call.bound, call.name, call.node)
    loading_calls.ask(world, store, call)
    _flush_and_move(world, store, call, effects, origin, inner)
    _write_rows(store, call, kinds)
    for effect in effects:
        _change_transaction(store, call, effect, inner)
    _change_settings(store, call)
    lives.follow(world, store, effects, call.node, call.name, call.receiver, call.session)
    work.called(world, store, call, effects, written, inner)
    _change_standing(world, store, call, effects, refused)
    if "closes" in kinds:
        tell_closed(world, store, call.node, call.receiver, call.session, call.failed)
    if any(_unloads(effect) for effect in effects):
        weaken_links(store)
    if "expires" in kinds and kinds.isdisjoint({"ends", "closes"}):
        forget_unwritten(store)
    loaded = loading_calls.loads_of(world, store, call)
    result = Results(world, store, call.bound, call.receiver, call.session, call.result_node, call.name, loaded).value()
    if _cascade_of(call) == MERGE:
        merging.copy(store, [atom for given in call.bound.given for atom in targets_of(store, given)], result)
    return result


def _write_rows(store: Store, call: LibraryCall, kinds: Set[str]) -> None:
    """What a statement writes to, or deletes from, the tables, without the instances of the session."""
    if "writes" in kinds:
        sessions.update_sessions(store, call.session, lambda facts: replace(facts, holds_new=True))
    if "deletes" in kinds:
        sessions.delete_rows(store, call.session, Origin(call.node.line, "deleted"))
        for item in objects(call.session):
            note_strays(store, item)


def _flush_and_move(
    world: World, store: Store, call: LibraryCall, effects: Sequence[Effect], origin: Origin, inner: bool
) -> None:
    """What the flushes of a call, and itself, do to the instances of its session, in the order of the stub."""
    for effect in effects:
        if effect.name == "flushes" and effect.when is not When.LOAD:
            when = When.LOAD if effect.when is When.STATEMENT and not _is_of_orm(world, call.bound) else effect.when
            autoflush = autoflush_given(store, call.receiver, world.names_autoflush(call.node))
            sessions.flush(store, call.session, origin, when, autoflush, are_events_in_view(world))
        elif effect.name == "moves":
            _move(world, store, call, effect, origin, inner)
        loading_calls.follow(world, store, call, effect, inner)


def _unloads(effect: Effect) -> bool:
    """Whether loaded relationships are loaded anew after it; a flush leaves them."""
    if effect.name == "moves":
        return any(sessions.FLUSH.get(name) != State(str(target)) for name, target in effect.arguments.items())
    if effect.name == "cascades":
        return effect.arguments["kind"] == REFRESH_EXPIRE
    return effect.name in ("expires", "ends", "closes")


def _is_of_orm(world: World, bound: BoundCall) -> bool:
    """Whether the statement is known to select or change mapped classes: before it, the session flushes for certain."""
    if any(_has_entity(shape) for shape in bound.bindings.values()):
        return True
    given = bound.argument("statement")
    for expression in named(given.argument.node, world.type) if given is not None else ():
        info = class_named_by(world.type(expression))
        if info is not None and world.shapes.mapped.is_mapped(info):
            return True
    return False


def _has_entity(shape: Shape) -> bool:
    match shape:
        case Row(items):
            return any(_has_entity(item) for item in items)
        case Collection(element=element):
            return _has_entity(element)
    return isinstance(shape, Entity)


def _written_targets(store: Store, call: LibraryCall) -> list[Value]:
    """The instances that a call adds, deletes or merges."""
    return [
        target
        for given in call.bound.given
        if is_phantom(element_annotation(given.parameter.annotation)) in ("Added", "Marked")
        for target in targets_of(store, given)
    ]


def _occurs(effect: Effect, call: LibraryCall, store: Store) -> bool:
    """Whether an effect occurs on this way out; `failed` is None for what is no exit."""
    if effect.when is When.RUNNING:
        return not transactions.has_ended(store, call.receiver)
    on_every_way = effect.when not in (When.OK, When.ERROR)
    return on_every_way or call.failed is None or (effect.when is When.ERROR) is call.failed


def is_refused(store: Store, call: LibraryCall) -> bool:
    """Whether the session refuses the call, as a rule reports: nothing of its transaction is known after that."""
    if refused_object(store, call.name, call.receiver, call.node) is not None:
        return True
    return refused_call(store, call.name, call.bound, call.receiver, call.session) is not None


def _change_standing(world: World, store: Store, call: LibraryCall, effects: list[Effect], refused: bool) -> None:
    """What the call does to the transaction of its session."""
    if refused:
        loops = call.name.endswith("iter__")
        transactions.refuse(store, frozenset() if loops else call.receiver, call.session)
        return
    if not call.session or not world.watched.interest:
        return
    moving = _moving(call, effects)
    transactions.follow(store, moving, world.watched.interest.begins)
    for given in call.bound.given if world.watched.interest.catches else ():
        annotation = element_annotation(given.parameter.annotation)
        if is_phantom(annotation) == "Added":
            transactions.note_added(store, call.session, targets_of(store, given))
        elif is_phantom(annotation) == "Becomes" or annotation.name == "Union":
            transactions.forget_unflushed(store)


def _moving(call: LibraryCall, effects: Sequence[Effect]) -> transactions.Move:
    line = call.node.line
    return transactions.Move(call.name, line, call.bound, call.receiver, call.session, effects, call.failed)


def _fail(world: World, store: Store, call: LibraryCall) -> None:
    """The call raises half-way: its flush failed, or succeeded before something else did.

    An exit then goes its way of an exception.  What raises before its first effect is seen by the handler anyway.
    """
    flushing = [effect for effect in call.bound.stub.effects if effect.name == "flushes"]
    setting = autoflush_given(store, call.receiver, world.names_autoflush(call.node)) or sessions.setting_of(
        store, call.session, "autoflush"
    )
    certain = any(effect.when not in (When.AUTOFLUSH, When.LOAD, When.STATEMENT) for effect in flushing)
    if not flushing or call.failed or (not certain and setting == {False}):
        return
    flushed = store.copy()
    sessions.flush(flushed, call.session, Origin(call.node.line, event_name(call.name)))
    origin = Origin(call.node.line, "flush failed")
    _fail_standing(world, store, call, certain, setting == {True})
    sessions.fail_flush(store, call.session, origin)
    weaken_links(store)
    if call.failed is None:
        _take_in(flushed, call)
        transactions.keep_standing(store, flushed)
        store.heap = store.join(flushed).heap
        return
    inner = stands_for(store, call.receiver, SAVEPOINT)
    for effect in call.bound.stub.effects:
        if effect.name == "moves" and effect.when is not When.OK:
            _move(world, store, call, effect, origin, inner)
        if effect.when is not When.OK:
            _change_transaction(store, call, effect, inner)
    _change_standing(world, store, call, [item for item in call.bound.stub.effects if item.when is not When.OK], False)


def _fail_standing(world: World, store: Store, call: LibraryCall, certain: bool, automatic: bool) -> None:
    """The flush has failed: a handler that was written for that finds the session in need of a rollback.

    That of `begin_nested()` writes what stood before the savepoint, which nobody expects to fail there.
    """
    effects = call.bound.stub.effects
    nested = any(effect.name == "begins" for effect in effects)
    reads = any(effect.name == "reads" and effect.when is not When.LOAD for effect in effects)
    flushes = any(effect.name == "flushes" and effect.when is not When.STATEMENT for effect in effects)
    by_query = automatic and reads and (flushes or _is_of_orm(world, call.bound))
    counts = world.watched.interest.catches and not nested and (certain or by_query)
    transactions.fail(store, _moving(call, effects), not certain, counts)


def _take_in(store: Store, call: LibraryCall) -> None:
    """`delete()` takes a detached instance into the session before it loads what it cascades to."""
    for given in call.bound.given:
        if is_phantom(element_annotation(given.parameter.annotation)) != "Marked":
            continue
        operation = operation_of(ADDED, call.name, store, call.session, any_session=False)
        if operation is not None:
            for target in targets_of(store, given):
                operate(store, target, operation, call.node.line)


def _change_settings(store: Store, call: LibraryCall) -> None:
    """The block of `no_autoflush` switches the session's autoflush off, and back at its end."""
    for item in objects(call.receiver):
        facts = store.heap.get(item)
        if not isinstance(facts, LibraryFacts) or facts.class_name != NO_AUTOFLUSH:
            continue
        if call.name == "__enter__":
            before = sessions.setting_of(store, call.session, "autoflush")
            store.heap[item] = replace(facts, settings=(("autoflush", before),))
            sessions.set_autoflush(store, call.session, frozenset({False}))
        elif call.name == "__exit__":
            saved = dict(facts.settings).get("autoflush")
            sessions.set_autoflush(store, call.session, saved if isinstance(saved, frozenset) else NOT_KNOWN)


def _change_parameters(store: Store, call: LibraryCall) -> None:
    any_session = call.bound.stub.effect("any_session") is not None
    for given in call.bound.given:
        annotation = given.parameter.annotation
        operation = operation_of(
            element_annotation(annotation), call.name, store, call.session, any_session, _cascade_of(call)
        )
        if operation is None:
            continue
        for target in targets_of(store, given):
            operate(store, target, operation, call.node.line)


def _cascade_of(call: LibraryCall) -> str | None:
    """The cascade along which a call takes related instances along; without names of attributes, which stop it."""
    effect = call.bound.stub.effect("cascades")
    if effect is None or any(given.parameter.name == "attribute_names" for given in call.bound.given):
        return None
    return str(effect.arguments["kind"])


def _move(world: World, store: Store, call: LibraryCall, effect: Effect, origin: Origin, inner: bool) -> None:
    moves: Mapping[str, State] = {name: State(str(target)) for name, target in effect.arguments.items()}
    surely = True
    if moves == {"deleted": State.DETACHED}:
        expires = sessions.expires_on_commit(store, call.session, world.options.expire_on_commit)
        if expires is False:
            return
        surely = expires is True
    sessions.move_members(store, call.session, moves, origin, inner, surely)


def _change_transaction(store: Store, call: LibraryCall, effect: Effect, inner: bool) -> None:
    match effect.name:
        case "ends" if inner:
            sessions.end_savepoint(store, call.session)
        case "ends":
            sessions.end_transaction(store, call.session)
        case "closes" if not inner and _ends_with_receiver(store, call.receiver):
            sessions.end_transaction(store, call.session)
        case "begins" if effect.arguments.get("kind") == "nested":
            sessions.begin_savepoint(store, call.session)
        case _:
            pass


def _ends_with_receiver(store: Store, receiver: Value) -> bool:
    """Whether the end of the receiver is that of its session's transaction; that of a Result is not."""
    return not stands_for(store, receiver, "Result")


def is_async(overloads: Iterable[FunctionStub]) -> bool:
    """Whether the function is a coroutine function: its effects occur when it is awaited."""
    return any(stub.is_async for stub in overloads)
