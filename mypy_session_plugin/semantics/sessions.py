"""Which session is which, and what an operation on a whole session does to its instances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from mypy_session_plugin.facts.effects import Effect, When
from mypy_session_plugin.facts.objects import (
    EVERY_METHOD,
    InstanceFacts,
    LibraryFacts,
    SessionFacts,
    Situations,
    join_situations,
)
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import (
    ATTACHED,
    Followers,
    Level,
    Situation,
    State,
    moved,
    savepoint_entered,
    savepoint_left,
    transaction_ended,
)
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, ObjectId, Unknown, Value, objects
from mypy_session_plugin.semantics.factories import FACTORY_CLASSES, NOT_KNOWN, Setting, boolean_setting
from mypy_session_plugin.semantics.identities import are_different

FLUSH: Mapping[str, State] = {"pending": State.PERSISTENT, "marked": State.DELETED}
#: What a flush that fails leaves behind: the session has rolled back.
FAILED_FLUSH: Mapping[str, State] = {
    "new": State.TRANSIENT,
    "pending": State.TRANSIENT,
    "marked": State.PERSISTENT,
    "deleted": State.PERSISTENT,
}


class Relation(Enum):
    """Whether two sessions are one."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


def relation(store: Store, session: ObjectId | None, value: Value) -> Relation:
    """Whether the session of an instance is the one that an expression gives."""
    if session is None or not value:
        return Relation.UNKNOWN
    if value == {session}:
        return Relation.UNKNOWN if session.older else Relation.SAME
    if session in value:
        return Relation.UNKNOWN
    different = all(isinstance(atom, ObjectId) and are_different(store, session, atom) for atom in value)
    return Relation.DIFFERENT if different else Relation.UNKNOWN


def is_elsewhere(store: Store, situation: Situation, value: Value) -> bool:
    """Whether an instance is in a session that is certainly not the one that an expression gives."""
    return situation.state in ATTACHED and relation(store, situation.session, value) is Relation.DIFFERENT


def _map(facts: InstanceFacts, change: Callable[[Situation], Followers], origin: Origin | None) -> Situations | None:
    """The situations after a change of each, None if none has changed; a new one has the change as its origin."""
    result: list[dict[Situation | Unknown, Origin | None]] = []
    same = True
    for situation, known in facts.situations.items():
        followers = change(situation) if isinstance(situation, Situation) else (situation,)
        if len(followers) == 1 and followers[0] == situation:
            result.append({situation: known})
        elif isinstance(situation, Situation):
            same = False
            result.append({item: _origin(situation, item, known, origin) for item in followers})
    return None if same else join_situations(result)


def _origin(
    before: Situation, after: Situation | Unknown, known: Origin | None, origin: Origin | None
) -> Origin | None:
    same_state = isinstance(after, Situation) and (before.state, before.marked) == (after.state, after.marked)
    return known if same_state else origin


def change_members(
    store: Store, session: Value, change: Callable[[Situation], Followers], origin: Origin | None, surely: bool = True
) -> None:
    """Apply a change to every instance in a session.

    Instances of a session that may be another one keep their situation beside the unknown; with `surely` unset the
    change itself is only possible, and they keep it beside the changed one.
    """

    def changed(situation: Situation) -> Followers:
        if situation.session is None and situation.state in (State.TRANSIENT, State.DETACHED):
            return (situation,)
        followers = change(situation)
        if followers == (situation,):
            return followers
        match relation(store, situation.session, session):
            case Relation.DIFFERENT:
                return (situation,)
            case Relation.UNKNOWN:
                return (situation, UNKNOWN)
            case _:
                return followers if surely else (situation, *followers)

    for identity, facts in store.instances():
        situations = _map(facts, changed, origin)
        if situations is not None:
            store.heap[identity] = facts.with_situations(situations)


def move_members(
    store: Store,
    session: Value,
    moves: Mapping[str, State],
    origin: Origin | None,
    inner: bool = False,
    surely: bool = True,
) -> None:
    """Apply `@moves` to every instance in a session; `inner` for the end of a savepoint."""
    change_members(store, session, lambda situation: moved(situation, moves, inner), origin, surely)


