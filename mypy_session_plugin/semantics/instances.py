"""What an operation on one instance does: to it, and weakly to those that may be the same object or follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mypy_session_plugin.facts.identities import NO_CONTENT
from mypy_session_plugin.facts.links import ANY_STRAYS, strays_of
from mypy_session_plugin.facts.objects import InstanceFacts, SessionFacts, join_situations
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.states import ATTACHED, UNSAVED, Followers, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, ObjectId, Unknown, Value, objects
from mypy_session_plugin.semantics.cascades import (
    DELETE,
    EXPUNGE,
    REFRESH_EXPIRE,
    SAVE_UPDATE,
    aliases,
    cascaded,
    is_transient,
    is_unattached,
    may_be_one,
    only_expendable,
    reached,
)
from mypy_session_plugin.semantics.shapes import Collection, Entity, Row, Unseen

#: The shapes of what may be another instance, or hold one.
RELATED = (Entity, Row, Collection, Unseen)
#: States of an instance that a relationship of a persistent one does not give out.
_STRAY = (State.TRANSIENT, State.DETACHED, State.DELETED)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on one instance.

    `change` maps a situation to what follows, None where the operation raises; `after` is what an instance of unknown
    state is once the operation has not raised; `cascades` says that related instances may follow in a way that is not
    known, `cascade` along which relationships they do.
    """

    change: Callable[[Situation], Followers | None]
    after: Followers
    event: str
    cascades: bool = False
    cascade: str | None = None


def operate(store: Store, value: Value, operation: Operation, line: int) -> None:
    """Apply an operation to the instance that an expression gives, and weakly to all that may follow it."""
    targets = [item for item in objects(value) if isinstance(store.heap.get(item), InstanceFacts)]
    certain = len(value) == 1 and len(targets) == 1 and not targets[0].older
    origin = Origin(line, operation.event) if operation.event else None
    related = aliases(store, targets)
    if UNKNOWN in value:
        related |= {identity for identity, facts in store.instances() if not is_transient(facts)}
    roots = dict.fromkeys(related, False) | dict.fromkeys(targets, certain)
    followers = _followers(store, roots, operation)
    for target, surely in roots.items():
        change_instance(store, target, operation.change, operation.after, origin, surely)
    follow = cascaded(operation.cascade or "", operation.change)
    for identity, surely in followers.items():
        change_instance(store, identity, follow, (UNKNOWN,), origin, surely)
    if operation.cascade not in (SAVE_UPDATE, REFRESH_EXPIRE) and UNKNOWN in value and _takes_out(operation):
        note_strays(store, None)


def _takes_out(operation: Operation) -> bool:
    return any(isinstance(item, Situation) and (item.marked or item.state in _STRAY) for item in operation.after)


def _followers(store: Store, roots: dict[ObjectId, bool], operation: Operation) -> dict[ObjectId, bool]:
    """The instances that follow by a cascade; of those that follow in unknown ways the unknown is noted at once."""
    if operation.cascade is None and not operation.cascades:
        return {}
    found = reached(store, roots, operation.cascade) if operation.cascade is not None else None
    instances = {} if found is None else found.instances
    if operation.cascade == REFRESH_EXPIRE and found is not None:
        instances = only_expendable(store, roots, found)
    others = [identity for identity, facts in store.instances() if identity not in roots and identity not in instances]
    if operation.cascade == SAVE_UPDATE:
        is_open = found is not None and found.anywhere
        loose = [item for item in others if _is_linked(store, item) or (is_open and _may_be_loaded(store, item))]
        add_unknown(store, loose, lambda situation: situation.state in ATTACHED)
    elif operation.cascade == REFRESH_EXPIRE and found is not None and found.anywhere:
        add_unknown(store, others, lambda situation: situation.state is not State.PENDING)
    elif operation.cascades or (operation.cascade in (DELETE, EXPUNGE) and found is not None and found.anywhere):
        moving = [item for item in others if not is_transient(facts_of(store, item))]
        add_unknown(store, moving, lambda situation: False)
        note_strays(store, None)
    return instances


def facts_of(store: Store, identity: ObjectId) -> InstanceFacts:
    """The facts of what is known to be an instance."""
    facts = store.heap[identity]
    assert isinstance(facts, InstanceFacts)
    return facts


def _is_linked(store: Store, identity: ObjectId) -> bool:
    return facts_of(store, identity).links.other


def _may_be_loaded(store: Store, identity: ObjectId) -> bool:
    """Whether an instance out of its session may still stand in the relationships of others."""
    return any(
        isinstance(item, Situation) and item.state is State.DETACHED for item in facts_of(store, identity).situations
    )


