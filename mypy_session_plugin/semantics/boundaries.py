"""Hand-overs: a session goes to another thread, task or process, is waited for, or is used meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mypy.nodes import Context, FuncItem

from mypy_session_plugin.facts.effects import When
from mypy_session_plugin.facts.objects import ContainerFacts, HandOver, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.states import ATTACHED, Situation
from mypy_session_plugin.facts.store import SYMBOLIC, Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import Place
from mypy_session_plugin.semantics import constructors
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.channels import runs_of_put, wait_with
from mypy_session_plugin.semantics.events import HandOverEvent, Outcome
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.reaching import Reach, Reached, boundary_crossed_by, one_for_all
from mypy_session_plugin.semantics.sending import Run, ends_with_call, has_one_worker, runs_of, unwrapped
from mypy_session_plugin.semantics.serializing import not_taken
from mypy_session_plugin.semantics.unknown_calls import call_unknown, reachable
from mypy_session_plugin.semantics.world import World

#: Methods of containers and tasks that keep a task or thread, or look at it, and do not wait for it.
KEEPING = frozenset({"add", "append", "appendleft", "insert", "extend", "setdefault", "update", "discard", "remove"})

#: The boundaries across which nothing is shared: what is handed over is copied, and a session cannot be.
COPYING = frozenset({"process", "interpreter"})

#: The variable that holds what the caller gets of what can be waited for.
GIVEN_AWAY = "given away"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a call hands over.

    `starts`: what was given runs at once, not only with a later `start()`.  `waits`: the call comes back when it has
    ended.  `alone`: an executor of one worker runs it.  `deferred`: it runs when the caller has returned to one who
    waits.
    """

    starts: bool = True
    waits: bool = False
    alone: bool = False
    deferred: bool = False


def hand_over(
    world: World, store: Store, bound: BoundCall, receiver: Value, node: Context, result: Value, starts: bool
) -> Value:
    """A call of the library may hand sessions over; the value that stands for the end of what it runs.

    A function that is given tasks waits for them, or for some, or gives them back.
    `starts` is unset for an object that runs what it was given only when its `start()` is called.
    """
    joined = bound.stub.effect("joined") is not None
    if not objects(receiver):
        for given in bound.given:
            join(world, store, given.value, Outcome.WAITED if joined else Outcome.PASSED_ON)
    if bound.stub.effect("puts") is not None:
        _put(world, store, bound, node)
    runs = runs_of(world.unit, store, bound)
    if not runs:
        return result
    deferred = bound.stub.effect("deferred") is not None
    manner = Manner(
        starts, joined and ends_with_call(bound.stub), has_one_worker(world, store, bound, receiver, node), deferred
    )
    form = bound.stub.effect("serializes")
    if form is not None:
        text = str(form.arguments["form"])
        for one, session in not_taken(world, store, runs, node, text):
            _tell(world, store, one, Outcome.SENT, session, text)
        return result
    found = _reached(world, store, runs)
    _run_unseen(store, runs, found, node)
    handed = _hand(world, store, found, node, manner)
    if not handed:
        return result
    waiting = frozenset[ObjectId]() if starts else frozenset(reached.session for reached, _run in found)
    return _standing_for(store, result, receiver, bound, node, handed, waiting)


def _put(world: World, store: Store, bound: BoundCall, node: Context) -> None:
    """What is put into a channel goes to the code in view that takes it out; a copy of it, if it is written out."""
    copies = bound.stub.effect("serializes") is not None
    for run, reader in runs_of_put(world, bound, node):
        if copies is not (run.boundary in COPYING):
            continue
        found = [pair for pair in _reached(world, store, [run]) if not copies or pair[0].how == "instance"]
        wait_with(store, reader, _hand(world, store, found, node, Manner()))


def hand_runs(world: World, store: Store, runs: Iterable[Run], node: Context, waits: bool) -> None:
    """A function of the checked code runs this on another side, as its signature or its body says."""
    _hand(world, store, _reached(world, store, runs), node, Manner(waits=waits))


