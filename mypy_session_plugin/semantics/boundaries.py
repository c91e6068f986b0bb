"""Hand-overs: a session goes to another thread, task or process, is waited for, or is used meanwhile."""

from __future__ import annotations

from dataclasses import replace

from mypy.nodes import Context

from mypy_session_plugin.facts.effects import When
from mypy_session_plugin.facts.objects import ContainerFacts, HandOver, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Bound, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import ArgumentKind
from mypy_session_plugin.semantics.binding import BoundCall, Given
from mypy_session_plugin.semantics.events import HandOverEvent, Outcome
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.reaching import Reach, Reached, boundary_of
from mypy_session_plugin.semantics.unknown_calls import call_unknown
from mypy_session_plugin.semantics.world import World

#: Functions that run what they are given once for each element of an iterable.
MAPPING = frozenset({"map", "starmap", "imap", "imap_unordered"})


def hand_over(
    world: World, store: Store, bound: BoundCall, receiver: Value, node: Context, result: Value, starts: bool
) -> Value:
    """The call may hand sessions over: remember them until they are waited for; the value that stands for their end.

    `starts` is unset for an object that runs what it was given only when its `start()` is called.
    """
    crossing = [given for given in bound.given if boundary_of(given.parameter.annotation) is not None]
    if not crossing:
        return result
    _join_given(world, store, bound, crossing)
    joined = bound.stub.effect("joined") is not None
    found = _reached(world, store, bound, crossing)
    call_unknown(store, [given.value for given in crossing], (), site_of(node))
    handed: set[HandOver] = set()
    for reached, boundary, many in found:
        one = HandOver(node, boundary, reached.text, reached.how)
        shared = sum(1 for other, _boundary, _many in found if other.session == reached.session) > 1
        if not _is_one(store, reached.session):
            continue
        if (many and not _has_one_worker(store, receiver)) or shared:
            _tell(world, store, one, Outcome.MANY, reached.session)
        elif joined and bound.stub.is_async:
            _use(world, store, reached.session, node, one)
            _tell(world, store, one, Outcome.WAITED, reached.session)
        elif not starts:
            handed.add(one)
        elif _start(world, store, one, reached.session):
            handed.add(one)
    return _standing_for(store, result, receiver, node, frozenset(handed), found if not starts else [])


def _reached(
    world: World, store: Store, bound: BoundCall, crossing: list[Given]
) -> list[tuple[Reached, str, bool]]:
    """Every session that is handed over, with the boundary and whether several get it."""
    reach = Reach(world, store)
    function = next((given.value for given in crossing if _is_callable(given)), frozenset())
    found: list[tuple[Reached, str, bool]] = []
    for given in crossing:
        boundary = boundary_of(given.parameter.annotation) or ""
        many = given.argument.kind is ArgumentKind.STAR or bound.stub.name in MAPPING
        for reached in reach.through(given.value, given.argument.node, function):
            found.append((reached, reached.boundary or boundary, many or _is_summary(store, given.value)))
    distinct: dict[tuple[ObjectId, Context], tuple[Reached, str, bool]] = {}
    for item, given_node in ((entry, entry[0].text) for entry in found):
        distinct.setdefault((item[0].session, given_node), item)  # type: ignore[arg-type]
    return list(distinct.values()) if len(crossing) > 1 and not _hands_many(bound) else found


def _hands_many(bound: BoundCall) -> bool:
    """Whether each argument is run by itself (`gather`), unlike a function with its arguments (`submit`)."""
    return not any(_is_callable(given) for given in bound.given)


def _is_callable(given: Given) -> bool:
    annotation = given.parameter.annotation
    inner = annotation.arguments[0] if annotation.arguments else annotation
    names = {inner.name, *(part.name for part in inner.arguments), *(part.name for part in annotation.arguments)}
    return "typing.Callable" in names


def _is_summary(store: Store, value: Value) -> bool:
    """Whether the value is a container that a loop or comprehension filled with what is to run: one, or many more."""
    for item in objects(value):
        facts = store.heap.get(item)
        if isinstance(facts, ContainerFacts) and facts.fixed is None:
            return any(isinstance(atom, Bound) for atom in facts.elements)
    return False


def _is_one(store: Store, session: ObjectId) -> bool:
    """Whether the session is one object: not the last of several that a loop makes."""
    return not session.older and session._replace(older=True) not in store.heap


def _has_one_worker(store: Store, receiver: Value) -> bool:
    facts = [store.heap.get(item) for item in objects(receiver)]
    return any(isinstance(item, LibraryFacts) and item.workers == 1 for item in facts)


