"""Which sessions are certainly two, and whether one that is nobody else's is still alive.

Different are two constructions; a construction and what was there before it; two parameters of one function; two
attributes that only a constructor assigns, from two of its parameters.  Of parameters that is an assumption, which
does not hold for code that compares them, for those that a framework fills in, which gives one dependency to several,
nor for an AsyncSession and a Session, which may be its own.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy_session_plugin.facts.identities import SessionIdentity
from mypy_session_plugin.facts.objects import SessionFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, ObjectId, Value, objects


def are_different(store: Store, one: ObjectId, other: ObjectId) -> bool:
    """Whether two abstract sessions never stand for one."""
    mine, theirs = store.session(one), store.session(other)
    if mine is None or theirs is None or one == other:
        return False
    if mine.made_here and theirs.made_here:
        return one.site != other.site or one.older != other.older
    if mine.made_here or theirs.made_here:
        made, place, present = (mine, other, theirs) if mine.made_here else (theirs, one, mine)
        return not made.escaped or _is_of_the_entry(place, present)
    if mine.identity.compared or theirs.identity.compared or _kind(mine) != _kind(theirs):
        return False
    if mine.parameter and theirs.parameter:
        return True
    return _are_given_apart(one, mine.identity.given_as, other, theirs.identity.given_as)


def _is_of_the_entry(identity: ObjectId, facts: SessionFacts) -> bool:
    """Whether a session was there when the function began; that of a registry is another one at each call."""
    if facts.registry:
        return False
    site = identity.site
    read_first = identity.kind == "path" and isinstance(site, tuple) and len(site) == 2 and site[1] == frozenset()
    return facts.parameter or read_first


def _kind(facts: SessionFacts) -> tuple[bool, bool]:
    return facts.registry, "asyncio" in facts.class_name


def _are_given_apart(one: ObjectId, mine: str | None, other: ObjectId, theirs: str | None) -> bool:
    """Whether two attributes of one object were two parameters of its constructor."""
    if mine is None or theirs is None or mine == theirs:
        return False
    return _owner(one) == _owner(other) is not None


def _owner(identity: ObjectId) -> object:
    place = identity.site[0] if isinstance(identity.site, tuple) else None
    return place[:-1] if isinstance(place, tuple) else None


def is_held(store: Store, session: ObjectId | None) -> bool:
    """Whether a session is certainly alive: its owner is outside, or a variable keeps it.

    What the garbage collector takes leaves its instances detached.
    """
    facts = None if session is None else store.session(session)
    return (
        session is not None
        and facts is not None
        and (not facts.made_here or (facts.identity.held and not session.older))
    )


def keep_sessions(store: Store, variable: str, value: Value, holders: set[str]) -> None:
    """A session lives as long as the variable that holds it; `holders` are the variables that have held one."""
    if value is not NOTHING_KNOWN and hold(store, variable, value):
        holders.add(variable)
    if variable in holders:
        let_go(store, variable, value)


def hold(store: Store, variable: str, value: Value) -> bool:
    """A variable is given a value: it keeps the session that this is alive; tell whether it is one."""
    name = variable.rpartition(".")[2]
    found = [(identity, facts) for identity in objects(value) if (facts := store.session(identity)) is not None]
    for identity, facts in found:
        if not facts.name:
            facts = store.heap[identity] = replace(facts, name=name)
        if facts.made_here and len(value) == 1 and facts.name == name:
            _change(store, identity, lambda known: replace(known, held=True))
    return bool(found)


def let_go(store: Store, variable: str, value: Value) -> None:
    """A variable that held a session is given something else."""
    name, kept = variable.rpartition(".")[2], objects(value)
    for identity, facts in list(store.heap.items()):
        is_held_by_it = isinstance(facts, SessionFacts) and facts.name == name and facts.identity.held
        if is_held_by_it and identity not in kept:
            _change(store, identity, lambda known: replace(known, held=False))


def note_use(store: Store, session: Value) -> None:
    """An operation of a session may have put something into it."""
    for identity in objects(session):
        facts = store.session(identity)
        if facts is not None and facts.identity.fresh:
            _change(store, identity, lambda known: replace(known, fresh=False))


def is_fresh(store: Store, session: Value) -> bool:
    """Whether nothing can be in a session."""
    only = next(iter(session)) if len(session) == 1 else None
    facts = store.session(only) if isinstance(only, ObjectId) else None
    return facts is not None and facts.identity.fresh and not facts.escaped


def note_likeness(store: Store, *values: Value) -> None:
    """Sessions may be what another parameter is: the author compares them, or a framework fills them in."""
    for value in values:
        for identity in objects(value):
            facts = store.session(identity)
            if facts is not None and not facts.identity.compared:
                _change(store, identity, lambda known: replace(known, compared=True))


def note_attribute(store: Store, value: Value, given_as: str) -> None:
    """A session was read from an attribute that only the constructor assigns, from this parameter."""
    for identity in objects(value):
        facts = store.session(identity)
        if facts is not None and facts.identity.given_as != given_as:
            _change(store, identity, lambda known: replace(known, given_as=given_as))


def _change(store: Store, identity: ObjectId, change: Callable[[SessionIdentity], SessionIdentity]) -> None:
    facts = store.session(identity)
    if facts is not None:
        store.heap[identity] = replace(facts, identity=change(facts.identity))