def hand_to_object(
    world: World, store: Store, boundary: str, found: Sequence[Reached], node: Context, made: Value
) -> None:
    """An object that runs by itself from its `start()` on was given sessions."""
    ways = [(reached, Run(boundary, frozenset(), node)) for reached in found]
    handed = _hand(world, store, ways, node, Manner(starts=False))
    sessions = frozenset(reached.session for reached in found)
    for item in objects(made):
        facts = store.heap[item]
        if isinstance(facts, LibraryFacts):
            store.heap[item] = replace(facts, handed=facts.handed | handed, holds=facts.holds | sessions)


def _reached(world: World, store: Store, runs: Iterable[Run]) -> list[tuple[Reached, Run]]:
    reach = Reach(world, store)
    found: list[tuple[Reached, Run]] = []
    for run in runs:
        inner = boundary_crossed_by(world, run.node)
        reached = reach.of(unwrapped(run) if inner else run)
        found += [(replace(item, boundary=item.boundary or inner) if inner else item, run) for item in reached]
    return found


def _run_unseen(store: Store, runs: list[Run], found: list[tuple[Reached, Run]], node: Context) -> None:
    """What runs on the other side does what any unknown code may do; a body in view leaves its own attribute alone."""
    values = [value for run in runs for value in (run.function, *(sent.value for sent in run.arguments))]
    sessions = {reached.session for reached, _run in found if reached.session.kind == "path"}
    kept = {place: value for place, value in store.paths.items() if objects(value) & sessions and len(value) == 1}
    call_unknown(store, values, (), site_of(node))
    store.paths.update(kept)


def _hand(
    world: World, store: Store, found: list[tuple[Reached, Run]], node: Context, manner: Manner
) -> frozenset[HandOver]:
    """Hand each session over: tell what is wrong at once, else give what must be waited for."""
    handed: set[HandOver] = set()
    for session in dict.fromkeys(reached.session for reached, _run in found):
        ways = [(reached, run) for reached, run in found if reached.session == session]
        certain = [(reached, run) for reached, run in ways if run.certain]
        reached, run = certain[1] if len(certain) > 1 else ways[0]
        boundary = reached.boundary or run.boundary
        way = (reached.text, reached.how, manner.alone, reached.shared, reached.looks, reached.loads)
        one = HandOver(node, boundary, *way)
        if one.boundary in COPYING:
            _tell(world, store, one, Outcome.SENT, session)
        elif manner.deferred:
            facts = store.session(session)
            parameter = facts.name if facts is not None and facts.parameter and not one.looks else ""
            early = world.surroundings.ends_early(world.unit, parameter)
            _tell(world, store, one, Outcome.ENDED if early else Outcome.PASSED_ON, session)
        elif not _is_one(store, session):
            _tell(world, store, one, Outcome.ELSEWHERE, session)
        elif one.looks:
            handed |= {one} if not manner.starts or (not manner.waits and _start(world, store, one, session)) else set()
        elif not manner.alone and (len(certain) > 1 or any(run.many for _reached, run in ways)):
            _tell(world, store, one, Outcome.MANY, session)
        elif manner.waits:
            _use(world, store, session, node, one)
            _tell(world, store, one, Outcome.WAITED, session)
        elif not manner.starts or _start(world, store, one, session):
            handed.add(one)
    return frozenset(handed)


def _is_one(store: Store, session: ObjectId) -> bool:
    """Whether the session is one object: not the last of several that a loop makes."""
    return not session.older and session._replace(older=True) not in store.heap


def _start(world: World, store: Store, one: HandOver, session: ObjectId) -> bool:
    """The other side begins to run; False where that is reported at once and not followed further."""
    facts = store.session(session)
    if facts is None or not _is_one(store, session):
        return False
    others = {item for item in facts.handed if not (one.looks or item.looks or (one.alone and item.alone))}
    if one in others:
        _tell(world, store, one, Outcome.AGAIN, session)
        return False
    if others:
        for earlier in sorted(others, key=lambda item: item.order):
            _tell(world, store, earlier, Outcome.ELSEWHERE, session)
        line = max(item.order for item in others)[0]
        other = "another one of this line" if line == one.order[0] else f"the one of line {line}"
        _tell(world, store, one, Outcome.SHARED, session, other)
        store.heap[session] = replace(facts, handed=frozenset())
        return False
    store.heap[session] = replace(facts, handed=facts.handed | {one})
    return True


