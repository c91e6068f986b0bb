"""What code that is not seen may do to sessions and instances that it can reach."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from mypy.nodes import Context

from mypy_session_plugin.facts.identities import NO_CONTENT
from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.records import dataclass, field, replace
from mypy_session_plugin.facts.states import ATTACHED, Level, Situation, State
from mypy_session_plugin.facts.store import GLOBALS, Name, Store
from mypy_session_plugin.facts.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    Atom,
    Bound,
    Function,
    Method,
    ObjectId,
    Test,
    Value,
    join,
)
from mypy_session_plugin.semantics import unnoticed, work
from mypy_session_plugin.semantics.cascades import aliases
from mypy_session_plugin.semantics.contents import after_unknown
from mypy_session_plugin.semantics.instances import add_unknown, note_strays, widen_links
from mypy_session_plugin.semantics.loads import doubt
from mypy_session_plugin.semantics.making import note_given
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.transactions import forget

#: The names of functions that say that they take the instance that they are given out of its session.
TAKES_OUT = re.compile("delete|remove|destroy|purge|expunge|detach|evict|transient|clone|rollback|close", re.IGNORECASE)
#: The variable of the analysis that holds the code that somebody was given, who may call it at any time.
LOST = "<lost>"
#: Marks a site at which unknown code ran, as against an assignment.
CALLED = "called"


@dataclass(slots=True)
class Reach:
    """What code that is given some values gets at.

    `objects` through containers, results, closures and partials; `variables` that closures name; `places` that bound
    methods and the arguments of coroutines were read from; `names` of functions and methods.
    """

    objects: set[ObjectId] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    places: set[tuple[str, ...]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def note_place(self, node: object) -> None:
        """An expression whose object the code gets at, where it is an access path."""
        place = place_of(node) if isinstance(node, Context) else None
        if place is not None:
            self.places.add(place)


def reach(store: Store, values: Iterable[Value]) -> Reach:
    """Everything that code given these values gets at."""
    found = Reach()
    waiting = [value for value in values if value is not NOTHING_KNOWN]
    while waiting:
        for atom in waiting.pop():
            waiting.extend(_parts(store, atom, found))
    return found


def _parts(store: Store, atom: Atom, found: Reach) -> Iterable[Value]:
    """The values that an atom leads to; what it is itself is noted."""
    match atom:
        case ObjectId() if atom not in found.objects:
            found.objects.add(atom)
            facts = store.heap.get(atom)
            if isinstance(facts, ContainerFacts):
                return [facts.elements] if facts.related is None else [facts.elements, facts.related.owner]
            if isinstance(facts, InstanceFacts):
                return [frozenset(edge.target for edge in facts.links.maybe)] if facts.links.maybe else []
            return [facts.session, facts.holds] if isinstance(facts, LibraryFacts) else []
        case Function(captured=captured, full_name=full_name, defaults=defaults):
            found.names.add(full_name.rpartition(".")[2])
            new = [name for name in captured if name not in found.variables]
            found.variables.update(new)
            return [*(store.value(name) for name in new), *(value for _name, value in defaults)]
        case Method(receiver=receiver, node=node, name=name):
            found.names.add(name)
            found.note_place(getattr(node, "expr", None))
            return [receiver]
        case Bound(function=function, held=held, call=call):
            for argument in getattr(call, "args", ()):
                found.note_place(argument)
            return [function, *held]
        case Test(about=about):
            return [frozenset(about)]
    return []


def reachable(store: Store, values: Iterable[Value]) -> set[ObjectId]:
    """Every object that code given these values gets at."""
    return reach(store, values).objects


def call_unknown(
    store: Store,
    values: Iterable[Value],
    places: Iterable[tuple[str, ...] | None],
    site: object,
    called: Value = frozenset(),
) -> None:
    """The effects of a call of which nothing is known, given these values and the places that they were read from.

    It may call what was lost before, too; it is itself `called`, a coroutine that is awaited or a manager that is
    entered: nobody keeps that, but what it was given.
    """
    given_values = list(values)
    held = [item for atom in called if isinstance(atom, Bound) for item in atom.held]
    lose_code(store, [*given_values, *held])
    reached = reach(store, [*given_values, called, store.variables.get(LOST, frozenset())])
    below = {place for place in places if place is not None} | reached.places | {(name,) for name in reached.variables}
    given = reached.objects | reachable(store, held_below(store, below))
    after_unknown(store, given)
    given_sessions = {
        item
        for item, facts in store.heap.items()
        if isinstance(facts, SessionFacts)
        and (item in given or _stands_below(item, below) or _is_lent_by(facts, below))
    }
    for session in given_sessions:
        _reach(store, session, whole=session in given)
    shared = work.of_instances(store, given) | given_sessions
    work.share(store, shared)
    unnoticed.reach(store, shared)
    forget(store, _sessions_of(store, given))
    _touch_instances(store, given, given_sessions)
    if any(TAKES_OUT.search(name) for name in reached.names):
        add_unknown(store, given, lambda situation: situation.state not in ATTACHED)
    _touch_containers(store, given)
    for place in sorted(below):
        store.forget_below(place)
        store.disturb(place, (CALLED, site))
    run_unknown(store, site)


def lose_code(store: Store, values: Iterable[Value]) -> None:
    """Somebody gets these values who may call the functions among them, now or later."""
    code = {atom for value in values for atom in _code_in(store, value)}
    if code:
        store.variables[LOST] = join((store.variables.get(LOST, frozenset()), frozenset(code)))


def lost_to_callees(store: Store) -> dict[Name, Value]:
    """What code that somebody was given gets at: a callee cannot name that, and may run the code all the same."""
    found = frozenset[Atom](reachable(store, [store.variables.get(LOST, frozenset())]))
    return {LOST: found} if found else {}


def _code_in(store: Store, value: Value) -> Iterator[Atom]:
    """The functions in a value and in its containers that bring something along."""
    for atom in value:
        if isinstance(atom, (Function, Method, Bound)):
            found = reach(store, [frozenset({atom})])
            if found.objects or found.variables or found.places:
                yield atom
        elif isinstance(atom, ObjectId) and isinstance(facts := store.heap.get(atom), ContainerFacts):
            yield from (inner for inner in facts.elements if isinstance(inner, (Function, Method, Bound)))


def held_below(store: Store, places: Collection[tuple[str, ...]]) -> list[Value]:
    """What the attributes of given objects hold, as far as they were assigned or read here."""
    return [
        value for path, value in store.paths.items() if any(path[:length] in places for length in range(1, len(path)))
    ]


def _sessions_of(store: Store, given: Iterable[ObjectId]) -> set[ObjectId]:
    """The sessions that instances are in: code that has these can ask for them."""
    return {
        situation.session
        for item in given
        if isinstance(facts := store.heap.get(item), InstanceFacts)
        for situation in facts.situations
        if isinstance(situation, Situation) and situation.session is not None
    }


def _is_everywhere(identity: ObjectId, facts: SessionFacts) -> bool:
    """Whether any code may use the session: it has escaped, or is a global or a variable of the function around."""
    place = identity.site[0] if isinstance(identity.site, tuple) and identity.site else ""
    first = place[0] if isinstance(place, tuple) and place else place
    is_global = isinstance(first, str) and "." in first
    return facts.escaped or facts.registry or identity.kind in ("captured", "global") or is_global


def _stands_below(identity: ObjectId, places: set[tuple[str, ...]]) -> bool:
    """Whether a session is what an attribute of a given object held."""
    if identity.kind != "path" or not isinstance(identity.site, tuple):
        return False
    place = identity.site[0]
    return isinstance(place, tuple) and any(place[:length] in places for length in range(1, len(place)))


def _is_lent_by(facts: SessionFacts, places: set[tuple[str, ...]]) -> bool:
    """Whether one of the objects gave the session out: what it does next may close it."""
    lender = facts.lender
    return lender is not None and any(lender[: len(place)] == place[: len(lender)] for place in places)


def escape(store: Store, value: Value) -> None:
    """A value is kept where code that is not seen may find it: the sessions in it are reached by every later call."""
    for identity in reachable(store, [value]):
        facts = store.session(identity)
        if facts is not None and not facts.escaped:
            store.heap[identity] = replace(facts, escaped=True, life=facts.life.given_away())


def escape_all(store: Store) -> None:
    """A session is got at by a way that is not followed: it may be any of those that were made here."""
    for identity in list(store.heap):
        escape(store, frozenset({identity}))


def run_manager(store: Store, manager: Value, places: Iterable[tuple[str, ...]], site: object) -> None:
    """An unknown context manager is entered or left: it may close, or change, every session that it can reach."""
    call_unknown(store, (), places, site, manager)
    for identity in list(store.heap):
        facts = store.session(identity)
        if facts is not None and (facts.escaped or identity.kind == "result"):
            _reach(store, identity, whole=True)
    homeless = [
        identity
        for identity, instance in store.instances()
        if any(isinstance(item, Situation) and item.session is None for item in instance.situations)
    ]
    add_unknown(store, homeless, lambda situation: situation.session is not None or situation.state not in ATTACHED)


def run_unknown(store: Store, site: object) -> None:
    """Unknown code runs, given nothing: it reaches what has escaped, and may assign any global."""
    known = [(key, session) for key in store.heap if (session := store.session(key)) is not None]
    everywhere = [identity for identity, session in known if _is_everywhere(identity, session)]
    forget(store, everywhere)
    unnoticed.reach(store, everywhere)
    reached: list[ObjectId] = []
    for identity, facts in store.instances():
        sessions = {item.session for item in facts.situations if isinstance(item, Situation) and item.session}
        if any(_is_open(store, session) for session in sessions):
            add_unknown(store, [identity], _stays_persistent)
            reached.append(identity)
    doubt(store, reached)
    for identity in list(store.heap):
        if store.session(identity) is not None and _is_open(store, identity):
            note_strays(store, identity)
    for place in [place for place in store.paths if "." in place[0]]:
        del store.paths[place]
    for subject in [subject for subject in store.literals if "." in subject.place[0] or len(subject.place) > 1]:
        del store.literals[subject]
    for name in [name for name in store.variables if isinstance(name, str) and "." in name]:
        if not all(isinstance(atom, ObjectId) and _is_registry(store, atom) for atom in store.variables[name]):
            del store.variables[name]
    work.run_unknown(store)
    store.disturb(GLOBALS, (CALLED, site))
    for identity in [key for key, facts in store.heap.items() if isinstance(facts, SessionFacts) and facts.escaped]:
        _give_away(store, identity)


def give_away(store: Store, values: Iterable[Value]) -> None:
    """Whoever gets these values may end the lives of the sessions that they lead to."""
    for identity in reachable(store, values):
        _give_away(store, identity)


def _give_away(store: Store, session: ObjectId) -> None:
    """Code that has the session may end its life, or use it again."""
    facts = store.session(session)
    if facts is not None and (life := facts.life.given_away()) is not facts.life:
        store.heap[session] = replace(facts, life=life)


def _is_open(store: Store, session: ObjectId) -> bool:
    """Whether unknown code may have the session: only one that was made here and not given away is out of its reach."""
    facts = store.session(session)
    return facts is None or facts.escaped or not facts.made_here


def _is_reached(store: Store, session: ObjectId) -> bool:
    """Whether unknown code is known to have the session."""
    facts = store.session(session)
    return facts is None or facts.escaped


def _is_registry(store: Store, identity: ObjectId) -> bool:
    facts = store.session(identity)
    return facts is not None and facts.registry


def _stays_persistent(situation: Situation) -> bool:
    """What unknown code leaves alone in a session that it can reach but was not given: persistent, or not in it.

    It may roll back what this transaction has inserted.
    """
    if situation.state is not State.PERSISTENT:
        return situation.state not in ATTACHED and situation.new is Level.BEFORE
    return not situation.marked and situation.new in (Level.BEFORE, Level.UNKNOWN)


def _reach(store: Store, session: ObjectId, whole: bool = False) -> None:
    """The session is known to unknown code from now on; what it holds may have been changed in any way.

    A registry is only asked for its session by code that it is given to, unless `whole` says otherwise.
    """
    facts = store.session(session)
    if facts is None:
        return
    life, transaction = facts.life.given_away(), facts.transaction.forgotten()
    is_known = facts.escaped and facts.holds_new and life is facts.life and transaction == facts.transaction
    if not is_known:
        store.heap[session] = replace(facts, escaped=True, holds_new=True, life=life, transaction=transaction)
    note_strays(store, session)
    if facts.registry and not whole:
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
    touched = {item for item in given if isinstance(store.heap.get(item), InstanceFacts)}
    doubt(store, touched)
    others = aliases(store, touched)
    widen_links(store, touched | others)
    # Of what a container holds only the one that was given is touched: its elements are objects of their own.
    touched |= {item for item in others if not item.older}

    def stays(situation: Situation) -> bool:
        session = situation.session
        return (
            situation.state is State.PERSISTENT
            and not situation.marked
            and session is not None
            and session not in given_sessions
            and not _is_reached(store, session)
        )

    add_unknown(store, touched, stays)
    note_given(store, touched)


def write_unknown(store: Store, values: Iterable[Value]) -> None:
    """Code that no stub tells of may write the instances that it is given, and flush."""
    if any(facts.content is not NO_CONTENT for _identity, facts in store.instances()):
        after_unknown(store, reachable(store, values))


def fill_empty(store: Store, values: Iterable[Value]) -> None:
    """Library code that calls nothing of the user's is given containers: it may put something into an empty one."""
    empty = [
        identity
        for identity in reachable(store, values)
        if isinstance(facts := store.heap.get(identity), ContainerFacts) and not facts.elements
    ]
    _touch_containers(store, set(empty))


def _touch_containers(store: Store, given: set[ObjectId]) -> None:
    for identity in given:
        facts = store.heap.get(identity)
        if isinstance(facts, ContainerFacts) and UNKNOWN not in facts.elements and facts.kind != "tuple":
            store.heap[identity] = replace(facts, elements=facts.elements | NOTHING_KNOWN, fixed=None, keys=None)
