"""What a stubbed call does to what is loaded: which rows come with which options, what is expired and refreshed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from mypy.nodes import Expression, TypeInfo

from mypy_session_plugin.facts.effects import Effect, TypeExpression, When
from mypy_session_plugin.facts.links import ANY_STRAYS, NO_STRAYS
from mypy_session_plugin.facts.loading import (
    NO_OPTIONS,
    UNKNOWN_OPTIONS,
    AfterFlush,
    Attribute,
    Options,
    Strategy,
    Way,
)
from mypy_session_plugin.facts.loads import UNKNOWN_LOADS, Loads, expired
from mypy_session_plugin.facts.objects import ContainerFacts, LibraryFacts, Related
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import ATTACHED
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, Constant, ObjectId, Value, objects
from mypy_session_plugin.semantics import loads, sessions, transactions
from mypy_session_plugin.semantics.binding import BoundCall, is_phantom
from mypy_session_plugin.semantics.cascades import MERGE
from mypy_session_plugin.semantics.endings import are_events_in_view
from mypy_session_plugin.semantics.instances import facts_of, instances_of
from mypy_session_plugin.semantics.mapped import bases_of
from mypy_session_plugin.semantics.shapes import ANY_ENTITY, UNSEEN, Collection, Entity, Row, Shape
from mypy_session_plugin.semantics.statement_roots import QUERY, STATEMENT_PACKAGES
from mypy_session_plugin.semantics.targets import element_annotation, targets_of

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.library_calls import LibraryCall
    from mypy_session_plugin.semantics.world import World

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
            info = world.types.class_of(shape.class_name)
            known = UNKNOWN_OPTIONS if info is None else world.loader_options.of(statement, info)
            return replace(shape, options=known)
        case Row(items):
            return Row(tuple(_with_options(world, item, statement) for item in items))
        case Collection(kind, element):
            return Collection(kind, _with_options(world, element, statement))
        case _:
            return shape


def loads_of(world: World, store: Store, call: LibraryCall) -> Callable[[Entity, Value], Loads] | None:
    """What tells what is loaded of the instances that a call gives; None where a listener may act."""
    if are_events_in_view(world):
        return None

    def loaded(shape: Entity, session: Value) -> Loads:
        if shape.class_name == ANY_ENTITY.class_name or (shape.states and shape.states.isdisjoint(ATTACHED)):
            return UNKNOWN_LOADS
        info = world.types.class_of(shape.class_name)
        if _merges(call) or info is None:
            loads.doubt_all(store, session)
            return UNKNOWN_LOADS
        options = _options_of(world, store, call, info) if shape.options is None else shape.options
        return loads.row(store, session, shape, _given(world, info, options), Origin(call.node.line, "loaded"))

    return loaded


def loads_of_related(world: World, store: Store, related: Related, origin: Origin) -> Callable[[Entity, Value], Loads]:
    """What tells what is loaded of the instances that a relationship gives."""
    below = _options_below(store, related)

    def loaded(shape: Entity, session: Value) -> Loads:
        info = world.types.class_of(shape.class_name)
        return UNKNOWN_LOADS if info is None else loads.row(store, session, shape, _given(world, info, below), origin)

    return loaded


def loads_along(
    store: Store, related: Related, origin: Origin, session: Value | None
) -> Callable[[Entity, Value], Loads]:
    """The same for a relationship that came along with its owner's row; that may be detached, with all of it (None)."""
    below = _options_below(store, related)
    return lambda shape, _session: loads.along(store, session, shape, below, origin)


def _options_below(store: Store, related: Related) -> Options:
    """The options for what a relationship gives, of those that its owner was loaded with."""
    options = [facts_of(store, item).loads.options for item in instances_of(store, related.owner)]
    known = reduce(Options.join, options) if options else UNKNOWN_OPTIONS
    return known.below(related.relationship.name)


def _given(world: World, info: TypeInfo, options: Options) -> loads.Given:
    ways = frozenset(_ways(world, info, options))
    is_known = not any(way.options.unknown for way in ways)
    brings_others = world.shapes.attribute_sets.brings_others(info)
    return loads.Given(options, brings_others, ways, NO_STRAYS if is_known else ANY_STRAYS)


