"""What a call of a function of this module does: its body is followed with what the caller gives it.

The callee's graph is run to its fixpoint from the caller's store, and the stores in which it returns become the store
after the call.  Deep chains of calls, recursion and large functions are unknown code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mypy.nodes import AwaitExpr, CallExpr, Context, Expression, FuncDef, IntExpr, NameExpr, StrExpr
from mypy.types import Type

from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    NONE_VALUE,
    NOTHING_KNOWN,
    Function,
    Method,
    Value,
    constant,
    objects,
)
from mypy_session_plugin.flow.build_graph import build_graph
from mypy_session_plugin.flow.fixpoint import Fixpoint, UnsettledError
from mypy_session_plugin.flow.graph import Argument, ArgumentKind, Call, End, Exit, Graph, Place, StoreName, Temporary
from mypy_session_plugin.mypy_compat.callers import MAXIMUM_DEPTH
from mypy_session_plugin.mypy_compat.types import parameters_of
from mypy_session_plugin.semantics.boundaries import any_running
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.conditions import kept
from mypy_session_plugin.semantics.events import CalleeEvent
from mypy_session_plugin.semantics.frames import CALLER, GIVEN_BACK, Frame
from mypy_session_plugin.semantics.functions import Binding, Callee, is_local
from mypy_session_plugin.semantics.making import Maker, site_of
from mypy_session_plugin.semantics.shapes import PLAIN, UNSEEN, Entity, SessionShape, without_states
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.unknown_calls import escape, reach
from mypy_session_plugin.semantics.world import World, ignore

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.transfer import Transfer

#: A function of more instructions than this is not followed.
MAXIMUM_INSTRUCTIONS = 120
#: So many bodies are followed for one unit; further calls are unknown code.
MAXIMUM_RUNS = 60
#: So many entries of one call are remembered.
REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class _Run:
    """What a callee did from one entry: the store in which it returns, None where it does not."""

    entry: Store
    done: Store | None
    fixpoint: Fixpoint


@dataclass(slots=True)
class _Body:
    """The code of one callee, at one call: what runs it, and what it did from the entries that were seen."""

    world: World
    transfer: Transfer
    graph: Graph
    rebound: frozenset[str]
    known: list[_Run] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A callee's parameters at one call: their values, and the caller's places that they are."""

    values: dict[str, Value]
    places: tuple[tuple[Place, str], ...]
    shared: frozenset[str]


