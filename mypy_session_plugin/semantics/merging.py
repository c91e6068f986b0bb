"""What `merge()` does beside its result: the copy's relationships become those of the instance that was given."""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.links import DELETE_ORPHAN
from mypy_session_plugin.facts.objects import InstanceFacts
from mypy_session_plugin.facts.states import Followers, Situation, State, orphaned
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, ObjectId, Value, objects
from mypy_session_plugin.semantics.cascades import MERGE, aliases, is_transient, reached, was_saved
from mypy_session_plugin.semantics.instances import change_instance, facts_of, widen_links


def copy(store: Store, given: Iterable[Value], result: Value) -> None:
    """Instances are merged: the copies hold copies of what they hold, and may have lost what these do not hold."""
    merged = {item for value in given for item in objects(value)}
    copies = {item for item in _elements(store, result) if item not in merged}
    widen_links(store, copies | {item for item in aliases(store, copies) if not is_transient(facts_of(store, item))})
    if copies:
        widen_links(store, _shared(store, merged))
    for item in merged if copies else ():
        facts = store.heap.get(item)
        if isinstance(facts, InstanceFacts) and (was_saved(facts) or facts.links.maybe or facts.links.other):
            _orphan(store, facts)


def _shared(store: Store, merged: set[ObjectId]) -> list[ObjectId]:
    """The instances that the merged ones hold and that may be copies of themselves: now the copies hold them too."""
    held = reached(store, dict.fromkeys(merged, False), MERGE)
    return [item for item, facts in store.instances() if was_saved(facts) and (item in held.instances or held.anywhere)]


def _elements(store: Store, value: Value) -> set[ObjectId]:
    """The instances that a value is."""
    return {item for item in objects(value) if isinstance(store.heap.get(item), InstanceFacts)}


def _orphan(store: Store, facts: InstanceFacts) -> None:
    """Persistent instances that the merged collection lacks are orphans."""
    classes = None if facts.cascades is None else facts.cascades.of(DELETE_ORPHAN)
    if classes is None:
        return
    for identity, theirs in store.instances():
        if was_saved(theirs) and classes.may_have(theirs.class_name, theirs.bases):
            change_instance(store, identity, _perhaps_orphaned, (UNKNOWN,), None, False)


def _perhaps_orphaned(situation: Situation) -> Followers:
    return orphaned(situation) if situation.state is State.PERSISTENT else (situation,)
