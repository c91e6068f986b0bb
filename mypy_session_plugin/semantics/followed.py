"""Bodies of functions that are followed: run from a caller's store to where they return, raise or pause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from mypy.nodes import Context, FuncDef, NameExpr, ReturnStmt

from mypy_session_plugin.facts.records import dataclass, field, replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE_VALUE, Value
from mypy_session_plugin.flow.build_graph import build_graph
from mypy_session_plugin.flow.fixpoint import Fixpoint, UnsettledError
from mypy_session_plugin.flow.graph import Block, End, Exit, Graph, Instruction, Place, StoreName, Temporary, Yield
from mypy_session_plugin.mypy_compat.callers import MAXIMUM_DEPTH
from mypy_session_plugin.mypy_compat.types import parameters_of
from mypy_session_plugin.semantics.conditions import kept
from mypy_session_plugin.semantics.events import CalleeEvent, CommitEndEvent, CommitEvent, Ending, Event, WriteEndEvent
from mypy_session_plugin.semantics.frames import CALLER, GIVEN_BACK, Frame, call_object, root_of
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.world import World, ignore

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.transfer import Transfer

#: A function of more instructions than this is not followed.
MAXIMUM_INSTRUCTIONS = 120
#: So many bodies are followed for one unit; further calls are unknown code.
MAXIMUM_RUNS = 60
#: So many blocks are run in them; a call that would need more is unknown code.  No real program is known that does.
MAXIMUM_BLOCKS = 1000
#: So many entries of one call are remembered.
REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """The stores in which a body is left, None where no path leads there.

    `raised`: by an exception that the code raises or passes on; `broken`: by one that comes from anywhere in it, which
    only generators tell.  `paused` are the stores before each `yield` that is reached, with its block.
    """

    returned: Store | None = None
    raised: Store | None = None
    broken: Store | None = None
    paused: tuple[tuple[Block, Store], ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """What a callee did from one entry, beginning at `first`."""

    entry: Store
    first: Block | None
    outcome: Outcome
    fixpoint: Fixpoint


@dataclass(slots=True)
class Body:
    """The code of one callee, at one call: what runs it, and what it did from the entries that were seen.

    `out` is the block that every exception comes to that nothing in a generator catches.
    """

    function: FuncDef
    world: World
    transfer: Transfer
    graph: Graph
    rebound: frozenset[str]
    pauses: frozenset[Block]
    out: Block | None
    known: list[Run] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a body runs: from `first` on (None: from its beginning), because of the call `node`.

    `name` tells the parts that one call runs apart; `raising`: because an exception is under way.  `ending` is how what
    the part closes ends for the caller.
    """

    node: Context
    name: str = ""
    first: Block | None = None
    raising: bool = False
    ending: Ending = Ending.CLOSED


class Follower:
    """Follows the calls of one graph into bodies."""

    def __init__(self, world: World, make: Callable[[World], Transfer]) -> None:
        self._world = world
        self._make = make
        self._bodies: dict[tuple[Instruction, FuncDef], Body | None] = {}

    def body(self, instruction: Instruction, function: FuncDef) -> Body | None:
        """The body that a call runs; None for one that is not followed."""
        key = instruction, function
        if key not in self._bodies:
            self._bodies[key] = self._new_body(function)
        return self._bodies[key]

    def release(self) -> None:
        """Let go of the bodies and of what they did."""
        for body in self._bodies.values():
            if body is not None:
                body.transfer.release()
                body.known.clear()
        self._bodies.clear()

    def _new_body(self, function: FuncDef) -> Body | None:
        world = self._world
        if len(world.frames) > MAXIMUM_DEPTH:
            return None
        graph = _graph_of(world, function)
        if graph is None:
            return None
        inner = world.of_callee(function, graph.captured)
        stored = {item.variable for block in graph.blocks for item in block.instructions if isinstance(item, StoreName)}
        parameters = {variable.name for variable, _type in parameters_of(function)}
        pauses = frozenset(block for block in graph.blocks if block.instructions and _is_yield(block))
        out = graph.blocks[-1] if pauses else None
        return Body(function, inner, self._make(inner), graph, frozenset(stored & parameters), pauses, out)

    def run(self, body: Body, frame: Frame, begun: Store, part: Part) -> Outcome | None:
        """The stores in which a part of a callee is left; None where that is not known."""
        found = next((run for run in body.known if run.first is part.first and run.entry == begun), None)
        if found is None:
            counted = self._world.own.runs
            if counted.left == 0:
                return None
            counted.left -= 1
            found = self._follow(body, frame, begun, part)
            if found is None:
                return None
            body.known = [found, *body.known[: REMEMBERED - 1]]
        told = [item for visit in found.fixpoint.visits() for item in visit.noted]
        if told and not part.raising:
            self._world.listener(CalleeEvent(part.node, body.world, found.fixpoint, part.name), begun)
        for event, store in told:
            self._tell(body.function, part, event, store)
        return found.outcome

    def _follow(self, body: Body, frame: Frame, begun: Store, part: Part) -> Run | None:
        """Follow a part of a body from this entry; None where its facts do not settle in time."""
        graph = _with_live(body, frame, begun)
        fixpoint = Fixpoint(graph, body.transfer, self._count, part.first, body.pauses)
        body.world.listener, body.world.raising = fixpoint.note, part.raising
        try:
            fixpoint.run(begun.copy())
        except UnsettledError:
            return None
        body.world.listener = ignore
        return Run(begun, part.first, _outcome(body, fixpoint), fixpoint)

    def _count(self, block: Block) -> None:
        """A block is run; raises `UnsettledError` where the unit has none left."""
        counted = self._world.own.runs
        if counted.blocks == 0:
            raise UnsettledError
        counted.blocks -= 1

    def _tell(self, function: FuncDef, part: Part, event: Event, store: Store) -> None:
        """Pass on what has come, in a callee, of the writes and commits of code that called it."""
        if isinstance(event, CommitEvent):
            splits = event.splits and not part.name and part.node in self._world.splitting_calls
            self._world.listener(replace(event, node=part.node, splits=splits), store)
            return
        if not isinstance(event, WriteEndEvent | CommitEndEvent):
            return
        if _stands_in(function, event.node) and function not in self._world.frames:
            return
        if isinstance(event, WriteEndEvent) and event.ending in (Ending.CLOSED, Ending.BLOCK):
            where = f'"{function.name}" at line {event.closed.line}'
            chain = f"{event.chain}, called by {where}" if event.chain else f"in {where}"
            event = replace(event, ending=part.ending, closed=part.node, chain=chain)
        self._world.listener(event, store)


