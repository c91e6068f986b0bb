"""What a stubbed call does to what is loaded: which rows come with which options, what is expired and refreshed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from mypy.nodes import Expression, MemberExpr, TypeInfo

from mypy_session_plugin.facts.effects import Effect, TypeExpression, When
from mypy_session_plugin.facts.links import NO_STRAYS, Classes, Strays
from mypy_session_plugin.facts.loading import NO_OPTIONS, UNKNOWN_OPTIONS, AfterFlush, Attribute, Options
from mypy_session_plugin.facts.loads import UNKNOWN_LOADS, Loads, expired, of_row
from mypy_session_plugin.facts.objects import InstanceFacts, LibraryFacts, Related
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, Constant, ObjectId, Value, objects
from mypy_session_plugin.flow.syntax import assigned_targets, descendants
from mypy_session_plugin.semantics import loads, sessions, transactions
from mypy_session_plugin.semantics.binding import BoundCall, is_phantom
from mypy_session_plugin.semantics.cascades import MERGE
from mypy_session_plugin.semantics.endings import are_events_in_view
from mypy_session_plugin.semantics.instances import instances_of
from mypy_session_plugin.semantics.mapped import bases_of
from mypy_session_plugin.semantics.shapes import UNSEEN, Collection, Entity, Row, Shape
from mypy_session_plugin.semantics.statement_roots import STATEMENT_PACKAGES
from mypy_session_plugin.semantics.targets import element_annotation, targets_of

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.library_calls import LibraryCall
    from mypy_session_plugin.semantics.world import World

QUERY = "sqlalchemy.orm.query.Query"
#: The parameters that name the attributes of an operation on one instance, and the class that `get()` gives.
NAMES, ENTITY, OPTIONS = "attribute_names", "entity", "options"


def event_of(call: LibraryCall, what: str) -> Origin:
    """What a call has done to attributes, as a message tells it."""
    by = "the end of the block" if call.name.endswith("exit__") else f"{call.name}()"
    return Origin(call.node.line, f"{what} by {by}")


def note_options(world: World, bound: BoundCall) -> None:
    """The entities that a statement selects come with its loader options."""
    for given in bound.given:
        if not _takes_statement(given.parameter.annotation):
            continue
        for name, shape in bound.bindings.items():
            bound.bindings[name] = _with_options(world, shape, given.argument.node)


def _takes_statement(annotation: TypeExpression) -> bool:
    parts = annotation.arguments if annotation.name == "Union" else (annotation,)
    return any(part.name.startswith(STATEMENT_PACKAGES) for part in parts)


def _with_options(world: World, shape: Shape, statement: Expression) -> Shape:
    match shape:
        case Entity(options=None):
            info = world.types.lookup(shape.class_name)
            known = world.loader_options.of(statement, info) if isinstance(info, TypeInfo) else UNKNOWN_OPTIONS
            return replace(shape, options=known)
        case Row(items):
            return Row(tuple(_with_options(world, item, statement) for item in items))
        case Collection(kind, element):
            return Collection(kind, _with_options(world, element, statement))
        case _:
            return shape


def loads_of(world: World, store: Store, call: LibraryCall) -> Callable[[Entity, Value], Loads] | None:
    """What tells what is loaded of the instances that a call gives; None where nobody asks, or a listener may act."""
    if are_events_in_view(world):
        return None

    def loaded(shape: Entity, session: Value) -> Loads:
        info = world.types.lookup(shape.class_name)
        if _merges(call) or not isinstance(info, TypeInfo):
            loads.doubt_all(store, session)
            return UNKNOWN_LOADS
        options = _options_of(world, store, call, info) if shape.options is None else shape.options
        return _row(world, store, session, shape, options, Origin(call.node.line, "loaded"))

    return loaded


def loads_of_related(
    world: World, store: Store, related: Related, origin: Origin
) -> Callable[[Entity, Value], Loads] | None:
    """What tells what is loaded of the instances that a relationship gives; None where nobody asks."""
    facts = [store.heap[item] for item in instances_of(store, related.owner)]
    options = [item.loads.options for item in facts if isinstance(item, InstanceFacts)]
    known = reduce(Options.join, options) if options else UNKNOWN_OPTIONS
    below = known.below(related.relationship.name)
    return lambda shape, session: _row(world, store, session, shape, below, origin)


def loads_of_gone(world: World, store: Store, related: Related, origin: Origin) -> Callable[[Entity, Value], Loads]:
    """The same for a relationship whose owner is detached, with all that came along with its row."""
    facts = [store.heap[item] for item in instances_of(store, related.owner)]
    known = next((item.loads.options for item in facts if isinstance(item, InstanceFacts)), UNKNOWN_OPTIONS)
    sessions_here = [item for identity in store.heap if (item := store.session(identity)) is not None]

    def loaded(shape: Entity, session: Value) -> Loads:
        if any(item.laden.may_have(shape.class_name, shape.bases) for item in sessions_here):
            return UNKNOWN_LOADS
        return of_row(known.below(related.relationship.name), origin)

    return loaded


def _row(world: World, store: Store, session: Value, shape: Entity, options: Options, origin: Origin) -> Loads:
    info = world.types.lookup(shape.class_name)
    if not isinstance(info, TypeInfo):
        return UNKNOWN_LOADS
    wide = world.shapes.attribute_sets.brings_others(info)
    return loads.row(store, session, shape, loads.Given(options, wide, _laden(world, info, options)), origin)


def _laden(world: World, info: TypeInfo, options: Options) -> Strays:
    """The classes of which a statement loads more than the row: those with options of their own, however deep."""
    if options == NO_OPTIONS:
        return NO_STRAYS
    if options.unknown:
        return Strays(anything=True)
    found = Strays(Classes(frozenset({info.fullname}), bases_of(info)))
    for name, below in options.nested:
        target = world.shapes.attributes.target(info, name)
        if target is None:
            return Strays(anything=True)
        found = found.join(_laden(world, target, below))
    return found


def _merges(call: LibraryCall) -> bool:
    effect = call.bound.stub.effect("cascades")
    return effect is not None and effect.arguments["kind"] == MERGE


def _options_of(world: World, store: Store, call: LibraryCall, info: TypeInfo) -> Options:
    """The options of a call that is given no statement: those of `get()`, or of the Query that it is a method of."""
    given = call.bound.argument(OPTIONS)
    if given is not None:
        return world.loader_options.of_list(given.argument.node, info)
    if call.bound.argument(ENTITY) is not None:
        return NO_OPTIONS
    receivers = [store.heap.get(item) for item in objects(call.receiver)]
    of_query = any(isinstance(facts, LibraryFacts) and facts.class_name == QUERY for facts in receivers)
    if of_query and isinstance(call.node, Expression):
        return world.loader_options.of(call.node, info)
    return UNKNOWN_OPTIONS


def follow(world: World, store: Store, call: LibraryCall, effect: Effect, inner: bool) -> None:
    """Change what is loaded as one effect of a call does; `inner`: the call is one of a savepoint."""
    match effect.name:
        case "expires" if effect.arguments.get("what", "all") == "instance":
            origin = event_of(call, "expired")
            _change_given(store, call, lambda known, names: _expired(known, names, origin))
        case "expires" if effect.arguments.get("what") == "unset":
            origin = event_of(call, "expired")
            _change_given(store, call, lambda known, names: known.unset_expired(origin))
        case "expires":
            _expire_all(world, store, call, effect)
        case "ends" if inner and effect.arguments.get("outcome") == "rollback":
            # A savepoint expires what was changed in it.
            loads.expire(store, call.session, event_of(call, "expired"), surely=False)
        case "refreshes":
            origin = event_of(call, "refreshed")
            _change_given(store, call, lambda known, names: _refreshed(known, names, origin))
        case "reads" if not call.bound.bindings or any(map(_is_unseen, call.bound.bindings.values())):
            loads.doubt_all(store, call.session)


def _is_unseen(shape: Shape) -> bool:
    match shape:
        case Row(items):
            return any(map(_is_unseen, items))
        case Collection(element=element):
            return _is_unseen(element)
    return shape == UNSEEN


def _expire_all(world: World, store: Store, call: LibraryCall, effect: Effect) -> None:
    """A commit expires if the session is made so, and a rollback if there is anything to roll back."""
    rolls_back = any(item.arguments.get("outcome") == "rollback" for item in call.bound.stub.effects)
    surely = not rolls_back or sessions.has_asked(store, call.session)
    if "unless" in effect.arguments:
        known = sessions.expires_on_commit(store, call.session)
        known = world.options.expire_on_commit if known is None else known
        if known is False:
            return
        surely = known is True
    loads.expire(store, call.session, event_of(call, "expired"), surely)


def ask(world: World, store: Store, call: LibraryCall) -> None:
    """A call that is certain to send SQL begins a transaction, and `delete()` loads."""
    if transactions.need_of(call.bound, store) is transactions.Need.CERTAIN:
        sessions.update_sessions(store, call.session, lambda facts: replace(facts, asked=True))
    if any(is_phantom(element_annotation(given.parameter.annotation)) == "Marked" for given in call.bound.given):
        _load_cascades(world, store, call.session)


def _load_cascades(world: World, store: Store, session: Value) -> None:
    """`delete()` loads the relationships that it cascades along, however far, and for that what is expired."""
    for identity, facts in store.instances():
        if loads.is_in(store, facts, session) is False and not loads.is_detached(facts):
            continue
        info = world.types.lookup(facts.class_name)
        attributes = world.shapes.attribute_sets.of(info) if isinstance(info, TypeInfo) else ()
        names = [item.name for item in attributes if item.is_relationship]
        loads.set_loads(store, identity, UNKNOWN_LOADS if facts.loads.is_partly_expired else facts.loads.doubted(names))


def _change_given(
    store: Store, call: LibraryCall, change: Callable[[Loads, tuple[str, ...] | None], Loads | None]
) -> None:
    """The instance that is given is expired or refreshed, in whole or some attributes; others may follow it."""
    names = _names(store, call)
    for given in call.bound.given:
        for target in targets_of(store, given) if given.parameter.name == "instance" else ():
            loads.change(store, target, lambda known: change(known, names) or UNKNOWN_LOADS)
            if call.bound.stub.effect("cascades") is not None and names is None:
                _doubt_others(store, call.session, target)


def _names(store: Store, call: LibraryCall) -> tuple[str, ...] | None:
    """The attributes that are named; None for all of them, and nothing at all where they are not literal."""
    given = call.bound.argument(NAMES)
    if given is None:
        return None
    (only,) = objects(given.value) if len(given.value) == 1 and objects(given.value) else (None,)
    fixed = getattr(store.heap.get(only), "fixed", None) if only is not None else None
    literals = [next(iter(item)) for item in fixed or () if len(item) == 1]
    named = tuple(str(atom.value) for atom in literals if isinstance(atom, Constant))
    return named if fixed and len(named) == len(fixed) else ()


def _expired(known: Loads, names: Iterable[str] | None, origin: Origin) -> Loads | None:
    if names is None:
        return expired(known.options, origin)
    named = tuple(names)
    if named and known.options != NO_OPTIONS:
        # An attribute that was to raise by one of them still does.
        return known.doubted(named)
    return known.unloaded(named, origin) if named else None


def _refreshed(known: Loads, names: Iterable[str] | None, origin: Origin) -> Loads | None:
    if names is None:
        return loads.refreshed(known, None, origin)
    named = tuple(names)
    return loads.refreshed(known, named, origin) if named else None


def _doubt_others(store: Store, session: Value, target: Value) -> None:
    """What the mapping takes along is expired, or loaded, too."""
    for identity, facts in store.instances():
        may_follow = facts.cascades is None or facts.links.maybe or facts.links.other
        if may_follow and identity not in target and loads.is_in(store, facts, session) is not False:
            loads.doubt(store, [identity])


def flush(world: World, store: Store, call: LibraryCall, effects: Sequence[Effect]) -> None:
    """The columns that an UPDATE leaves to the database are not loaded after it: of what was written, before that."""
    flushing = [effect for effect in effects if effect.name == "flushes"]
    if not flushing:
        return
    always = any(effect.when in (When.ALWAYS, When.OK) for effect in flushing)
    for identity, facts in store.instances():
        info = world.types.lookup(facts.class_name) if facts.content.touched else None
        member = loads.is_in(store, facts, call.session)
        columns = world.shapes.attribute_sets.refetched(info) if isinstance(info, TypeInfo) else ()
        if columns and member is not False:
            surely = always and member is True and facts.content.dirty and not identity.older
            _leave_to_database(world, store, identity, columns, event_of(call, "expired"), surely)


def _leave_to_database(
    world: World, store: Store, identity: ObjectId, columns: Sequence[Attribute], origin: Origin, surely: bool
) -> None:
    """Some columns are fetched after a flush; what the program itself assigns somewhere is perhaps not."""
    assigned = {
        part.name
        for node in world.nodes
        for target in assigned_targets(node)
        for part in descendants(target, into_functions=False)
        if isinstance(part, MemberExpr)
    }
    certain = {item.name for item in columns if item.updated is AfterFlush.EXPIRED} - assigned
    uncertain = {item.name for item in columns} - certain
    value: Value = frozenset({identity}) if surely else frozenset({identity, UNKNOWN})
    loads.change(store, value, lambda known: known.unloaded(certain, origin).doubted(uncertain))
