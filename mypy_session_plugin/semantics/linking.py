"""Relationships that are read and written: what is linked with what, and what cascades at once.

An instance that is put into a relationship of an attached one is added to its session at once (never along the other
direction, which is only kept in step); one that is taken out of a `delete-orphan` relationship is expunged if it is
pending, and deleted by the next flush if it is persistent.
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.links import DELETE_ORPHAN, Edge, Links, Relationship
from mypy_session_plugin.facts.objects import Related
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import ATTACHED, Followers, Situation, State, added, adopted, orphaned
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, UNKNOWN, ObjectId, Value
from mypy_session_plugin.semantics import loads
from mypy_session_plugin.semantics.cascades import SAVE_UPDATE, aliases, cascaded, reached, was_saved
from mypy_session_plugin.semantics.instances import (
    add_unknown,
    change_instance,
    facts_of,
    instances_of,
    link,
    lose,
    widen_links,
)


def _only(store: Store, value: Value) -> ObjectId | None:
    """The one instance that a value certainly is."""
    found = instances_of(store, value)
    return found[0] if len(value) == 1 and len(found) == 1 and not found[0].older else None


def put_in(store: Store, related: Related, value: Value, line: int) -> None:
    """An instance is appended to a collection, or assigned to a reference."""
    owners, items = instances_of(store, related.owner), instances_of(store, value)
    surely = _only(store, related.owner) is not None and _only(store, value) is not None
    if related.relationship.validated:
        loads.doubt(store, [*owners, *items])
    if len(owners) < len(related.owner):
        link(store, value)
    if UNKNOWN in value:
        widen_links(store, {*owners, *aliases(store, owners)})
    moved = [item for item in items if _may_leave_another(store, item, related)]
    widen_links(store, _held_before(store, related, items))
    for item in items:
        change_instance(store, item, lambda situation: (adopted(situation),), (UNKNOWN,), None, True)
        for owner in owners:
            _connect(store, owner, related.relationship, item, surely)
    if SAVE_UPDATE in related.relationship.cascades:
        for owner in owners:
            for item in items:
                _add_with(store, owner, item, surely, line)
    for item in moved:
        change_instance(store, item, _perhaps_expunged, (UNKNOWN,), Origin(line, "removed"), True)


def _held_before(store: Store, related: Related, items: Iterable[ObjectId]) -> list[ObjectId]:
    """What is put into a collection that already has it: one that is taken out may not be the last."""
    return [item for item in items if related.relationship.many and item in held(store, related)]


def _may_leave_another(store: Store, item: ObjectId, related: Related) -> bool:
    """Whether another owner loses the item: SQLAlchemy then expunges a pending one although it has a new owner."""
    if DELETE_ORPHAN not in related.relationship.cascades:
        return False
    return facts_of(store, item).links.other or _may_have_other_owners(store, item, related)


def _perhaps_expunged(situation: Situation) -> Followers:
    return (situation, Situation(State.TRANSIENT)) if situation.state is State.PENDING else (situation,)


def assign(store: Store, related: Related, value: Value, line: int) -> None:
    """Another instance, or None, is assigned to a reference: it leaves the collection that it was in."""
    owners = instances_of(store, related.owner)
    before, after = certain_reference(store, related), _only(store, value)
    relationship = related.relationship
    kept = before is not None and before == after
    loses = not kept and DELETE_ORPHAN in relationship.reverse_cascades
    leaving = {owner: _may_have_reference(store, owner, relationship) for owner in owners if loses}
    for owner in owners:
        _change_links(store, owner, lambda links: links.without(lambda edge: edge.attribute == relationship.name))
        if value != {NONE}:
            change_instance(store, owner, lambda situation: (adopted(situation),), (UNKNOWN,), None, False)
    for target in () if kept else held(store, related):
        _change_links(store, target, lambda links: links.without(lambda edge: edge.attribute == relationship.reverse))
    pending = [owner for owner in leaving if leaving[owner] and _may_be_pending(store, owner)]
    put_in(store, related, value - {NONE}, line)
    surely = _only(store, related.owner) is not None and before is not None
    for owner, may_leave in leaving.items():
        if may_leave:
            _leave(store, owner, value == {NONE}, surely and not facts_of(store, owner).links.other, line)
    if pending:
        # Whether the new one is added depends on which comes first, that or the end of the other link.
        for item in instances_of(store, value):
            change_instance(store, item, _perhaps_expunged, (UNKNOWN,), None, True)


def _may_be_pending(store: Store, identity: ObjectId) -> bool:
    return any(
        getattr(known, "state", State.PENDING) is State.PENDING for known in facts_of(store, identity).situations
    )


def _may_have_reference(store: Store, owner: ObjectId, relationship: Relationship) -> bool:
    facts = facts_of(store, owner)
    linked = any(edge.attribute == relationship.name for edge in facts.links.maybe)
    return linked or facts.links.other or was_saved(facts)


def _leave(store: Store, owner: ObjectId, for_none: bool, surely: bool, line: int) -> None:
    """The owner of a reference leaves the `delete-orphan` collection on the other side."""

    def change(situation: Situation) -> Followers:
        if situation.state is State.PERSISTENT and not for_none:
            return (situation,)
        return orphaned(situation)

    origin = Origin(line, "removed")
    change_instance(store, owner, change, (UNKNOWN,), origin, surely and _is_in_session_with(store, owner))
    for other in aliases(store, [owner]):
        change_instance(store, other, change, (UNKNOWN,), origin, False)


def _is_in_session_with(store: Store, owner: ObjectId) -> bool:
    """Whether all that the instance is linked with is attached: an owner out of a session expunges nothing."""
    return all(
        isinstance(known, Situation) and known.state in ATTACHED
        for edge in facts_of(store, owner).links.maybe
        for known in facts_of(store, edge.target).situations
    )


def _connect(store: Store, owner: ObjectId, relationship: Relationship, item: ObjectId, surely: bool) -> None:
    """Note the edges of both directions; the item leaves the owner that it had, if it has only one.

    Into a collection that may not be loaded SQLAlchemy puts nothing but with the next load.
    """
    if relationship.reverse is not None:
        _disconnect(store, item, relationship)
        edge = Edge(relationship.reverse, relationship.reverse_cascades, owner)
        waits = relationship.reverse_many and was_saved(facts_of(store, item))
        _change_links(store, item, lambda links: links.linked(edge, surely and not owner.older and not waits))
    there = Edge(relationship.name, relationship.cascades, item)
    _change_links(store, owner, lambda links: links.linked(there, surely and not item.older))


def _disconnect(store: Store, item: ObjectId, relationship: Relationship) -> None:
    """The item may not be in any owner's relationship any more, and has no certain owner."""
    _change_links(store, item, lambda links: links.without(lambda edge: edge.attribute == relationship.reverse))
    for owner, facts in store.instances():
        if facts.links.surely:
            _change_links(
                store,
                owner,
                lambda links: links.without(lambda edge: edge.target == item and edge.attribute == relationship.name),
            )


