"""What an operation on one instance does: to it, and weakly to those that may be the same object or follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, join_situations
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import ATTACHED, Followers, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, ObjectId, Unknown, Value, objects
from mypy_session_plugin.semantics.shapes import Collection, Entity, Row, Unseen

#: The shapes of what may be another instance, or hold one.
RELATED = (Entity, Row, Collection, Unseen)
UNATTACHED = (State.TRANSIENT, State.DETACHED)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on one instance.

    `change` maps a situation to what follows, None where the operation raises; `after` is what an instance of unknown
    state is once the operation has not raised; `cascades` says that related instances may follow, `adds` that those do
    of which an attribute is another instance.
    """

    change: Callable[[Situation], Followers | None]
    after: Followers
    event: str
    cascades: bool = False
    adds: bool = False


def may_be_one(store: Store, one: ObjectId, other: ObjectId) -> bool:
    """Whether two abstract instances may stand for the same object."""
    mine, theirs = store.heap[one], store.heap[other]
    if not isinstance(mine, InstanceFacts) or not isinstance(theirs, InstanceFacts):
        return False
    if other in mine.distinct or one in theirs.distinct:
        return False
    if mine.constructed and theirs.constructed and one.site != other.site:
        return False
    return mine.class_name in theirs.bases or theirs.class_name in mine.bases


def operate(store: Store, value: Value, operation: Operation, line: int) -> None:
    """Apply an operation to the instance that an expression gives, and weakly to all that may follow it."""
    targets = [item for item in objects(value) if isinstance(store.heap.get(item), InstanceFacts)]
    certain = len(value) == 1 and len(targets) == 1 and not targets[0].older
    origin = Origin(line, operation.event) if operation.event else None
    others = [(identity, facts) for identity, facts in store.instances() if identity not in targets]
    for target in targets:
        facts = store.heap[target]
        if isinstance(facts, InstanceFacts):
            store.heap[target] = _changed(facts, operation, origin, surely=certain)
    for identity, facts in others:
        is_known = any(may_be_one(store, identity, target) for target in targets)
        if is_known or (UNKNOWN in value and not _is_transient(facts)):
            store.heap[identity] = _changed(facts, operation, origin, surely=False)
        elif operation.cascades and not _is_transient(facts):
            add_unknown(store, [identity], lambda situation: False)
        elif operation.adds and facts.linked:
            add_unknown(store, [identity], lambda situation: situation.state not in UNATTACHED)


def _is_transient(facts: InstanceFacts) -> bool:
    return all(isinstance(item, Situation) and item.state is State.TRANSIENT for item in facts.situations)


def _changed(facts: InstanceFacts, operation: Operation, origin: Origin | None, surely: bool) -> InstanceFacts:
    parts: list[dict[Situation | Unknown, Origin | None]] = [] if surely else [dict(facts.situations)]
    for situation, known in facts.situations.items():
        if isinstance(situation, Situation):
            followers = operation.change(situation) or ()
            parts.append(
                {
                    item: known
                    if isinstance(item, Situation) and (item.state, item.marked) == (situation.state, situation.marked)
                    else origin
                    for item in followers
                }
            )
        elif surely:
            parts.append(dict.fromkeys(operation.after, origin))
    situations = join_situations(parts)
    return facts.with_situations(situations or {UNKNOWN: None})


def add_unknown(store: Store, identities: Iterable[ObjectId], keeps: Callable[[Situation], bool]) -> None:
    """What unknown code may have done: every situation that it can change stands beside the unknown."""
    for identity in identities:
        facts = store.heap.get(identity)
        if isinstance(facts, InstanceFacts) and UNKNOWN not in facts.situations:
            touched = not all(isinstance(item, Situation) and keeps(item) for item in facts.situations)
            if touched:
                store.heap[identity] = facts.with_situations({**facts.situations, UNKNOWN: None})


def link(store: Store, value: Value) -> None:
    """An instance becomes an attribute or element of another: `add()` of that one may take it along (save-update)."""
    add_unknown(store, objects(value), lambda situation: situation.state not in UNATTACHED)


def lose(store: Store, taken: Value) -> None:
    """Instances are taken out of a relationship: the next flush may delete them (`delete-orphan`)."""
    elements = [item for item in objects(taken) if isinstance(store.heap.get(item), InstanceFacts)]
    for identity, facts in store.instances():
        if not _is_transient(facts) and any(
            identity == element or may_be_one(store, identity, element) for element in elements
        ):
            add_unknown(store, [identity], lambda situation: situation.state not in ATTACHED)


def link_owner(store: Store, owner: Value, value: Value, related: bool) -> None:
    """An attribute of `owner` is set; `related` where its type leaves open that it is another instance."""
    given = [store.heap.get(item) for item in objects(value)]
    if not related and not any(isinstance(facts, (InstanceFacts, ContainerFacts)) for facts in given):
        return
    for identity in objects(owner):
        facts = store.heap.get(identity)
        if isinstance(facts, InstanceFacts) and not facts.linked:
            store.heap[identity] = replace(facts, linked=True)
