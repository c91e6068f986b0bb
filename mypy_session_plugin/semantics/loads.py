"""What operations do to what is loaded of each instance: loads, expiries, reads and writes.

Two instances of one session that may be one are changed together, the other weakly; and whatever the session loads may
fill in what an instance of that class lacks.
Source: https://docs.sqlalchemy.org/en/20/orm/session_state_management.html#refreshing-expiring
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from mypy_session_plugin.facts.links import Strays, strays_of
from mypy_session_plugin.facts.loading import (
    NO_OPTIONS,
    UNKNOWN_OPTIONS,
    Attribute,
    AttributeKind,
    Options,
    Strategy,
    Way,
)
from mypy_session_plugin.facts.loads import (
    AS_OTHERS,
    UNKNOWN_LOADS,
    Basis,
    Loads,
    Presence,
    Presences,
    expired,
    of_row,
)
from mypy_session_plugin.facts.objects import InstanceFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import ATTACHED, UNSAVED, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE_VALUE, UNKNOWN, ObjectId, Unknown, Value
from mypy_session_plugin.semantics.cascades import may_be_one
from mypy_session_plugin.semantics.instances import facts_in, instances_of
from mypy_session_plugin.semantics.sessions import Relation, relation
from mypy_session_plugin.semantics.shapes import ASYNC_SESSIONS, Entity

Change = Callable[[Loads], Loads]


class Given(NamedTuple):
    """What comes with an instance that a statement gives.

    `wide`: instances of other classes come along by the mapping.  `ways`: how it loads those that it says come along,
    these among them.  `laden`: of which classes nothing is said.
    """

    options: Options
    wide: bool
    ways: frozenset[Way]
    laden: Strays


def set_loads(store: Store, identity: ObjectId, loads: Loads) -> None:
    """What is loaded of an instance from now on."""
    facts = store.heap[identity]
    if isinstance(facts, InstanceFacts) and loads is not facts.loads:
        store.heap[identity] = replace(facts, loads=loads)


def is_in(store: Store, facts: InstanceFacts, session: Value) -> bool | None:
    """Whether an instance is persistent in a session; None if it may be.

    Of one that was loaded here it does not count that its caller may have inserted the row, and a rollback taken that
    back.
    """
    found: set[bool | None] = set()
    for situation in facts.situations:
        if is_taken_back(facts, situation):
            continue
        if not isinstance(situation, Situation):
            found.add(None)
        elif situation.state is not State.PERSISTENT:
            found.add(False)
        else:
            same = relation(store, situation.session, session)
            found.add(None if same is Relation.UNKNOWN else same is Relation.SAME)
    return found.pop() if len(found) == 1 else None


def is_taken_back(facts: InstanceFacts, situation: Situation | Unknown) -> bool:
    """Whether an instance that a statement gave stands so only if the caller's own transaction has inserted its row."""
    is_transient = isinstance(situation, Situation) and situation.state is State.TRANSIENT
    return is_transient and not facts.constructed and not facts.loads.options.unknown


def expire(store: Store, session: Value, origin: Origin, surely: bool = True) -> None:
    """Everything that is persistent in the session is expired, or may be."""
    for identity, facts in store.instances():
        member = is_in(store, facts, session)
        if member is not False:
            after = expired(facts.loads.options, origin)
            set_loads(store, identity, after if member and surely else facts.loads.join(after))


def change(store: Store, value: Value, changed: Change) -> None:
    """The attributes of the instance that a value is are changed, weakly those of what may be the same."""
    targets = instances_of(store, value)
    only = targets[0] if len(targets) == 1 and value - NONE_VALUE == {targets[0]} and not targets[0].older else None
    weakly = _known_besides(store, targets, anything=UNKNOWN in value)
    for identity in {*targets, *weakly}:
        facts = store.heap[identity]
        if isinstance(facts, InstanceFacts):
            after = changed(facts.loads)
            set_loads(store, identity, after if identity == only else facts.loads.join(after))


def _known_besides(store: Store, targets: Sequence[ObjectId], anything: bool = False) -> list[ObjectId]:
    """The instances of which something is known that may be one of these, or be `anything`."""
    return [
        identity
        for identity, facts in store.instances()
        if facts.loads is not UNKNOWN_LOADS
        and identity not in targets
        and (anything or any(may_be_one(store, identity, target) for target in targets))
    ]