def _change_links(store: Store, identity: ObjectId, change: object) -> None:
    facts = facts_of(store, identity)
    links: Links = change(facts.links)  # type: ignore[operator]
    if links is not facts.links:
        store.heap[identity] = replace(facts, links=links)


def _add_with(store: Store, owner: ObjectId, item: ObjectId, surely: bool, line: int) -> None:
    """The save-update cascade of an attached owner, with all that follows the item."""
    situations = facts_of(store, owner).situations
    sessions = {known.session for known in situations if isinstance(known, Situation) and known.state in ATTACHED}
    certain = surely and len(sessions) == 1 and all(getattr(known, "state", None) in ATTACHED for known in situations)
    for session in sorted(sessions, key=repr):
        _take_along(store, item, session, certain, line)
    if UNKNOWN in situations:
        found = reached(store, {item: False}, SAVE_UPDATE)
        add_unknown(store, [item, *found.instances], lambda situation: situation.state in ATTACHED)


def _take_along(store: Store, item: ObjectId, session: ObjectId | None, surely: bool, line: int) -> None:
    facts = facts_of(store, item)
    if all(isinstance(known, Situation) and known.state in ATTACHED for known in facts.situations):
        return
    origin = Origin(line, "added by a cascade")
    certain = surely and not any(getattr(known, "state", None) in ATTACHED for known in facts.situations)

    def change(situation: Situation) -> Followers | None:
        return added(situation, session)

    found = reached(store, {item: certain}, SAVE_UPDATE)
    after: Followers = (Situation(State.PENDING, session), UNKNOWN)
    for target, certainly in ({item: surely} | found.instances).items():
        change_instance(store, target, cascaded(SAVE_UPDATE, change), after, origin, certainly)
    for other in aliases(store, [item]):
        change_instance(store, other, cascaded(SAVE_UPDATE, change), after, origin, False)