def flush(
    store: Store,
    session: Value,
    origin: Origin | None,
    when: When = When.ALWAYS,
    override: Setting | None = None,
    listened: bool = False,
) -> None:
    """A flush: certain, or only where the session autoflushes; `override` is what a query says of that itself.

    `listened`: a listener may take what waits for it out before, or take back that it is to be deleted.
    """
    waiting = [identity for identity, facts in store.instances() if listened and _waits_for_flush(facts)]
    setting = frozenset({True}) if when in (When.ALWAYS, When.OK, When.ERROR) else override
    if setting is None:
        setting = setting_of(store, session, "autoflush")
    if setting != {False}:
        surely = setting == {True} and when is not When.LOAD
        move_members(store, session, FLUSH, origin, surely=surely)
    for identity in waiting:
        facts = store.heap.get(identity)
        if isinstance(facts, InstanceFacts) and UNKNOWN not in facts.situations:
            store.heap[identity] = facts.with_situations({**facts.situations, UNKNOWN: None})


def may_load(store: Store, instances: Value, failing: bool = False) -> None:
    """Attributes of these instances are read: what is not loaded is loaded, and the session flushes before.

    An instance in an unknown state may be in any session.  `failing`: the flush fails, if there is one.
    """
    read = objects(instances)
    if not read or not wait_for_flush(store):
        return
    touched: set[ObjectId] = set()
    everything = {identity for identity in store.heap if store.session(identity) is not None}
    for item in read:
        facts = store.heap.get(item)
        for situation in facts.situations if isinstance(facts, InstanceFacts) else ():
            if not isinstance(situation, Situation):
                touched |= everything
            elif situation.state in (State.PERSISTENT, State.DELETED):
                touched |= everything if situation.session is None else {situation.session}
    for session in touched:
        loading = store.session(session)
        if loading is not None and loading.overridden & {"execute", "flush", EVERY_METHOD}:
            change_members(store, frozenset({session}), lambda situation: (situation, UNKNOWN), None)
        elif not failing:
            flush(store, frozenset({session}), None, When.LOAD)
        elif setting_of(store, frozenset({session}), "autoflush") != {False}:
            before = store.copy()
            fail_flush(store, frozenset({session}), None)
            store.heap = store.join(before).heap


def wait_for_flush(store: Store) -> bool:
    """Whether instances wait for a flush."""
    return any(_waits_for_flush(facts) for _identity, facts in store.instances())


def _waits_for_flush(facts: InstanceFacts) -> bool:
    return any(
        isinstance(item, Situation) and (item.state is State.PENDING or item.marked) for item in facts.situations
    )


def fail_flush(store: Store, session: Value, origin: Origin | None) -> None:
    """A flush fails: the session has rolled back its innermost transaction, while the program stays inside it."""
    depth = depth_of(store, session)

    def change(situation: Situation) -> Followers:
        root = moved(situation, FAILED_FLUSH, inner=False) if depth in (0, None) else ()
        inner = moved(situation, FAILED_FLUSH, inner=True) if depth != 0 else ()
        return tuple(dict.fromkeys((*root, *inner)))

    change_members(store, session, change, origin)


def setting_of(store: Store, session: Value, name: str) -> Setting:
    """The values that an option of a session may have."""
    found: set[bool | Unknown] = set()
    for atom in session:
        facts = store.session(atom) if isinstance(atom, ObjectId) else None
        known: Setting = frozenset({UNKNOWN}) if facts is None else getattr(facts, name)
        found |= known
    return frozenset(found) or frozenset({UNKNOWN})


def assign_setting(store: Store, session: Value, name: str, value: Value) -> None:
    """`session.autoflush = False` and its like; nothing for what is no session.

    Any other attribute may be a method, whose place the value takes.
    """
    setting = boolean_setting(value)

    def change(facts: SessionFacts) -> SessionFacts:
        match name:
            case "autoflush":
                return replace(facts, autoflush=setting)
            case "expire_on_commit":
                return replace(facts, expire_on_commit=setting)
            case _:
                return replace(facts, overridden=facts.overridden | {name})

    update_sessions(store, session, change)
    if any(store.session(item) for item in objects(session)):
        # It may have another name: the `sync_session` of an AsyncSession is that one's own.
        for identity, facts in list(store.heap.items()):
            if not isinstance(facts, SessionFacts) or identity in session:
                continue
            if relation(store, identity, session) is Relation.UNKNOWN:
                store.heap[identity] = facts.join(change(facts))