class Summaries:
    """Follows the calls of one graph into the functions of the module."""

    def __init__(self, world: World, stability: Stability, make: Callable[[World], Transfer]) -> None:
        self._world = world
        self._stability = stability
        self._make = make
        self._bodies: dict[Call, _Body | None] = {}

    def call(
        self, instruction: Call, site: CallSite, callee: Value, held: Sequence[Value], store: Store, result: Context
    ) -> Value | None:
        """The value of a call, after its effects; None where the body is not followed."""
        if site.runs is None or site.runs.manages or not self._matters(store, result):
            return None
        direct = result is site.node or (isinstance(result, AwaitExpr) and result.expr is site.node)
        entry = self._entry(instruction, site.runs, callee, held, store, direct)
        body = self._body(instruction, site.runs) if entry is not None else None
        if body is None or entry is None:
            return None
        frame = Frame(site_of(site.node), entry.places, body.rebound, entry.shared)
        begun = frame.enter(store, entry.values)
        done = self._run(body, frame, begun, site.node)
        if done is None:
            return None
        after, value = frame.leave(store, begun, done)
        if any_running(after):
            return None
        if site.runs.cached:
            after = after.join(store)
            escape(after, value)
        if _ended_with(store, after, value):
            value = NOTHING_KNOWN
        _become(store, after)
        return self._returned(store, value, result)

    def _matters(self, store: Store, result: Context) -> bool:
        """Whether there is anything that the body could change, or give back."""
        if self._world.failing or any_running(store):
            return False
        return bool(store.heap) or self._world.shape(result) not in (PLAIN, UNSEEN)

    def _returned(self, store: Store, value: Value, result: Context) -> Value:
        """What the callee gives back; functions that it has made are not followed out of it."""
        reached = reach(store, [value])
        if reached.names or reached.variables or reached.places:
            escape(store, value)
            value = NOTHING_KNOWN
        if value == NOTHING_KNOWN:
            return self._world.typed_value(store, result, "result")
        return value

    def _entry(
        self, instruction: Call, callee: Callee, value: Value, held: Sequence[Value], store: Store, direct: bool
    ) -> _Entry | None:
        """What the parameters hold; None where that is not certain, or a function is among it."""
        function = callee.function
        parameters = list(parameters_of(function))
        values: dict[str, Value] = {}
        places: list[tuple[Place, str]] = []
        if callee.binding is not Binding.NOTHING:
            own = parameters.pop(0)[0].name if parameters else "self"
            is_object = callee.binding is Binding.RECEIVER
            receiver = [atom for atom in value if isinstance(atom, Method)]
            values[own] = receiver[0].receiver if is_object and len(receiver) == len(value) == 1 else NOTHING_KNOWN
            owner = getattr(getattr(instruction.node, "callee", None), "expr", None)
            if direct and instruction.receiver_place is not None and owner and self._stability.keeps(owner):
                places.append((instruction.receiver_place, own))
        assigned = _assigned(function, [variable.name for variable, _type in parameters], instruction.arguments)
        if assigned is None:
            return None
        by_name = {name: (argument, held[position]) for name, argument, position in assigned}
        for variable, declared in parameters:
            if variable.name in by_name:
                argument, given = by_name[variable.name]
                if direct and argument.place is not None and self._stability.keeps(argument.node):
                    places.append((argument.place, variable.name))
            else:
                given = _default(function, variable.name)
            values[variable.name] = self._given(store, kept(given), declared, (site_of(function), variable.name))
        reached = reach(store, values.values())
        if reached.names or reached.variables or reached.places:
            return None
        shared = _shared_with(function, value, store)
        return None if shared is None else _Entry(values, tuple(places), shared)

    def _given(self, store: Store, value: Value, declared: Type | None, site: object) -> Value:
        """What a parameter holds: of an argument of unknown value, what the parameter's type says."""
        if objects(value) or value != NOTHING_KNOWN or declared is None:
            return value
        shape = without_states(self._world.shapes.of(declared))
        if not isinstance(shape, SessionShape | Entity):
            return value
        return Maker(store, "given", None).value(shape, site)

    def _body(self, instruction: Call, callee: Callee) -> _Body | None:
        if instruction not in self._bodies:
            self._bodies[instruction] = self._new_body(callee)
        return self._bodies[instruction]

    def _new_body(self, callee: Callee) -> _Body | None:
        function, world = callee.function, self._world
        if function.is_generator or function.is_async_generator:
            return None
        if function in world.frames or len(world.frames) > MAXIMUM_DEPTH:
            return None
        graph = _graph_of(world, function)
        if graph is None:
            return None
        inner = world.of_callee(function, graph.captured)
        transfer = self._make(inner)
        stored = {item.variable for block in graph.blocks for item in block.instructions if isinstance(item, StoreName)}
        parameters = {variable.name for variable, _type in parameters_of(function)}
        return _Body(inner, transfer, graph, frozenset(stored & parameters))

    def _run(self, body: _Body, frame: Frame, begun: Store, node: CallExpr) -> Store | None:
        """The store in which the callee returns; None where it is not known."""
        found = next((run for run in body.known if run.entry == begun), None)
        if found is None:
            counted = self._world.own.runs
            if counted.left == 0:
                return None
            counted.left -= 1
            found = _run(body, frame, begun)
            if found is None:
                return None
            body.known = [found, *body.known[: REMEMBERED - 1]]
        if any(visit.noted for visit in found.fixpoint.visits()):
            self._world.listener(CalleeEvent(node, body.world, found.fixpoint), begun)
        return found.done


def _run(body: _Body, frame: Frame, begun: Store) -> _Run | None:
    """Follow a body from this entry; None where its facts do not settle."""
    fixpoint = Fixpoint(_with_live(body, frame, begun), body.transfer)
    body.world.listener = fixpoint.note
    try:
        fixpoint.run(begun.copy())
    except UnsettledError:
        return None
    body.world.listener = ignore
    return _Run(begun, _returns(fixpoint), fixpoint)