def take_out(store: Store, related: Related, value: Value, line: int) -> None:
    """These instances are removed from a collection, or are no longer what a reference is."""
    surely = _only(store, value) is not None
    items = instances_of(store, value)
    for item in items:
        _disconnect(store, item, related.relationship)
    if DELETE_ORPHAN not in related.relationship.cascades:
        return
    owners = instances_of(store, related.owner)
    attached = len(owners) == len(related.owner) and all(
        isinstance(known, Situation) and known.state in ATTACHED
        for owner in owners
        for known in facts_of(store, owner).situations
    )
    if not attached or UNKNOWN in value or not items:
        lose(store, value)
        return
    origin = Origin(line, "removed")
    for item in items:
        alone = surely and not _may_have_other_owners(store, item, related) and not _may_stay(store, item, related)
        change_instance(store, item, orphaned, (UNKNOWN,), origin, alone)
    for other in aliases(store, items):
        change_instance(store, other, orphaned, (UNKNOWN,), origin, False)


def _may_stay(store: Store, item: ObjectId, related: Related) -> bool:
    """Whether a collection may have had the item more than once: what was put into it may have been loaded there."""
    facts = facts_of(store, item)
    return facts.links.other or (was_saved(facts) and related.relationship.many and item in held(store, related))


def _may_have_other_owners(store: Store, item: ObjectId, related: Related) -> bool:
    name = related.relationship.name
    return any(
        owner not in related.owner and any(edge.attribute == name and edge.target == item for edge in facts.links.maybe)
        for owner, facts in store.instances()
    )


def take_any(store: Store, related: Related, elements: Value) -> None:
    """Some of a collection's elements are removed, which ones is not known."""
    for item in instances_of(store, elements):
        _disconnect(store, item, related.relationship)
    if DELETE_ORPHAN in related.relationship.cascades:
        lose(store, elements)


def forget_unwritten(store: Store) -> None:
    """Collections are expired before they were flushed: what was put into them may have lost its owner."""
    for _owner, facts in store.instances():
        for edge in facts.links.maybe:
            if DELETE_ORPHAN in edge.cascades and was_saved(facts_of(store, edge.target)):
                change_instance(store, edge.target, orphaned, (UNKNOWN,), None, False)


def held(store: Store, related: Related) -> frozenset[ObjectId]:
    """The instances that were put into a relationship of the owner in this function."""
    owners = instances_of(store, related.owner)
    return frozenset(
        edge.target
        for owner in (*owners, *aliases(store, owners))
        for edge in facts_of(store, owner).links.maybe
        if edge.attribute == related.relationship.name
    )


def certain_reference(store: Store, related: Related) -> ObjectId | None:
    """The instance that a reference certainly is."""
    owner = _only(store, related.owner)
    edges = [] if owner is None else _edges(store, owner, related.relationship.name)
    return edges[0].target if len(edges) == 1 else None


def certain_elements(store: Store, related: Related) -> list[ObjectId]:
    """The instances that certainly are in a collection, of which there may be more."""
    owner = _only(store, related.owner)
    return [] if owner is None else [edge.target for edge in _edges(store, owner, related.relationship.name)]


def _edges(store: Store, owner: ObjectId, name: str) -> list[Edge]:
    return [edge for edge in facts_of(store, owner).links.surely if edge.attribute == name]


def never_loads(store: Store, related: Related) -> bool:
    """Whether the owner has no row yet and nothing was put into it that is not seen."""
    owners = instances_of(store, related.owner)
    return len(owners) == len(related.owner) and not any(
        was_saved(facts) or facts.links.other
        for facts in (facts_of(store, item) for item in (*owners, *aliases(store, owners)))
    )


def loads_from(store: Store, related: Related, class_name: str, bases: Iterable[str]) -> ObjectId | None:
    """The session in which all that the relationship loads is persistent; None if that is not known."""
    owners = instances_of(store, related.owner)
    if len(owners) < len(related.owner) or SAVE_UPDATE not in related.relationship.cascades:
        return None
    found: set[ObjectId | None] = set()
    for owner in (*owners, *aliases(store, owners)):
        facts = facts_of(store, owner)
        if facts.links.other:
            return None
        if owner in owners:
            found |= {_persistent_in(known) for known in facts.situations}
    session = found.pop() if len(found) == 1 else None
    known = None if session is None else store.session(session)
    if known is None or known.strays.may_have(class_name, frozenset(bases)):
        return None
    return session


def _persistent_in(situation: object) -> ObjectId | None:
    """The session of a persistent instance."""
    is_persistent = isinstance(situation, Situation) and situation.state is State.PERSISTENT
    return situation.session if is_persistent else None  # type: ignore[attr-defined]