def change_instance(
    store: Store,
    identity: ObjectId,
    change: Callable[[Situation], Followers | None],
    after: Followers,
    origin: Origin | None,
    surely: bool,
) -> None:
    """One instance changes, or may have changed; `after` is what follows the unknown."""
    facts = store.heap[identity]
    if not isinstance(facts, InstanceFacts):
        return
    parts: list[dict[Situation | Unknown, Origin | None]] = [] if surely else [dict(facts.situations)]
    for situation, known in facts.situations.items():
        if isinstance(situation, Situation):
            followers = change(situation) or ()
            parts.append({item: known if _stands_alike(item, situation) else origin for item in followers})
            if any(_strays(item) for item in followers) and not _strays(situation):
                note_strays(store, situation.session, facts)
        elif surely:
            parts.append(dict.fromkeys(after, origin))
    situations = join_situations(parts)
    store.heap[identity] = _without_content(facts.with_situations(situations or {UNKNOWN: None}))


def _without_content(facts: InstanceFacts) -> InstanceFacts:
    """A transient instance stands for no row; of another one it is not certain that the operation left it dirty."""
    content = facts.content
    if content is NO_CONTENT:
        return facts
    new = any(isinstance(item, Situation) and item.state in UNSAVED for item in facts.situations)
    return replace(facts, content=NO_CONTENT if new else replace(content, dirty=False))


def _stands_alike(item: Situation | Unknown, before: Situation) -> bool:
    return isinstance(item, Situation) and (item.state, item.marked) == (before.state, before.marked)


def _strays(item: Situation | Unknown) -> bool:
    return not isinstance(item, Situation) or item.marked or item.state in _STRAY


def note_strays(store: Store, session: ObjectId | None, facts: InstanceFacts | None = None) -> None:
    """An instance leaves a session or is to be deleted: relationships of others in it may still have it.

    Without `session` it may be any session, without `facts` any instance.
    """
    strays = ANY_STRAYS if facts is None else strays_of(facts.class_name, facts.bases)
    for identity, known in list(store.heap.items()):
        if isinstance(known, SessionFacts) and session in (None, identity):
            joined = known.strays.join(strays)
            if joined is not known.strays:
                store.heap[identity] = replace(known, strays=joined)


def add_unknown(store: Store, identities: Iterable[ObjectId], keeps: Callable[[Situation], bool]) -> None:
    """What unknown code may have done: every situation that it can change stands beside the unknown."""
    for identity in identities:
        facts = store.heap.get(identity)
        if isinstance(facts, InstanceFacts) and UNKNOWN not in facts.situations:
            touched = not all(isinstance(item, Situation) and keeps(item) for item in facts.situations)
            if touched:
                store.heap[identity] = facts.with_situations({**facts.situations, UNKNOWN: None})


def widen_links(store: Store, identities: Iterable[ObjectId]) -> None:
    """These instances may have been linked with any others, in ways that are not seen."""
    for identity in identities:
        facts = store.heap.get(identity)
        if isinstance(facts, InstanceFacts) and facts.links != facts.links.widened():
            store.heap[identity] = replace(facts, links=facts.links.widened())


def weaken_links(store: Store) -> None:
    """A transaction or a session has ended: what stands in relationships is loaded anew."""
    for identity, facts in store.instances():
        if facts.links.surely:
            store.heap[identity] = replace(facts, links=facts.links.weakened())


def link(store: Store, value: Value) -> None:
    """An instance becomes a part of what is not known: `add()` of that may take it along (save-update)."""
    add_unknown(store, objects(value), lambda situation: situation.state in ATTACHED)
    widen_links(store, {*objects(value), *aliases(store, instances_of(store, value))})


def instances_of(store: Store, value: Value) -> list[ObjectId]:
    """The instances that a value may be."""
    return [item for item in objects(value) if isinstance(store.heap.get(item), InstanceFacts)]


def facts_in(store: Store, value: Value) -> list[InstanceFacts]:
    """The facts of the instances that a value may be."""
    return [facts for item in objects(value) if isinstance(facts := store.heap.get(item), InstanceFacts)]


def lose(store: Store, taken: Value) -> None:
    """Instances are taken out of a relationship: the next flush may delete them (`delete-orphan`)."""
    elements = instances_of(store, taken)
    for identity, facts in store.instances():
        if not is_transient(facts) and any(
            identity == element or may_be_one(store, identity, element) for element in elements
        ):
            note_strays(store, None, facts)
            add_unknown(store, [identity], is_unattached)
    for element in elements:
        note_strays(store, None, facts_of(store, element))
    if UNKNOWN in taken:
        note_strays(store, None)
