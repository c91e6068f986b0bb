"""Which row an instance stands for and whether it was written: followed through assignments, flushes and calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mypy_session_plugin.facts.identities import NO_CONTENT, Content, RowKey
from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import ATTACHED, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Constant, ObjectId, Value, objects
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics.binding import BoundCall, Given
from mypy_session_plugin.semantics.cascades import may_be_one
from mypy_session_plugin.semantics.frames import GIVEN_BACK
from mypy_session_plugin.semantics.instances import facts_in
from mypy_session_plugin.semantics.sessions import Relation, relation
from mypy_session_plugin.semantics.shapes import Entity
from mypy_session_plugin.semantics.world import World

#: Methods that give the instance of a key, with the arguments that do not change which one that is.
GETS = ("get", "get_one")
HARMLESS = frozenset({"entity", "ident", "options", "populate_existing", "with_for_update"})
#: Those with which the row is selected although the session has its instance.
ASKING = ("populate_existing", "with_for_update")
#: Classes of keys: their objects do not change.
KEYS = frozenset({"builtins.int", "builtins.str", "builtins.bytes", "uuid.UUID"})


def row_key(world: World, store: Store, name: str, call: BoundCall) -> RowKey | None:
    """The row that a call of `get()` asks for, where its key is a literal or a local variable."""
    entity, ident = call.argument("entity"), call.argument("ident")
    if name not in GETS or entity is None or ident is None or not _is_plain(call):
        return None
    shapes = [shape for shape in call.bindings.values() if isinstance(shape, Entity)]
    parts = _literals(ident.value, store) or _variable(world, ident)
    return RowKey(shapes[0].class_name, parts) if len(shapes) == 1 and parts else None


def _is_plain(call: BoundCall) -> bool:
    return all((given.argument.name or given.parameter.name) in HARMLESS for given in call.given)


def asks_anew(call: BoundCall) -> bool:
    """Whether a call of `get()` may select the row of an instance that the session has."""
    given = [argument.value for name in ASKING if (argument := call.argument(name)) is not None]
    return any(not isinstance(atom, Constant) or atom.value for value in given for atom in value)


def _literals(value: Value, store: Store) -> tuple[Constant, ...]:
    """A literal, or a tuple of them."""
    only = next(iter(value)) if len(value) == 1 else None
    if isinstance(only, Constant):
        return (only,)
    facts = store.heap.get(only) if isinstance(only, ObjectId) else None
    if not isinstance(facts, ContainerFacts) or facts.kind != "tuple":
        return ()
    items = [next(iter(item)) for item in facts.fixed or () if len(item) == 1]
    literals = tuple(item for item in items if isinstance(item, Constant))
    return literals if len(literals) == len(facts.fixed or ()) else ()


def _variable(world: World, ident: Given) -> tuple[str, ...]:
    place, info = ident.argument.place, info_of(ident.type)
    if place is None or len(place) > 1 or "." in place[0] or place[0] in world.rebound:
        return ()
    if info is None or info.fullname not in KEYS:
        return ()
    world.keys.add(place[0])
    return place


def held_instance(store: Store, row: RowKey | None, session: Value) -> tuple[str, ObjectId] | None:
    """The instance of a row that this session certainly holds, and the variable that keeps it in the identity map."""
    if row is None:
        return None
    for name, value in store.variables.items():
        identity = next(iter(value)) if isinstance(name, str) and len(value) == 1 else None
        facts = store.heap.get(identity) if isinstance(identity, ObjectId) and not identity.older else None
        if not isinstance(facts, InstanceFacts) or facts.content.row != row or not _is_in(store, facts, session):
            continue
        if isinstance(name, str) and name != GIVEN_BACK and isinstance(identity, ObjectId):
            return name, identity
    return None


def _is_in(store: Store, facts: InstanceFacts, session: Value) -> bool:
    return all(
        isinstance(situation, Situation)
        and situation.state is State.PERSISTENT
        and relation(store, situation.session, session) is Relation.SAME
        for situation in facts.situations
    )


def note_row(store: Store, value: Value, row: RowKey | None) -> None:
    """What `get()` gave is the instance of this row."""
    for identity in objects(value):
        facts = store.heap.get(identity)
        if row is not None and isinstance(facts, InstanceFacts) and not identity.older:
            store.heap[identity] = replace(facts, content=Content(row))


def written(store: Store, value: Value, surely: bool) -> None:
    """An attribute of the instance that a value is was assigned; `surely` where it is certain to be a mapped one."""
    targets = [item for item in objects(value) if isinstance(store.heap.get(item), InstanceFacts)]
    certain = surely and len(value) == 1 and len(targets) == 1 and not targets[0].older
    for identity, facts in store.instances():
        if identity in targets and certain:
            store.heap[identity] = replace(facts, content=replace(facts.content, dirty=True, touched=True))
        elif not facts.content.touched and any(
            identity == target or may_be_one(store, identity, target) for target in targets
        ):
            store.heap[identity] = replace(facts, content=replace(facts.content, touched=True))


def settle(store: Store, session: Value) -> None:
    """An operation of this session may have flushed or expired what it holds."""

    def after(identity: ObjectId, facts: InstanceFacts) -> Content:
        return facts.content.settled() if _may_be_in(store, facts, session) else facts.content

    _change(store, after)


def settle_owners(store: Store, instances: Value) -> None:
    """Attributes of these instances are read: what must be loaded is, and their sessions flush before."""
    facts = facts_in(store, instances)
    touched = {
        situation.session if isinstance(situation, Situation) else None
        for known in facts
        for situation in known.situations
        if not isinstance(situation, Situation) or situation.state in ATTACHED
    }
    for session in touched:
        settle(store, NOTHING_KNOWN if session is None else frozenset({session}))


def _may_be_in(store: Store, facts: InstanceFacts, session: Value) -> bool:
    return any(
        not isinstance(situation, Situation)
        or (situation.state in ATTACHED and relation(store, situation.session, session) is not Relation.DIFFERENT)
        for situation in facts.situations
    )


def after_unknown(store: Store, given: Iterable[ObjectId]) -> None:
    """Unknown code ran: it may have written what it was given, and flushed any session."""
    reached = frozenset(given)
    _change(store, lambda identity, facts: NO_CONTENT if identity in reached else facts.content.settled())


def forget_variable(world: World, store: Store, variable: str) -> None:
    """A variable is assigned: what it said of a row does not hold any more."""
    if variable in world.keys:
        _change(store, lambda identity, facts: facts.content.without(variable))


def _change(store: Store, change: Callable[[ObjectId, InstanceFacts], Content]) -> None:
    for identity, facts in store.instances():
        if facts.content is not NO_CONTENT:
            content = change(identity, facts)
            if content is not facts.content:
                store.heap[identity] = replace(facts, content=content)