def _stands_in(function: FuncDef, node: Context) -> bool:
    return function.line <= node.line <= (function.end_line or function.line)


def give_back(store: Store, value: Temporary | None, node: Context) -> None:
    """A callee returns; what it gives back is kept until it is left, with what an object made here has been given."""
    store.variables[GIVEN_BACK] = NONE_VALUE if value is None else kept(store.value(value))
    store.forget_below((GIVEN_BACK,))
    for place in _object_places(value, node):
        call_object(store, place, GIVEN_BACK)


def values_given_back(store: Store, value: Temporary | None, node: Context) -> list[Value]:
    """What a `return` gives to the caller: the value, and what an object that was made here has been given."""
    if value is None:
        return []
    places = list(_object_places(value, node))
    held = [inner for path, inner in store.paths.items() if any(_is_below(path, place) for place in places)]
    return [store.value(value), *held]


def _object_places(value: Temporary | None, node: Context) -> Iterator[Place]:
    """Where the attributes of the object that is given back are found: by its temporary, and by its variable."""
    if value is not None:
        yield (root_of(value),)
    place = place_of(node.expr) if isinstance(node, ReturnStmt) and isinstance(node.expr, NameExpr) else None
    if place is not None:
        yield place


def _is_below(path: Place, place: Place) -> bool:
    return len(path) > len(place) and path[: len(place)] == place


def joined(stores: Iterable[Store | None]) -> Store | None:
    """Several stores as one; None where there are none."""
    found: Store | None = None
    for store in stores:
        if store is not None:
            found = store if found is None else found.join(store)
    return found


def _graph_of(world: World, function: FuncDef) -> Graph | None:
    """The graph of a function, lowered once; None for what is too large to follow."""
    graphs = world.own.graphs
    if function not in graphs:
        graph = build_graph(function, world.types)
        size = sum(len(block.instructions) for block in graph.blocks)
        if function.is_generator or function.is_async_generator:
            _lead_out(graph)
        graphs[function] = graph if size <= MAXIMUM_INSTRUCTIONS else None
    return graphs[function]


def _lead_out(graph: Graph) -> None:
    """Let every exception that nothing catches come to one block, the last one: the caller goes on from there."""
    out = Block(len(graph.blocks), terminator=Exit(End.RAISE), live=graph.captured)
    for block in graph.blocks:
        block.handler = block.handler or out
    graph.blocks.append(out)


def _is_yield(block: Block) -> bool:
    return isinstance(block.instructions[0], Yield)


def _with_live(body: Body, frame: Frame, begun: Store) -> Graph:
    """The graph, in which what the caller needs of the store stays until the end."""
    names = {name for name in begun.variables if isinstance(name, str)}
    roots = {place[0] for place in begun.paths} | {variable for _place, variable in frame.places}
    live = body.graph.captured | body.transfer.watched | {CALLER, GIVEN_BACK} | names | roots
    return Graph(body.graph.blocks, live, body.graph.nested)


def _outcome(body: Body, fixpoint: Fixpoint) -> Outcome:
    """All stores in which the code is left, those of each kind as one."""
    ends: dict[End, list[Store]] = {End.RETURN: [], End.RAISE: [], End.UNREACHABLE: []}
    paused: list[tuple[Block, Store]] = []
    broken: list[Store] = []
    for visit in fixpoint.visits():
        block = visit.block
        if block in body.pauses:
            paused.append((block, _yielding(block, visit.store)))
        elif block is body.out:
            broken.append(visit.store)
        elif isinstance(block.terminator, Exit):
            ends[block.terminator.how].append(visit.store)
    waits = {block: joined(store for other, store in paused if other is block) for block, _store in paused}
    known = tuple((block, store) for block, store in waits.items() if store is not None)
    return Outcome(joined(ends[End.RETURN]), joined(ends[End.RAISE]), joined(broken), known)


def _yielding(block: Block, store: Store) -> Store:
    """Of a store before a `yield`, the one in which the caller gets its value."""
    yielded, leaving = block.instructions[0], store.copy()
    give_back(leaving, yielded.value if isinstance(yielded, Yield) else None, yielded.node)
    return leaving