def give_back(store: Store, value: Temporary | None) -> None:
    """A callee returns; what it gives back is kept until it is left."""
    store.variables[GIVEN_BACK] = NONE_VALUE if value is None else kept(store.value(value))


def _graph_of(world: World, function: FuncDef) -> Graph | None:
    """The graph of a function, lowered once; None for what is too large to follow."""
    graphs = world.own.graphs
    if function not in graphs:
        graph = build_graph(function, world.types)
        size = sum(len(block.instructions) for block in graph.blocks)
        graphs[function] = graph if size <= MAXIMUM_INSTRUCTIONS else None
    return graphs[function]


def _with_live(body: _Body, frame: Frame, begun: Store) -> Graph:
    """The graph, in which what the caller needs of the store stays until the end."""
    names = {name for name in begun.variables if isinstance(name, str)}
    roots = {place[0] for place in begun.paths} | {variable for _place, variable in frame.places}
    live = body.graph.captured | body.transfer.watched | {CALLER, GIVEN_BACK} | names | roots
    return Graph(body.graph.blocks, live, body.graph.nested)


def _returns(fixpoint: Fixpoint) -> Store | None:
    """All stores in which the code returns, as one."""
    done: Store | None = None
    for visit in fixpoint.visits():
        if isinstance(visit.block.terminator, Exit) and visit.block.terminator.how is End.RETURN:
            done = visit.store if done is None else done.join(visit.store)
    return done


def _ended_with(before: Store, after: Store, value: Value) -> bool:
    """Whether what is given back works with a session that the callee has closed: that is told where it is returned."""
    for item in objects(value):
        facts = after.heap.get(item)
        needed = objects(facts.session) if isinstance(facts, LibraryFacts) else {item}
        for session in needed:
            now, then = after.session(session), before.session(session)
            if now is not None and now.life.is_closed and (then is None or not then.life.is_closed):
                return True
    return False


def _become(store: Store, other: Store) -> None:
    store.variables, store.paths, store.heap = other.variables, other.paths, other.heap
    store.literals, store.epochs = other.literals, other.epochs


def _assigned(
    function: FuncDef, names: Sequence[str], arguments: Sequence[Argument]
) -> list[tuple[str, Argument, int]] | None:
    """Which parameter takes which argument; None for calls and functions with stars."""
    kinds = {argument.variable.name: argument.kind for argument in function.arguments}
    if any(kinds[name].is_star() for name in names):
        return None
    positional = [name for name in names if kinds[name].is_positional()]
    found: list[tuple[str, Argument, int]] = []
    for position, argument in enumerate(arguments):
        if argument.kind is ArgumentKind.POSITIONAL and positional:
            found.append((positional.pop(0), argument, position))
        elif argument.kind is ArgumentKind.NAMED and argument.name in kinds:
            found.append((argument.name or "", argument, position))
        else:
            return None
    return found


def _default(function: FuncDef, name: str) -> Value:
    """What a parameter holds that is given nothing: a literal, or what is not known."""
    initializer = next(
        (argument.initializer for argument in function.arguments if argument.variable.name == name), None
    )
    return _literal(initializer) if initializer is not None else NOTHING_KNOWN


def _literal(expression: Expression) -> Value:
    if isinstance(expression, NameExpr) and expression.fullname == "builtins.None":
        return NONE_VALUE
    if isinstance(expression, NameExpr) and expression.fullname in ("builtins.True", "builtins.False"):
        return constant(expression.fullname == "builtins.True")
    if isinstance(expression, IntExpr | StrExpr):
        return constant(expression.value)
    return NOTHING_KNOWN


def _shared_with(function: FuncDef, value: Value, store: Store) -> frozenset[str] | None:
    """The variables of the caller's that a nested function names; None where it is another function's."""
    if not is_local(function):
        return frozenset()
    atoms = [atom for atom in value if isinstance(atom, Function) and atom.node is function]
    if len(atoms) != len(value) or len(value) != 1 or value != store.variables.get(function.name):
        return None
    return frozenset(atoms[0].captured)