def _tell(
    world: World, store: Store, one: HandOver, outcome: Outcome, session: ObjectId | None, because: str = ""
) -> None:
    """Show the rules what came of a hand-over, but not what comes of it only where an exception leaves the function."""
    if world.raising:
        return
    facts = store.session(session) if session is not None else None
    name = facts.name if facts is not None else ""
    world.listener(HandOverEvent(one, outcome, name, because), store)


def _standing_for(
    store: Store,
    result: Value,
    receiver: Value,
    bound: BoundCall,
    node: Context,
    handed: frozenset[HandOver],
    waiting: frozenset[ObjectId],
) -> Value:
    """Waiting for the result, or for the end of an executor or group, waits for what was handed over."""
    for item in objects(receiver):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts):
            store.heap[item] = replace(facts, handed=facts.handed | handed)
    made = False
    for item in objects(result):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts):
            store.heap[item] = replace(facts, handed=facts.handed | handed, holds=facts.holds | waiting)
            made = True
    if made:
        return result
    identity = ObjectId("result", (site_of(node), "future"))
    facts = LibraryFacts(bound.stub.returns.name, session=frozenset(), handed=handed)
    return frozenset({store.create(identity, facts), *NOTHING_KNOWN})


def start(world: World, store: Store, receiver: Value) -> None:
    """`start()` of an object that was given sessions at its construction; it starts once, of many such objects each."""
    waiting: list[tuple[HandOver, ObjectId]] = []
    for item in objects(receiver):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts):
            waiting.extend((one, session) for session in objects(facts.holds) for one in facts.handed)
            if not item.older:
                store.heap[item] = replace(facts, holds=frozenset())
    for one, session in sorted(waiting, key=lambda pair: (pair[0].order, repr(pair[1]))):
        _start(world, store, one, session)


def join(world: World, store: Store, value: Value, outcome: Outcome = Outcome.WAITED) -> None:
    """The owner waits for an object: what was handed over through it has ended."""
    ended = _handed_through(store, objects(value))
    for identity, facts in list(store.heap.items()) if ended else ():
        if isinstance(facts, SessionFacts) and facts.handed & ended:
            for one in sorted(facts.handed & ended, key=lambda item: item.order):
                _tell(world, store, one, outcome, identity)
            store.heap[identity] = replace(facts, handed=facts.handed - ended)


def _handed_through(store: Store, items: Iterable[ObjectId]) -> set[HandOver]:
    ended: set[HandOver] = set()
    waiting, seen = list(items), set[ObjectId]()
    while waiting:
        item = waiting.pop()
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts):
            ended |= facts.handed
        elif isinstance(facts, ContainerFacts) and item not in seen:
            waiting.extend(objects(facts.elements))
        seen.add(item)
    return ended


def wait_for_elements(world: World, store: Store, value: Value) -> None:
    """What comes out of `as_completed()` or `map()` has ended; going through a list of tasks waits for none."""
    for item in objects(value):
        if isinstance(store.heap.get(item), LibraryFacts):
            join(world, store, frozenset({item}))


def pass_on(world: World, store: Store, values: Iterable[Value]) -> None:
    """Somebody else gets what a hand-over can be waited for by: the caller, or code that is not seen."""
    if any_running(store):
        join(world, store, frozenset(reachable(store, values)), Outcome.PASSED_ON)


def give_away(store: Store, values: Iterable[Value]) -> None:
    """The caller gets what can be waited for, once this function has returned."""
    store.variables[GIVEN_AWAY] = frozenset().union(store.variables.get(GIVEN_AWAY, frozenset()), *values)


def keep(world: World, store: Store, receiver: Value, place: Place | None, values: Iterable[Value]) -> None:
    """A container keeps what can be waited for: one that this function was given may be waited for by its owner.

    What hangs on an object or a global only keeps a task from being collected as garbage.
    """
    made_here = any(item.kind == "container" for item in objects(receiver))
    if made_here or (place is not None and (len(place) > 1 or "." in place[0])):
        return
    if any(isinstance(store.heap.get(item), ContainerFacts) for item in objects(receiver)):
        give_away(store, values)
    else:
        pass_on(world, store, values)


def ends(bound: BoundCall, failed: bool | None) -> bool:
    """Whether the call waits for what its receiver stands for."""
    effect = bound.stub.effect("joined")
    return effect is not None and (effect.when is When.ALWAYS or failed is None)


