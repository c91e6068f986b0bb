"""Context managers that are generator functions of the module: what runs before their `yield`, and after it.

Entering one runs the function up to its `yield`, leaving it the rest: behind the `yield`, or where an exception that is
thrown in there leads.  In between the function's variables are kept in an object of the heap, which the manager names.
Several ways to a `yield`, or more than one on a way, are unknown code.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from mypy_session_plugin.facts.objects import ContainerFacts, SessionFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.session_life import Closing
from mypy_session_plugin.facts.store import Name, Store
from mypy_session_plugin.facts.values import (
    FALSE,
    NONE_VALUE,
    NOTHING_KNOWN,
    TRUE,
    Bound,
    ObjectId,
    Value,
    carrier,
    join,
)
from mypy_session_plugin.flow.graph import Block, Call, EnterContext, ExitContext, Place, Yield
from mypy_session_plugin.semantics import work
from mypy_session_plugin.semantics.boundaries import any_running
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.entries import Entries, Entry
from mypy_session_plugin.semantics.events import Ending
from mypy_session_plugin.semantics.followed import Body, Follower, Part, joined
from mypy_session_plugin.semantics.frames import RAN, Frame, become, is_made_by_callee
from mypy_session_plugin.semantics.lives import last_line
from mypy_session_plugin.semantics.managers import entered_shape
from mypy_session_plugin.semantics.shapes import PLAIN, UNSEEN, SessionShape
from mypy_session_plugin.semantics.summaries import known_outside
from mypy_session_plugin.semantics.unknown_calls import CALLED
from mypy_session_plugin.semantics.world import World

#: How a manager stands to its generator: called, or entered and not left yet.
MANAGER, ENTERED = "manager", "paused"


@dataclass(frozen=True, slots=True)
class Pause:
    """Where a generator waits, of the call `site` that stands `at` a place.

    `names` are its variables whose values are kept, `places` the caller's places that are its parameters, with the
    sites that had last assigned them; `shared` the variables that it has in common with the caller.
    """

    call: Call
    site: CallSite
    block: Block
    names: tuple[Name, ...]
    places: tuple[tuple[Place, str, frozenset[Hashable]], ...]
    shared: frozenset[str]
    at: tuple[int, ...]

    @property
    def kept(self) -> ObjectId:
        """The object that keeps the values of its variables."""
        return ObjectId("frame", (ENTERED, self.at))


class Generators:
    """Enters and leaves the context managers of one graph."""

    def __init__(self, world: World, entries: Entries, follower: Follower) -> None:
        self._world = world
        self._entries = entries
        self._follower = follower

    def enter(self, atom: Bound, site: CallSite, instruction: EnterContext, store: Store) -> Value | None:
        """What a manager gives to its block; None, and nothing has happened, for one that is not followed."""
        call, runs = atom.stub, site.runs
        if not isinstance(call, Call) or runs is None or not self._matters(instruction, store):
            return None
        direct = instruction.node is site.node
        entry = self._entries.of_call(call, runs, atom.function, atom.held, store, direct)
        body = self._follower.body(call, runs.function) if entry is not None else None
        if entry is None or body is None or not body.pauses:
            return None
        frame = Frame(self._world.call_site(site.node), entry.places, body.rebound, entry.shared)
        begun = frame.enter(store, entry.values)
        outcome = self._follower.run(body, frame, begun, Part(site.node, "enter"))
        if outcome is None or len(outcome.paused) != 1 or _comes_back(outcome.paused[0][0], body):
            return None
        block, paused = outcome.paused[0]
        if self._world.failing:
            return self._broken(store, frame, begun, (outcome.raised, outcome.broken))
        pause = _pause(call, site, block, body, entry, paused, self._world.call_site(site.node))
        after, value = frame.leave(store, begun, paused, pauses=True)
        is_session = isinstance(entered_shape(self._world, instruction), SessionShape)
        if any_running(after) or (value == NOTHING_KNOWN and is_session):
            return None
        work.commit_in_call(self._world, store, after, None)
        become(store, after)
        places = tuple((place, name, _assigned_at(store, place)) for place, name, _sites in pause.places)
        manager = Bound(ENTERED, atom.function, (frozenset({pause.kept}),), site.node, replace(pause, places=places))
        store.variables[instruction.manager] = carrier(manager)
        return known_outside(store, value)

    def _matters(self, instruction: EnterContext, store: Store) -> bool:
        """Whether there is anything that the body could change, or give to the block."""
        if any_running(store):
            return False
        return bool(store.heap) or entered_shape(self._world, instruction) not in (PLAIN, UNSEEN)

    def leave(self, atom: Bound, instruction: ExitContext, store: Store) -> Value | None:
        """Whether the exit of an entered manager swallows the exception that is under way, after its effects.

        None, and nothing has happened, where that is not known.
        """
        pause = atom.stub
        kept = store.heap.get(pause.kept) if isinstance(pause, Pause) else None
        if not isinstance(pause, Pause) or not isinstance(kept, ContainerFacts) or kept.fixed is None:
            return None
        runs = pause.site.runs
        body = self._follower.body(pause.call, runs.function) if runs is not None else None
        if body is None or any_running(store):
            return None
        places = tuple((place, name) for place, name, sites in pause.places if _assigned_at(store, place) == sites)
        frame = Frame(pause.at, places, body.rebound, pause.shared)
        begun = frame.enter(_without(store, pause.kept), dict(zip(pause.names, kept.fixed, strict=True)))
        first = _goes_on(pause.block, instruction.failed)
        if first is body.out:
            self._close(frame.site, instruction, store, store)
            return frozenset({FALSE})
        if not instruction.failed:
            begun.variables[_yield_of(pause.block).target] = NONE_VALUE
        name = "leave by an exception" if instruction.failed else "leave"
        part = Part(pause.site.node, name, first, instruction.failed, Ending.BLOCK)
        outcome = self._follower.run(body, frame, begun, part)
        if outcome is None:
            return None
        if self._world.failing:
            return self._broken(store, frame, begun, (outcome.raised, outcome.broken))
        ends = (outcome.returned, outcome.raised) if instruction.failed else (outcome.returned,)
        done = joined(ends)
        after = frame.leave(store, begun, done)[0] if done is not None else None
        if after is None or any_running(after):
            return None
        self._close(frame.site, instruction, store, after)
        work.commit_in_call(self._world, store, after, None)
        become(store, after)
        store.variables[instruction.manager] = NOTHING_KNOWN
        swallows = {TRUE: outcome.returned, FALSE: outcome.raised}
        return frozenset(truth for truth, store in swallows.items() if store is not None)

    def _broken(self, store: Store, frame: Frame, begun: Store, ends: Sequence[Store | None]) -> Value:
        """The store where the code of the manager has itself raised."""
        done = joined(ends)
        if done is not None:
            become(store, frame.leave(store, begun, done)[0])
        return NOTHING_KNOWN

    def _close(self, site: Hashable, instruction: ExitContext, before: Store, after: Store) -> None:
        """What the generator closes is closed by the block; what only it has named is named by nobody any more."""
        closing = Closing(instruction.node.line, last_line(self._world, instruction.node))
        named = [value for name, value in after.variables.items() if isinstance(name, str)]
        for identity, facts in list(after.heap.items()):
            earlier = before.session(identity)
            if not isinstance(facts, SessionFacts) or earlier is None:
                continue
            life = facts.life.closed_by(closing, earlier.life)
            if not facts.life.is_closed and is_made_by_callee(identity, site):
                life = facts.life.given_away()
            held = facts.identity.held and frozenset({identity}) in named
            after.heap[identity] = replace(facts, life=life, identity=replace(facts.identity, held=held))


def _pause(
    call: Call, site: CallSite, block: Block, body: Body, entry: Entry, paused: Store, at: tuple[int, ...]
) -> Pause:
    """Where a generator waits; its variables are put into the store that it waits in."""
    live: set[Name] = {*block.live, *body.graph.captured}
    own = [name for name in live if not isinstance(name, str) or ("." not in name and name not in entry.shared)]
    names = tuple(sorted(own, key=str))
    places = tuple((place, name, frozenset[Hashable]()) for place, name in entry.places if name not in body.rebound)
    pause = Pause(call, site, block, names, places, entry.shared, at)
    values = tuple(paused.value(name) for name in names)
    paused.heap[pause.kept] = ContainerFacts("frame", join(values) if values else frozenset(), values)
    return pause


def _without(store: Store, identity: ObjectId) -> Store:
    heap = {key: facts for key, facts in store.heap.items() if key != identity}
    return Store(store.variables, store.paths, heap, store.literals, store.epochs)


def _assigned_at(store: Store, place: Place) -> frozenset[Hashable]:
    """The sites that last assigned a place: unknown code assigns no variable of the caller's."""
    sites = store.epoch(place)
    if len(place) > 1:
        return sites
    return frozenset(site for site in sites if not (isinstance(site, tuple) and site[:1] in ((CALLED,), (RAN,))))


def _yield_of(block: Block) -> Yield:
    instruction = block.instructions[0]
    assert isinstance(instruction, Yield)
    return instruction


def _goes_on(block: Block, failed: bool) -> Block | None:
    """The block behind a `yield`, or that which an exception thrown in there leads to."""
    return block.handler if failed else next(iter(block.successors()), None)


def _comes_back(block: Block, body: Body) -> bool:
    """Whether a `yield` delegates, or the code comes to another one behind it."""
    waiting = [item for item in (_goes_on(block, False), _goes_on(block, True)) if item is not None]
    seen = set(waiting)
    while waiting:
        current = waiting.pop()
        following = [*current.successors(), *([current.handler] if current.handler is not None else [])]
        waiting.extend(item for item in following if item not in seen)
        seen.update(following)
    return _yield_of(block).delegates or not seen.isdisjoint(body.pauses)
