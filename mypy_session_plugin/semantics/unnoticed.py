"""Writes of which no session takes notice, from the moment they are made until the function is left.

A variable of the analysis holds them, one for each way that led here: a join keeps all, so that at the end each of them
tells what has come of the write on its way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from mypy.nodes import Context

from mypy_session_plugin.facts.objects import InstanceFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.unnoticed import Cause, Notice
from mypy_session_plugin.facts.values import ObjectId, Unnoticed, Value, objects
from mypy_session_plugin.semantics.events import UnnoticedEvent

#: The variable that holds the writes.
UNNOTICED = "<unnoticed>"
#: What a commit passes over, and what an author may take back.
OF_A_SESSION = frozenset({Cause.BACKREF, Cause.IN_PLACE})
#: On the ways that end like this the write is lost.
LOST = frozenset({Notice.UNREAD, Notice.PASSED})


def writes_in(store: Store) -> list[Unnoticed]:
    """The writes of this path state."""
    held = store.variables.get(UNNOTICED)
    return [atom for atom in held if isinstance(atom, Unnoticed)] if held else []


def note(store: Store, write: Unnoticed) -> None:
    """A write is made; what came of the same statement in an earlier turn of a loop is told by the later one too."""
    store.variables[UNNOTICED] = store.variables.get(UNNOTICED, frozenset()) | {write}


def change(store: Store, changed: Callable[[Unnoticed], Unnoticed | None]) -> None:
    """Change what has come of the writes; None forgets one."""
    before = store.variables.get(UNNOTICED)
    if before:
        after = [changed(atom) if isinstance(atom, Unnoticed) else atom for atom in before]
        store.variables[UNNOTICED] = frozenset(atom for atom in after if atom is not None)


def settled(write: Unnoticed) -> Unnoticed:
    """The write after somebody may have dealt with it; what a commit has passed over in place is lost for good."""
    if write.cause is Cause.IN_PLACE and write.notice is Notice.PASSED:
        return write
    return Unnoticed(write.node, write.cause, Notice.SETTLED, write.instance, write.session, write.origin)


def reach(store: Store, sessions: Collection[ObjectId]) -> None:
    """Code that is not seen has these sessions, and finds in them what refers to the instance."""

    def changed(write: Unnoticed) -> Unnoticed:
        return settled(write) if not objects(write.session).isdisjoint(sessions) else write

    change(store, changed)


def committed(store: Store, session: Value, line: int) -> None:
    """A session is committed: what it did not notice by then is not written."""

    def changed(write: Unnoticed) -> Unnoticed:
        if write.session != session or write.notice in (Notice.SETTLED, Notice.PASSED):
            return write
        if write.cause is Cause.BACKREF and not are_transient(store, write.instance):
            return settled(write)
        origin = Origin(line, "committed")
        return Unnoticed(write.node, write.cause, Notice.PASSED, write.instance, write.session, origin)

    if len(session) == 1 and not any(item.older for item in objects(session)):
        change(store, changed)


def taken_back(store: Store, session: Value) -> None:
    """The author takes back what was done in a session, which no later commit can pass over."""

    def changed(write: Unnoticed) -> Unnoticed:
        of_session = write.cause in OF_A_SESSION and (not session or not objects(write.session).isdisjoint(session))
        return settled(write) if of_session else write

    change(store, changed)


def interrupted(store: Store) -> None:
    """An exception was caught: what was written before it was perhaps given up on purpose."""
    kept = (Notice.SETTLED, Notice.PASSED, Notice.MADE)
    change(store, lambda write: write if write.notice in kept else None)


def are_transient(store: Store, instance: Value) -> bool:
    """Whether these instances are certainly in no session and have no row."""
    facts = [store.heap.get(item) for item in objects(instance)]
    return bool(facts) and all(
        isinstance(item, Situation) and item.state is State.TRANSIENT
        for known in facts
        for item in (known.situations if isinstance(known, InstanceFacts) else (None,))
    )


def told(store: Store) -> Iterator[UnnoticedEvent]:
    """The function is left: what has come of each write on the ways that led here."""
    by_node: dict[object, list[Unnoticed]] = {}
    for write in writes_in(store):
        if write.notice is not Notice.MADE:
            by_node.setdefault(write.node, []).append(write)
    for node, writes in by_node.items():
        lost = all(write.notice in LOST for write in writes)
        if lost and writes[0].cause is Cause.BACKREF:
            lost = all(are_transient(store, write.instance) for write in writes)
        origins = sorted(write.origin for write in writes if write.origin is not None)
        if isinstance(node, Context):
            passed = all(write.notice is Notice.PASSED for write in writes)
            instance = frozenset().union(*(write.instance for write in writes))
            yield UnnoticedEvent(node, writes[0].cause, instance, lost, passed, origins[0] if origins else None)