def _ways(world: World, info: TypeInfo, options: Options) -> Iterator[Way]:
    """How a statement loads the instances of a class, and those that it says come along with them, however deep."""
    loaded = {name for name, strategy in options.named if strategy in (Strategy.EAGER, Strategy.UNKNOWN)}
    wide = not {options.relationships, options.all_relationships}.isdisjoint({Strategy.EAGER, Strategy.UNKNOWN})
    nested = {name for name, _below in options.nested}
    for name in sorted(loaded | nested):
        attribute, target = world.shapes.attributes.of(info, name), world.shapes.attributes.target(info, name)
        if target is not None:
            yield from _ways(world, target, options.below(name))
        elif name in nested:
            yield Way("", frozenset(), UNKNOWN_OPTIONS)
        elif attribute is None or attribute.is_relationship:
            wide = True
    wide = wide or world.shapes.attribute_sets.brings_others(info)
    yield Way(info.fullname, bases_of(info), options, wide)


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
        case "expires":
            _expire(world, store, call, effect)
        case "ends" if inner and effect.arguments.get("outcome") == "rollback":
            # A savepoint expires what was changed in it.
            loads.expire(store, call.session, event_of(call, "expired"), surely=False)
        case "refreshes":
            origin = event_of(call, "refreshed")
            _change_given(store, call, lambda known, names: loads.refreshed(known, names, origin))
        case "reads" if not call.bound.bindings or any(map(_is_unseen, call.bound.bindings.values())):
            loads.doubt_all(store, call.session)


def _is_unseen(shape: Shape) -> bool:
    match shape:
        case Row(items):
            return any(map(_is_unseen, items))
        case Collection(element=element):
            return _is_unseen(element)
    return shape == UNSEEN


def _expire(world: World, store: Store, call: LibraryCall, effect: Effect) -> None:
    origin = event_of(call, "expired")
    match effect.arguments.get("what", "all"):
        case "instance":
            _change_given(store, call, lambda known, names: _expired(known, names, origin))
        case "unset":
            _change_given(store, call, lambda known, names: known.unset_expired(origin))
        case _:
            _expire_all(world, store, call, effect)


def _expire_all(world: World, store: Store, call: LibraryCall, effect: Effect) -> None:
    """A commit expires if the session is made so, and a rollback if there is anything to roll back."""
    rolls_back = any(item.arguments.get("outcome") == "rollback" for item in call.bound.stub.effects)
    surely = not rolls_back or sessions.has_asked(store, call.session)
    if "unless" in effect.arguments:
        known = sessions.expires_on_commit(store, call.session, world.options.expire_on_commit)
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
        if loads.is_in(store, facts, session) is False and not loads.may_be_detached(facts):
            continue
        info = world.types.class_of(facts.class_name)
        attributes = () if info is None else world.shapes.attribute_sets.of(info)
        names = [item.name for item in attributes if item.is_relationship]
        loads.set_loads(store, identity, UNKNOWN_LOADS if facts.loads.may_be_expired else facts.loads.doubted(names))


def _change_given(store: Store, call: LibraryCall, change: Callable[[Loads, tuple[str, ...] | None], Loads]) -> None:
    """The instance that is given is expired or refreshed, in whole or some attributes; others may follow it.

    `change` is given the attributes that are named, None for all of them.
    """
    named = call.bound.argument(NAMES)
    names = None if named is None else _literals(store, named.value)
    for given in call.bound.given:
        for target in targets_of(store, given) if given.parameter.name == "instance" else ():
            loads.change(store, target, lambda known: UNKNOWN_LOADS if names == () else change(known, names))
            if names is not None and call.bound.stub.effect("refreshes") is not None:
                loads.note_laden(store, target)
            if call.bound.stub.effect("cascades") is not None and names is None:
                _doubt_others(store, call.session, target)


def _literals(store: Store, value: Value) -> tuple[str, ...]:
    """The attributes that a list of literals names; none at all if it is anything else."""
    (only,) = value if len(value) == 1 else (None,)
    facts = store.heap.get(only) if isinstance(only, ObjectId) else None
    fixed = facts.fixed or () if isinstance(facts, ContainerFacts) else ()
    literals = [next(iter(item)) for item in fixed if len(item) == 1]
    named = tuple(str(atom.value) for atom in literals if isinstance(atom, Constant))
    return named if len(named) == len(fixed) else ()


def _expired(known: Loads, names: tuple[str, ...] | None, origin: Origin) -> Loads:
    if names is None:
        return expired(known.options, origin)
    # An attribute that was to raise by an option still does.
    return known.unloaded(names, origin) if known.options == NO_OPTIONS else known.doubted(names)


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
        info = world.types.class_of(facts.class_name) if facts.content.touched else None
        columns = () if info is None else world.shapes.attribute_sets.refetched(info)
        member = loads.is_in(store, facts, call.session) if columns else False
        if member is not False:
            surely = always and member is True and facts.content.dirty and not identity.older
            _leave_to_database(world, store, identity, columns, event_of(call, "expired"), surely)


def _leave_to_database(
    world: World, store: Store, identity: ObjectId, columns: Sequence[Attribute], origin: Origin, surely: bool
) -> None:
    """Some columns are fetched after a flush; what the program itself assigns somewhere is perhaps not."""
    assigned = world.assigned_attributes
    certain = {item.name for item in columns if item.updated is AfterFlush.EXPIRED} - assigned
    uncertain = {item.name for item in columns} - certain
    value: Value = frozenset({identity}) if surely else frozenset({identity, UNKNOWN})
    loads.change(store, value, lambda known: known.unloaded(certain, origin).doubted(uncertain))
