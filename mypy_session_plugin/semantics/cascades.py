"""Which instances an operation on one of them takes along, and what becomes of these.

Instances that were linked in this function are followed along their edges.  Beside them, whatever was loaded from the
database may stand in a loaded relationship of another such instance: all of the classes to which the mapping leads may
follow.  See https://docs.sqlalchemy.org/en/20/orm/cascades.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mypy_session_plugin.facts.links import DELETE_ORPHAN, Edge
from mypy_session_plugin.facts.objects import InstanceFacts
from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.facts.states import ATTACHED, UNSAVED, Followers, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, ObjectId

SAVE_UPDATE = "save-update"
MERGE = "merge"
DELETE = "delete"
EXPUNGE = "expunge"
REFRESH_EXPIRE = "refresh-expire"
#: What the stubs' `@cascades` takes.
KINDS = (SAVE_UPDATE, MERGE, DELETE, EXPUNGE, REFRESH_EXPIRE)


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


def aliases(store: Store, instances: Iterable[ObjectId]) -> set[ObjectId]:
    """The other instances that may be one of these."""
    given = set(instances)
    return {
        identity
        for identity, _facts in store.instances()
        if identity not in given and any(may_be_one(store, identity, item) for item in given)
    }


def was_saved(facts: InstanceFacts) -> bool:
    """Whether the instance may have a row, so that loaded relationships may hold it, and it loaded ones."""
    return not facts.constructed or not all(
        isinstance(item, Situation) and item.state in UNSAVED for item in facts.situations
    )


@dataclass(slots=True)
class Reached:
    """What a cascade reaches: `instances` each with whether it surely does; `anywhere` if its way is not known."""

    instances: dict[ObjectId, bool] = field(default_factory=dict)
    anywhere: bool = False


def reached(store: Store, roots: dict[ObjectId, bool], kind: str) -> Reached:
    """All that a cascade from these instances reaches, themselves not; `roots` say which surely begin it."""
    facts = [facts for _identity, facts in store.instances()]
    linked = any(item.links.maybe for item in facts)
    if kind == SAVE_UPDATE and not linked and not any(map(_may_return, facts)):
        return Reached()
    walk = _Walk(store, kind, linked, dict(roots))
    waiting = list(roots)
    while waiting:
        walk.leave(waiting.pop(), waiting)
    return Reached({item: surely for item, surely in walk.best.items() if item not in roots}, walk.anywhere)


@dataclass(slots=True)
class _Walk:
    store: Store
    kind: str
    linked: bool
    best: dict[ObjectId, bool]
    anywhere: bool = False
    entered: set[ObjectId] = field(default_factory=set)

    def leave(self, identity: ObjectId, waiting: list[ObjectId]) -> None:
        """Visit all that may be one step further."""
        facts = self.store.heap.get(identity)
        if not isinstance(facts, InstanceFacts):
            return
        for edge in facts.links.maybe:
            if self.kind in edge.cascades:
                surely = self.best[identity] and edge in facts.links.surely and not edge.target.older
                self._enter(edge.target, surely, waiting)
        if identity in self.entered:
            return
        self.entered.add(identity)
        for other, theirs in self.store.instances():
            differs = self.linked or theirs.class_name != facts.class_name
            if differs and other != identity and may_be_one(self.store, identity, other):
                self._enter(other, False, waiting)
        if was_saved(facts):
            self._enter_loaded(facts, identity, waiting)

    def _enter(self, target: ObjectId, surely: bool, waiting: list[ObjectId]) -> None:
        facts = self.store.heap.get(target)
        if not isinstance(facts, InstanceFacts):
            return
        if self.kind == SAVE_UPDATE:
            attached = [isinstance(item, Situation) and item.state in ATTACHED for item in facts.situations]
            if all(attached):
                return
            surely = surely and not any(attached)
        if target in self.best and self.best[target] >= surely:
            return
        self.best[target] = surely
        waiting.append(target)

    def _enter_loaded(self, facts: InstanceFacts, identity: ObjectId, waiting: list[ObjectId]) -> None:
        classes = None if facts.cascades is None else facts.cascades.of(self.kind)
        if classes is None:
            self.anywhere = True
            return
        for other, theirs in self.store.instances():
            if other != identity and was_saved(theirs) and classes.may_have(theirs.class_name, theirs.bases):
                self._enter(other, False, waiting)


def surely_added_with(
    store: Store, root: ObjectId, is_contained: Callable[[ObjectId], bool]
) -> Iterator[tuple[tuple[str, ...], ObjectId]]:
    """The instances that `add()` of one surely takes along: how the attributes lead there, and the instance.

    The cascade ends where `is_contained` tells that the session may have the instance already.
    """
    waiting: list[tuple[tuple[str, ...], ObjectId]] = [((), root)]
    seen = {root}
    while waiting:
        path, identity = waiting.pop(0)
        facts = store.heap.get(identity)
        for edge in sorted(facts.links.surely, key=repr) if isinstance(facts, InstanceFacts) else ():
            if SAVE_UPDATE not in edge.cascades or edge.target in seen or edge.target.older:
                continue
            seen.add(edge.target)
            if not is_contained(edge.target):
                waiting.append(((*path, edge.attribute), edge.target))
                yield (*path, edge.attribute), edge.target


def _may_return(facts: InstanceFacts) -> bool:
    """Whether the instance is out of its session, into which loaded relationships may take it back."""
    return any(not isinstance(item, Situation) or item.state is State.DETACHED for item in facts.situations)


def cascaded(kind: str, change: Callable[[Situation], Followers | None]) -> Callable[[Situation], Followers]:
    """What the operation `change` makes of an instance that it reaches by a cascade."""

    def follow(situation: Situation) -> Followers:
        if kind == SAVE_UPDATE:
            return (situation,) if situation.state in ATTACHED else change(situation) or (situation,)
        if kind == REFRESH_EXPIRE:
            return (Situation(State.TRANSIENT),) if situation.state is State.PENDING else (situation,)
        return change(situation) or (situation,)

    return follow


def only_expendable(store: Store, roots: Iterable[ObjectId], found: Reached) -> dict[ObjectId, bool]:
    """Of what a refresh or expire reaches, the pending instances that it takes out: along `delete-orphan` alone."""
    edges: set[Edge] = set()
    for identity in (*roots, *found.instances):
        facts = store.heap.get(identity)
        edges |= facts.links.maybe if isinstance(facts, InstanceFacts) else set()
    leading = {edge.target: DELETE_ORPHAN in edge.cascades for edge in sorted(edges, key=_cascade_order)}
    return {item: surely for item, surely in found.instances.items() if leading.get(item, True)}


def _cascade_order(edge: Edge) -> bool:
    return DELETE_ORPHAN in edge.cascades


def is_unattached(situation: Situation) -> bool:
    """Whether an instance that stands so is in no session."""
    return situation.state not in ATTACHED


def is_transient(facts: InstanceFacts) -> bool:
    """Whether the instance is certainly transient."""
    return UNKNOWN not in facts.situations and all(
        isinstance(item, Situation) and item.state is State.TRANSIENT for item in facts.situations
    )