def written(store: Store, owner: Value, name: str, comes_with_row: bool = True) -> None:
    """An attribute is assigned: it is there from now on, also where it would not come with its row."""
    change(store, owner, lambda loads: loads.loaded([name]))
    if not comes_with_row:
        note_laden(store, owner)


def doubt_named(store: Store, owner: Value, name: str) -> None:
    """An attribute may have been loaded, or is deleted."""
    change(store, owner, lambda loads: loads.doubted([name]))


def doubt(store: Store, identities: Iterable[ObjectId]) -> None:
    """Code that is not seen may have loaded, or expired, any attribute of these instances, and of what may be they."""
    given = [identity for identity in identities if isinstance(store.heap.get(identity), InstanceFacts)]
    note_laden(store, frozenset(given))
    for identity in (*given, *_known_besides(store, given)) if given else ():
        set_loads(store, identity, UNKNOWN_LOADS)


def are_known(store: Store, identities: Iterable[ObjectId]) -> bool:
    """Whether anything is known of the attributes of one of these instances."""
    found = (store.heap.get(identity) for identity in identities)
    return any(isinstance(facts, InstanceFacts) and facts.loads.known for facts in found)


def shown(store: Store, identities: Iterable[ObjectId]) -> None:
    """Code runs that reads what it likes of these instances: of those in a session that loads it."""
    doubt(store, [identity for identity in identities if _may_be_attached(store.heap.get(identity))])


def _may_be_attached(facts: object) -> bool:
    return isinstance(facts, InstanceFacts) and any(
        not isinstance(item, Situation) or item.state in ATTACHED for item in facts.situations
    )


def may_be_detached(facts: InstanceFacts) -> bool:
    """Whether an instance may be in no session, and so be taken into one."""
    return any(isinstance(item, Situation) and item.state is State.DETACHED for item in facts.situations)


def doubt_all(store: Store, session: Value) -> None:
    """The session may have loaded anything."""
    for identity, facts in store.instances():
        if is_in(store, facts, session) is not False:
            set_loads(store, identity, UNKNOWN_LOADS)


def presences(facts: InstanceFacts, attribute: Attribute) -> Presences:
    """How an attribute of an instance stands; what was put into a relationship of a new one may stand in it."""
    known = facts.loads.presences(attribute)
    if Basis.NEW in facts.loads.bases and attribute.is_relationship and attribute.name not in facts.loads.named:
        links = facts.links
        if links.other or any(edge.attribute == attribute.name for edge in links.maybe):
            return {**known, UNKNOWN: None}
    return known


def are_loaded(found: Iterable[InstanceFacts], attribute: Attribute) -> bool:
    """Whether an attribute of each of these instances certainly is there."""
    return all(presences(facts, attribute).keys() == {Presence.LOADED} for facts in found)


def came_along(facts: InstanceFacts, attribute: Attribute) -> bool:
    """Whether the instances in a relationship were loaded by the statement that gave its owner, and none was put in."""
    loads, links = facts.loads, facts.links
    linked = links.other or any(edge.attribute == attribute.name for edge in links.maybe)
    of_row = set(loads.bases) == {Basis.ROW} and attribute.name not in loads.named
    return of_row and not linked and loads.options.strategy(attribute) is Strategy.EAGER


def must_ask(facts: InstanceFacts, attribute: Attribute) -> bool:
    """Whether a read that finds the attribute absent certainly asks the database.

    What a reference leads to may be in the session already: only where nothing at all is loaded, its key neither, must
    something be asked for.
    """
    return not attribute.is_relationship or attribute.kind is AttributeKind.TO_MANY or facts.loads.is_expired


