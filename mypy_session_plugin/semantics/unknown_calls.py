"""What code that is not seen may do to sessions and instances that it can reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts, references
from mypy_session_plugin.facts.states import ATTACHED, Situation, State
from mypy_session_plugin.facts.store import GLOBALS, Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, UNKNOWN, Function, ObjectId, Value
from mypy_session_plugin.semantics.instances import add_unknown

#: Marks a site at which unknown code ran, as against an assignment.
CALLED = "called"


def reachable(store: Store, values: Iterable[Value]) -> set[ObjectId]:
    """Every object that code given these values gets at: through containers, results, closures and partials."""
    found: set[ObjectId] = set()
    waiting = [item for value in values for item in _named_by(store, value)]
    while waiting:
        identity = waiting.pop()
        if identity in found:
            continue
        found.add(identity)
        facts = store.heap.get(identity)
        if isinstance(facts, (ContainerFacts, LibraryFacts)):
            waiting.extend(facts.references())
    return found


def _named_by(store: Store, value: Value) -> Iterable[ObjectId]:
    yield from references(value)
    for atom in value:
        if isinstance(atom, Function):
            for variable in atom.captured:
                yield from references(store.value(variable))


def call_unknown(store: Store, values: Iterable[Value], places: Iterable[tuple[str, ...] | None], site: object) -> None:
    """The effects of a call of which nothing is known, given these values and the places that they were read from."""
    given = reachable(store, values)
    given_sessions = {item for item in given if isinstance(store.heap.get(item), SessionFacts)}
    for session in given_sessions:
        _reach(store, session)
    _touch_instances(store, given, given_sessions)
    _touch_containers(store, given)
    for place in places:
        if place is not None:
            store.forget_below(place)
            store.disturb(place, (CALLED, site))
    run_unknown(store, site)


def run_unknown(store: Store, site: object) -> None:
    """Unknown code runs, given nothing: it reaches what has escaped, and may assign any global."""
    for identity, facts in store.instances():
        sessions = {item.session for item in facts.situations if isinstance(item, Situation) and item.session}
        if any(_is_open(store, session) for session in sessions):
            add_unknown(store, [identity], _stays_persistent)
    for place in [place for place in store.paths if "." in place[0]]:
        del store.paths[place]
    for subject in [subject for subject in store.literals if "." in subject.place[0] or len(subject.place) > 1]:
        del store.literals[subject]
    for name in [name for name in store.variables if isinstance(name, str) and "." in name]:
        if not all(isinstance(atom, ObjectId) and _is_registry(store, atom) for atom in store.variables[name]):
            del store.variables[name]
    store.disturb(GLOBALS, (CALLED, site))


def _is_open(store: Store, session: ObjectId) -> bool:
    facts = store.session(session)
    return facts is None or facts.escaped


def _is_registry(store: Store, identity: ObjectId) -> bool:
    facts = store.session(identity)
    return facts is not None and facts.registry


def _stays_persistent(situation: Situation) -> bool:
    """What unknown code leaves alone in a session that it can reach but was not given: persistent, or not in it."""
    return situation.state not in ATTACHED or (situation.state is State.PERSISTENT and not situation.marked)


def _reach(store: Store, session: ObjectId) -> None:
    """The session is known to unknown code from now on; what it holds may have been changed in any way."""
    facts = store.session(session)
    if facts is None:
        return
    store.heap[session] = replace(facts, escaped=True, holds_new=True)
    if facts.registry:
        return
    members = [
        identity
        for identity, instance in store.instances()
        if any(
            isinstance(item, Situation) and item.session in (session, None) and item.state in ATTACHED
            for item in instance.situations
        )
    ]
    add_unknown(store, members, lambda situation: False)


def _touch_instances(store: Store, given: set[ObjectId], given_sessions: set[ObjectId]) -> None:
    """An instance given alone may be added, written and flushed; with its session, or a registry's, anything."""
    for identity in given:
        facts = store.heap.get(identity)
        if not isinstance(facts, InstanceFacts):
            continue

        def stays(situation: Situation) -> bool:
            session = situation.session
            return (
                situation.state is State.PERSISTENT
                and not situation.marked
                and session is not None
                and session not in given_sessions
                and not _is_open(store, session)
            )

        add_unknown(store, [identity], stays)


def _touch_containers(store: Store, given: set[ObjectId]) -> None:
    for identity in given:
        facts = store.heap.get(identity)
        if isinstance(facts, ContainerFacts) and UNKNOWN not in facts.elements and facts.kind != "tuple":
            store.heap[identity] = replace(facts, elements=facts.elements | NOTHING_KNOWN, fixed=None, keys=None)