def forget_settings(store: Store, makers: Value) -> None:
    """A factory, or a registry, is given other options: what its sessions are like is not known any more."""
    for item in objects(makers):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts) and facts.class_name in FACTORY_CLASSES:
            store.heap[item] = replace(facts, settings=())
        elif isinstance(facts, SessionFacts) and facts.registry:
            store.heap[item] = replace(facts, autoflush=NOT_KNOWN, expire_on_commit=NOT_KNOWN)


def set_autoflush(store: Store, session: Value, setting: Setting) -> None:
    """Whether the session flushes by itself from here on."""
    update_sessions(store, session, lambda facts: replace(facts, autoflush=setting))


def delete_rows(store: Store, session: Value, origin: Origin | None) -> None:
    """A DELETE statement: what it matches and the session can tell is deleted at once; other rows may be gone."""

    def change(situation: Situation) -> Followers:
        if situation.state is not State.PERSISTENT:
            return (situation,)
        return (situation, Situation(State.DELETED, situation.session, new=situation.new, gone=Level.INNER), UNKNOWN)

    change_members(store, session, change, origin)


def update_sessions(store: Store, session: Value, change: Callable[[SessionFacts], SessionFacts]) -> None:
    """Change the facts of a session; of several possible ones each may have changed or not."""
    for atom in session:
        facts = store.session(atom) if isinstance(atom, ObjectId) else None
        if isinstance(atom, ObjectId) and facts is not None:
            changed = change(facts)
            store.heap[atom] = changed if len(session) == 1 and not atom.older else facts.join(changed)


def depth_of(store: Store, session: Value) -> int | None:
    """The number of open savepoints, where it is known."""
    if len(session) != 1:
        return None
    atom = next(iter(session))
    facts = store.session(atom) if isinstance(atom, ObjectId) else None
    return None if facts is None else facts.depth


def expires_on_commit(store: Store, session: Value, otherwise: bool | None = None) -> bool | None:
    """Whether commit expires; what the project says (`otherwise`), or None, where that is not known of the session."""
    known = setting_of(store, session, "expire_on_commit")
    only = next(iter(known)) if len(known) == 1 else None
    return only if isinstance(only, bool) else otherwise


def has_asked(store: Store, session: Value) -> bool:
    """Whether the session has certainly sent SQL since its last transaction ended, so that one runs."""
    facts = [store.session(atom) if isinstance(atom, ObjectId) else None for atom in session]
    return bool(facts) and all(item is not None and item.asked for item in facts)


def expires_all(store: Store, session: Value, effects: Iterable[Effect]) -> bool:
    """Whether one of the effects certainly expires every instance of the session."""
    return any(
        effect.name == "expires"
        and effect.arguments.get("what") == "all"
        and ("unless" not in effect.arguments or expires_on_commit(store, session) is True)
        for effect in effects
    )


def begin_savepoint(store: Store, session: Value) -> None:
    """A savepoint opens: what is new so far belongs to the enclosing transaction."""
    depth = depth_of(store, session)
    inner = None if depth is None else depth + 1
    change_members(store, session, lambda situation: (savepoint_entered(situation, inner),), None)
    update_sessions(store, session, lambda facts: replace(facts, depth=inner))


def end_savepoint(store: Store, session: Value) -> None:
    """A savepoint is released or rolled back; what became of its instances is said by the moves."""
    depth = depth_of(store, session)
    outer = None if depth is None else max(depth - 1, 0)
    change_members(store, session, lambda situation: (savepoint_left(situation, outer),), None)
    update_sessions(store, session, lambda facts: replace(facts, depth=outer))


def end_transaction(store: Store, session: Value) -> None:
    """The root transaction ends: nothing in the session is new in it, and no savepoint is left."""
    change_members(store, session, lambda situation: (transaction_ended(situation),), None)
    update_sessions(store, session, lambda facts: replace(facts, depth=0, holds_new=False, asked=False))
