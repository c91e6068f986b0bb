"""Bodies of functions of the module begin, and those of generators wait at a `yield` and go on.

While a generator waits, its variables are kept in an object of the heap, which what stands for the generator names.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from mypy_session_plugin.facts.objects import ContainerFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.store import Name, Store
from mypy_session_plugin.facts.values import NONE_VALUE, Bound, ObjectId, Value, join
from mypy_session_plugin.flow.graph import Block, Call, Place, Yield
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.entries import Entries
from mypy_session_plugin.semantics.followed import Body, Follower, Outcome, Part
from mypy_session_plugin.semantics.frames import RAN, Frame
from mypy_session_plugin.semantics.functions import Callee
from mypy_session_plugin.semantics.unknown_calls import CALLED, lost_to_callees
from mypy_session_plugin.semantics.world import World

#: How what stands for a generator that waits is called.
WAITING = "waiting"


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
    at: Hashable

    @property
    def kept(self) -> ObjectId:
        """The object that keeps the values of its variables."""
        return ObjectId("frame", (WAITING, self.at, self.block.index))

    @property
    def instruction(self) -> Yield:
        """The `yield` that it waits at."""
        instruction = self.block.instructions[0]
        assert isinstance(instruction, Yield)
        return instruction

    def goes_on(self, raising: bool = False) -> Block | None:
        """The block behind the `yield`, or that which an exception thrown in there leads to."""
        return self.block.handler if raising else next(iter(self.block.successors()), None)

    def waiting(self, function: Value, after: Store) -> Bound:
        """What stands for the generator, of this function, in its caller's store."""
        places = tuple((place, name, _assigned_at(after, place)) for place, name, _sites in self.places)
        return Bound(WAITING, function, (frozenset({self.kept}),), self.site.node, replace(self, places=places))


@dataclass(frozen=True, slots=True)
class Running:
    """A body that runs, or goes on, with the store `begun`."""

    body: Body
    frame: Frame
    begun: Store


class Steps:
    """Begins the bodies that the calls of one graph run, and lets those that wait go on."""

    def __init__(self, world: World, entries: Entries, follower: Follower) -> None:
        self._world = world
        self._entries = entries
        self._follower = follower

    def begin(
        self,
        call: Call,
        site: CallSite,
        runs: Callee,
        function: Value,
        held: Sequence[Value],
        store: Store,
        direct: bool,
    ) -> Running | None:
        """The body that a call of a function with these arguments runs; None where it is not followed."""
        entry = self._entries.of_call(call, runs, function, held, store, direct)
        body = self._follower.body(call, runs.function) if entry is not None else None
        if entry is None or body is None:
            return None
        frame = Frame(self._world.call_site(site.node), entry.places, body.rebound, entry.shared)
        return Running(body, frame, frame.enter(store, entry.values))

    def go_on(self, pause: Pause, store: Store, raising: bool = False) -> Running | None:
        """The body that waits; None where what its variables hold is not known any more."""
        kept, runs = store.heap.get(pause.kept), pause.site.runs
        if not isinstance(kept, ContainerFacts) or kept.fixed is None or runs is None:
            return None
        body = self._follower.body(pause.call, runs.function)
        if body is None:
            return None
        places = tuple((place, name) for place, name, sites in pause.places if _assigned_at(store, place) == sites)
        frame = Frame(pause.at, places, body.rebound, pause.shared)
        values = dict(zip(pause.names, kept.fixed, strict=True))
        begun = frame.enter(without(store, {pause.kept}), values | lost_to_callees(store))
        if not raising:
            begun.variables[pause.instruction.target] = NONE_VALUE
        return Running(body, frame, begun)

    def run(self, running: Running, part: Part) -> Outcome | None:
        """The stores in which a body is left; None where that is not known."""
        return self._follower.run(running.body, running.frame, running.begun, part)


def pause_at(call: Call, site: CallSite, running: Running, block: Block, paused: Store) -> Pause:
    """Where a generator waits; its variables are put into the store that it waits in."""
    body, frame = running.body, running.frame
    live: set[Name] = {*block.live, *body.graph.captured}
    own = [name for name in live if not isinstance(name, str) or ("." not in name and name not in frame.shared)]
    names = tuple(sorted(own, key=str))
    places = tuple((place, name, frozenset[Hashable]()) for place, name in frame.places if name not in body.rebound)
    pause = Pause(call, site, block, names, places, frame.shared, frame.site)
    values = tuple(paused.value(name) for name in names)
    paused.heap[pause.kept] = ContainerFacts("frame", join(values) if values else frozenset(), values)
    return pause


def without(store: Store, identities: Collection[ObjectId]) -> Store:
    """A store without these objects; it shares everything but its heap."""
    heap = {key: facts for key, facts in store.heap.items() if key not in identities}
    return Store(store.variables, store.paths, heap, store.literals, store.epochs)


def _assigned_at(store: Store, place: Place) -> frozenset[Hashable]:
    """The sites that last assigned a place: unknown code assigns no variable of the caller's."""
    sites = store.epoch(place)
    if len(place) > 1:
        return sites
    return frozenset(site for site in sites if not (isinstance(site, tuple) and site[:1] in ((CALLED,), (RAN,))))