def _start(world: World, store: Store, one: HandOver, session: ObjectId) -> bool:
    """The other side begins to run; False where that is reported at once and not followed further."""
    facts = store.session(session)
    if facts is None:
        return False
    if one in facts.handed:
        _tell(world, store, one, Outcome.MANY, session)
        return False
    if facts.handed:
        for earlier in sorted(facts.handed, key=lambda item: item.order):
            _tell(world, store, earlier, Outcome.ELSEWHERE, session)
        line = max(item.order for item in facts.handed)[0]
        _tell(world, store, one, Outcome.SHARED, session, f"line {line}")
        store.heap[session] = replace(facts, handed=frozenset())
        return False
    store.heap[session] = replace(facts, handed=facts.handed | {one})
    return True


def _tell(
    world: World, store: Store, one: HandOver, outcome: Outcome, session: ObjectId, because: str = ""
) -> None:
    facts = store.session(session)
    name = facts.name if facts is not None else ""
    world.listener(HandOverEvent(one, outcome, name, because), store)


def _standing_for(
    store: Store,
    result: Value,
    receiver: Value,
    node: Context,
    handed: frozenset[HandOver],
    waiting: list[tuple[Reached, str, bool]],
) -> Value:
    """Waiting for the result, or for the end of an executor or group, waits for what was handed over."""
    if not handed:
        return result
    for item in objects(receiver):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts):
            store.heap[item] = replace(facts, handed=facts.handed | handed)
    sessions = frozenset(reached.session for reached, _boundary, _many in waiting)
    made = [item for item in objects(result) if isinstance(store.heap.get(item), LibraryFacts)]
    for item in made:
        facts = store.heap[item]
        if isinstance(facts, LibraryFacts):
            store.heap[item] = replace(facts, handed=facts.handed | handed, holds=facts.holds | sessions)
    if made:
        return result
    identity = ObjectId("result", (site_of(node), "future"))
    return frozenset({store.create(identity, LibraryFacts("", session=frozenset(), handed=handed)), *NOTHING_KNOWN})


def start(world: World, store: Store, receiver: Value) -> None:
    """`start()` of an object that was given sessions at its construction."""
    for item in objects(receiver):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts) and facts.handed:
            for session in objects(facts.holds):
                for one in sorted(facts.handed, key=lambda item: item.order):
                    _start(world, store, one, session)


def join(world: World, store: Store, value: Value) -> None:
    """The owner waits for an object: what was handed over through it has ended."""
    ended: set[HandOver] = set()
    waiting = list(objects(value))
    while waiting:
        facts = store.heap.get(waiting.pop())
        if isinstance(facts, LibraryFacts):
            ended |= facts.handed
        elif isinstance(facts, ContainerFacts):
            waiting.extend(objects(facts.elements))
    for identity, facts in list(store.heap.items()) if ended else ():
        if isinstance(facts, SessionFacts) and facts.handed & ended:
            for one in sorted(facts.handed & ended, key=lambda item: item.order):
                _tell(world, store, one, Outcome.WAITED, identity)
            store.heap[identity] = replace(facts, handed=facts.handed - ended)


def _join_given(world: World, store: Store, bound: BoundCall, crossing: list[Given]) -> None:
    """Tasks and futures given to a function that waits for them."""
    if bound.stub.effect("joined") is not None:
        for given in crossing:
            join(world, store, given.value)


def ends(bound: BoundCall, failed: bool | None) -> bool:
    """Whether the call waits for what its receiver stands for."""
    effect = bound.stub.effect("joined")
    return effect is not None and (effect.when is When.ALWAYS or failed is None)


def use(world: World, store: Store, session: Value, node: Context, method: str = "") -> None:
    """The owner uses a session: if the other side of a hand-over may still run, both use it at once."""
    for item in objects(session):
        if len(session) == 1:
            _use(world, store, item, node, None, method)


def _use(
    world: World, store: Store, session: ObjectId, node: Context, by: HandOver | None, method: str = ""
) -> None:
    facts = store.session(session)
    if facts is None or not facts.handed:
        return
    leaves = method in ("__exit__", "__aexit__")
    doing = f'closed at the end of the "with" block of line {node.line}' if leaves else f"used at line {node.line}"
    for one in sorted(facts.handed, key=lambda item: item.order):
        if one != by:
            _tell(world, store, one, Outcome.CONCURRENT, session, doing)
    store.heap[session] = replace(facts, handed=frozenset())


def leave(world: World, store: Store) -> None:
    """The function returns: what was handed over and not waited for goes on without it."""
    for identity, facts in list(store.heap.items()):
        if isinstance(facts, SessionFacts) and facts.handed:
            outcome = Outcome.UNUSED if facts.made_here else Outcome.OWNER_OUTSIDE
            for one in sorted(facts.handed, key=lambda item: item.order):
                _tell(world, store, one, outcome, identity)