def read(store: Store, owner: Value, attribute: Attribute, together: Sequence[str] = (), waits: bool = False) -> None:
    """An attribute has been read: it is loaded now, with some others, if the instance has a row.

    `waits`: it is read where an AsyncSession can load it.
    """
    found = facts_in(store, owner)
    if UNKNOWN in owner:
        change(store, owner, lambda loads: after_read(loads, attribute, together))
        return
    if any(_is_unsaved(facts) for facts in found):
        if attribute.is_relationship:
            change(store, owner, lambda loads: loads.doubted([attribute.name]))
        return
    if not together and are_loaded(found, attribute):
        return
    if all(_is_detached(facts) if waits else _loads_nothing(store, facts) for facts in found):
        if not all(_is_detached(facts) or must_ask(facts, attribute) for facts in found):
            # A reference that leads nowhere, or to what is there already, has been found without asking.
            change(store, owner, lambda loads: loads.doubted([attribute.name]))
        return
    comes_with_row = not attribute.is_relationship and attribute.strategy is Strategy.EAGER
    for facts in found:
        if not comes_with_row and Presence.LOADED not in presences(facts, attribute):
            _note_laden(store, facts)
    change(store, owner, lambda loads: after_read(loads, attribute, together))


def _is_unsaved(facts: InstanceFacts) -> bool:
    return any(
        isinstance(item, Situation) and item.state in UNSAVED and not is_taken_back(facts, item)
        for item in facts.situations
    )


def _loads_nothing(store: Store, facts: InstanceFacts) -> bool:
    """Whether a read finds what is there, or raises: then it changes nothing, and the next one raises again."""
    return _is_detached(facts) or asynchronous_session(store, facts) is not None


def _is_detached(facts: InstanceFacts) -> bool:
    return all(isinstance(item, Situation) and item.state is State.DETACHED for item in facts.situations)


def after_read(loads: Loads, attribute: Attribute, together: Iterable[str] = ()) -> Loads:
    """A read that has succeeded, of an attribute that is loaded with some others.

    That of an expired column has loaded all columns that were expired.
    """
    names = [attribute.name, *together]
    if Presence.ABSENT in loads.presences(attribute):
        loads = loads.with_columns()
    marks = loads.named.get(attribute.name, {AS_OTHERS: None})
    if AS_OTHERS not in marks or not loads.may_be_expired:
        return loads.loaded(names)
    # On one path alone it may have been as the others are: then they may be gone still.
    others = _without_expired(loads) if attribute.name not in loads.named else loads.bases
    after: Basis | Unknown = UNKNOWN if attribute.is_relationship else Basis.REFRESHED
    return replace(loads, bases={**others, after: loads.bases[Basis.EXPIRED]}).loaded(names)


def got_again(store: Store, identity: ObjectId, origin: Origin, anew: bool) -> None:
    """`get()` gives out what the session has: an expired instance is loaded for that, any other one stays as it is.

    `anew`: its row may be selected for that, with the options of the call.
    """
    facts = store.heap[identity]
    if anew:
        doubt(store, [identity])
    elif isinstance(facts, InstanceFacts) and facts.loads.may_be_expired:
        after = refreshed(facts.loads, None, origin) if facts.loads.is_expired else UNKNOWN_LOADS
        set_loads(store, identity, after)
        doubt(store, _known_besides(store, [identity]))


def _without_expired(loads: Loads) -> dict[Basis | Unknown, Origin | None]:
    return {basis: origin for basis, origin in loads.bases.items() if basis is not Basis.EXPIRED}


def refreshed(loads: Loads, names: Iterable[str] | None, origin: Origin) -> Loads:
    """`refresh()`: of the whole instance, or of these attributes."""
    if names is None:
        return of_row(loads.options if loads.options == NO_OPTIONS else UNKNOWN_OPTIONS, origin)
    # With an expired instance more columns than these may be loaded.
    if loads.may_be_expired:
        loads = replace(loads, bases={**_without_expired(loads), UNKNOWN: None})
    return loads.loaded(names)