def any_running(store: Store) -> bool:
    """Whether anything was handed over that has not been waited for."""
    return any(isinstance(facts, SessionFacts) and facts.handed for facts in store.heap.values())


def use(world: World, store: Store, session: Value, node: Context, method: str = "") -> None:
    """The owner uses a session: if the other side of a hand-over may still run, both use it at once."""
    for item in objects(session):
        if len(session) == 1:
            session_of_all = one_for_all(world, store, item) if any_running(store) else None
            _use(world, store, session_of_all or item, node, None, method)


def use_by_call(world: World, store: Store, values: Iterable[Value], node: Context) -> None:
    """Code that is not followed runs with these values: it uses the sessions among them, and those of what it calls."""
    if any_running(store):
        reach = Reach(world, store)
        for session in dict.fromkeys(item for value in values for item in reach.used_by(value, node)):
            _use(world, store, session, node, None)


def use_instance(world: World, store: Store, owner: Value, node: Context, reads: bool = False) -> None:
    """The owner writes an attribute of an instance, which its session notes, or reads one (`reads`).

    A read counts where instances were handed over: most reads do nothing to the session itself.
    """
    facts = [store.heap.get(item) for item in objects(owner)]
    instance = facts[0] if len(owner) == 1 and facts else None
    if isinstance(instance, InstanceFacts):
        # What is not known besides is what the other side may do with the instance.
        found = {
            item.session if item.state in ATTACHED else None
            for item in instance.situations
            if isinstance(item, Situation)
        }
        session = found.pop() if len(found) == 1 else None
        facts_of_session = store.session(session) if session is not None else None
        if session is None or facts_of_session is None:
            return
        if not reads or any(one.how == "instance" for one in facts_of_session.handed):
            _use(world, store, session, node, None)


def expire(world: World, store: Store, session: Value, node: Context) -> None:
    """The owner has all instances of a session expired: code there that only looks at one must load it now."""
    for item in objects(session):
        facts = store.session(item)
        if facts is None or len(session) > 1:
            continue
        looking = frozenset(one for one in facts.handed if one.looks)
        for one in sorted(looking, key=lambda item: item.order):
            _tell(world, store, one, Outcome.CONCURRENT, item, f"expired at line {node.line}")
        store.heap[item] = replace(facts, handed=facts.handed - looking)


def _use(world: World, store: Store, session: ObjectId, node: Context, by: HandOver | None, method: str = "") -> None:
    facts = store.session(session)
    if facts is None or not facts.handed:
        return
    leaves = method in ("__exit__", "__aexit__")
    doing = f'closed at the end of the "with" block of line {node.line}' if leaves else f"used at line {node.line}"
    later = frozenset(one for one in facts.handed if not _runs_meanwhile(world, one))
    stays = later if _is_outside(world, session, facts) else frozenset()
    left = frozenset(one for one in facts.handed if one.looks or one in stays)
    for one in sorted(facts.handed - left, key=lambda item: item.order):
        if one != by:
            _tell(world, store, one, Outcome.ELSEWHERE if one in later else Outcome.CONCURRENT, session, doing)
    store.heap[session] = replace(facts, handed=left)


def _runs_meanwhile(world: World, one: HandOver) -> bool:
    """Whether the other side may run while this function does: a task runs only where a coroutine waits for another."""
    unit = world.frames[0]
    may_wait = isinstance(unit, FuncItem) and (unit.is_coroutine or unit.is_generator or unit.is_async_generator)
    return may_wait or one.boundary != "task"


def leave(world: World, store: Store) -> None:
    """The function returns: what was handed over and not waited for goes on without it."""
    passed = _handed_through(store, reachable(store, [store.variables.get(GIVEN_AWAY, frozenset())]))
    for identity, facts in list(store.heap.items()):
        if isinstance(facts, SessionFacts) and facts.handed:
            outside = _is_outside(world, identity, facts)
            for one in sorted((one for one in facts.handed if not one.looks), key=lambda item: item.order):
                waited = Outcome.PASSED_ON if one in passed else Outcome.OWNER_OUTSIDE
                _tell(world, store, one, waited if outside else Outcome.UNUSED, identity)


def _is_outside(world: World, session: ObjectId, facts: SessionFacts) -> bool:
    """Whether a session still has an owner outside of this function."""
    return session.kind in SYMBOLIC and not facts.owned and not constructors.is_made_by_object(world, session)