def row(store: Store, session: Value, shape: Entity, given: Given, origin: Origin | None) -> Loads:
    """What is loaded of an instance that a session gives out.

    It may be one that the session has already: of what is known to have more loaded, nothing is said.  A session that
    was not made here is taken to load what the statement says, and no more.
    """
    (only,) = session if len(session) == 1 else (None,)
    facts = store.session(only) if isinstance(only, ObjectId) else None
    loads = of_row(given.options, origin)
    if facts is not None:
        reached = facts.made_here and facts.escaped and not facts.registry
        was_seen = facts.seen.may_have(shape.class_name, shape.bases)
        # What the session has already, `get()` gives out as it is.
        is_there = any(way.wide or way.may_have(shape.class_name, shape.bases) for way in facts.ways)
        if reached or (is_there and given.options != NO_OPTIONS) or _may_have_more(facts, shape, NO_OPTIONS):
            loads = UNKNOWN_LOADS
        laden, seen = facts.laden.join(given.laden), facts.seen.join(strays_of(shape.class_name, shape.bases))
        ways, asked = facts.ways | given.ways, facts.asked or not was_seen
        store.heap[only] = replace(facts, laden=laden, ways=ways, seen=seen, asked=asked)  # type: ignore[index]
    plain = given.options == NO_OPTIONS and not given.wide
    for identity, other in store.instances():
        if is_in(store, other, session) is False or _is_alike(other, given.options):
            continue
        if not plain or other.class_name in shape.bases or shape.class_name in other.bases:
            if not other.loads.may_be_expired:
                loads = loads.join(other.loads)
            set_loads(store, identity, other.loads.join(UNKNOWN_LOADS))
    return loads


def _may_have_more(session: SessionFacts, shape: Entity, options: Options) -> bool:
    """Whether an instance in a session may have more, or something else, loaded than comes with these options."""
    others = (way for way in session.ways if way.options != options)
    named = (shape.class_name, shape.bases)
    return session.laden.may_have(*named) or any(way.may_have(*named) for way in others)


def along(store: Store, session: Value | None, shape: Entity, options: Options, origin: Origin | None) -> Loads:
    """What is loaded of an instance that has come along with another one, which these options say.

    It may be any other one of its class in that session, or that was in the one that is gone (None).
    """
    loads = of_row(options, origin)
    for facts in [item for item in store.heap.values() if isinstance(item, SessionFacts)]:
        reached = facts.made_here and facts.escaped and not facts.registry
        unsaid = options != NO_OPTIONS and any(way.wide for way in facts.ways)
        if reached or unsaid or _may_have_more(facts, shape, options):
            return UNKNOWN_LOADS
    for _identity, other in store.instances():
        is_other = session is not None and is_in(store, other, session) is False
        if not is_other and (other.class_name in shape.bases or shape.class_name in other.bases):
            loads = loads.join(other.loads)
    return loads


def _is_alike(facts: InstanceFacts, options: Options) -> bool:
    """Whether an instance has loaded what another statement with these options loads, which adds nothing then."""
    loads = facts.loads
    return set(loads.bases) == {Basis.ROW} and loads.options == options == NO_OPTIONS and not loads.named


def note_laden(store: Store, value: Value) -> None:
    """Attributes of an instance are, or may be, there now that do not come with its row."""
    for facts in facts_in(store, value):
        _note_laden(store, facts)


def _note_laden(store: Store, facts: InstanceFacts) -> None:
    """An instance has more loaded than its row: of what its session gives out from now on, which may be it, too."""
    for identity, laden in _with_class(store, facts):
        if is_in(store, facts, frozenset({identity})) is not False:
            store.heap[identity] = laden


def note_new(store: Store, facts: InstanceFacts) -> None:
    """An instance is constructed: a session to which it is added has it with all that it was given."""
    for identity, laden in _with_class(store, facts):
        store.heap[identity] = laden


def _with_class(store: Store, facts: InstanceFacts) -> list[tuple[ObjectId, SessionFacts]]:
    """The sessions of which it is news that an instance of this class may have more loaded, with that."""
    of_class = strays_of(facts.class_name, facts.bases)
    return [
        (identity, replace(session, laden=laden))
        for identity, session in store.heap.items()
        if isinstance(session, SessionFacts) and (laden := session.laden.join(of_class)) is not session.laden
    ]


def asynchronous_session(store: Store, facts: InstanceFacts) -> SessionFacts | None:
    """The AsyncSession in which an instance certainly is persistent."""
    sessions = {
        item.session if isinstance(item, Situation) and item.state is State.PERSISTENT else None
        for item in facts.situations
        if not is_taken_back(facts, item)
    }
    only = sessions.pop() if len(sessions) == 1 else None
    known = None if only is None else store.session(only)
    return known if known is not None and known.class_name in ASYNC_SESSIONS else None
