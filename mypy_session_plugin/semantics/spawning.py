"""Functions of the module that run in threads or tasks what they are given: `run_in_parallel([(function, arguments)])`.

The body of such a function is read with what its caller gives it: which of its calls hand what to another side, once
for each element of a container that the caller wrote down, or many times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ConditionalExpr,
    Expression,
    ForStmt,
    FuncDef,
    FuncItem,
    GeneratorExpr,
    IfStmt,
    ListComprehension,
    ListExpr,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    ReturnStmt,
    SetComprehension,
    StarExpr,
    SymbolNode,
    TryStmt,
    TupleExpr,
    WhileStmt,
    WithStmt,
)

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.objects import ContainerFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Atom, Bound, Function, ObjectId, Value, join
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.flow.operands import Argument, ArgumentKind
from mypy_session_plugin.flow.syntax import children, descendants
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of, parameters_of
from mypy_session_plugin.semantics import boundaries
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.functions import Callee
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.reaching import Reach
from mypy_session_plugin.semantics.sending import Run, arguments_of, boundary_of, runs_of
from mypy_session_plugin.semantics.shapes import Entity, SessionShape, without_states
from mypy_session_plugin.semantics.world import World

_KINDS = {ARG_STAR: ArgumentKind.STAR, ARG_STAR2: ArgumentKind.DOUBLE_STAR}


@dataclass(frozen=True, slots=True)
class Spawned:
    """What one call in the function runs on another side; `waits`: it has ended when the function returns."""

    runs: tuple[Run, ...]
    waits: bool


def hand_on(world: World, store: Store, instruction: Call, callee: Callee | None, values: Sequence[Value]) -> None:
    """Let the rules see what a call of a function of the module hands to another side, if it is given what runs there.

    Each call in the function counts by itself: of two, the one may wait for what it has begun before the other begins.
    """
    given = [atom for value in values for atom in _within(store, value)]
    if callee is None or callee.manages or not any(isinstance(atom, (Function, Bound)) for atom in given):
        return
    before = set(store.heap)
    for spawned in _spawned_by(world, store, instruction, callee, values):
        reach = Reach(world, store)
        times = Counter(item.session for run in spawned.runs for item in reach.of(run))
        together = any(run.many for run in spawned.runs) or any(count > 1 for count in times.values())
        if spawned.waits or together:
            boundaries.hand_runs(world, store, spawned.runs, instruction.node, waits=True)
    for identity in set(store.heap) - before:
        if identity.kind == "container":
            del store.heap[identity]


def _spawned_by(
    world: World, store: Store, instruction: Call, callee: Callee, values: Sequence[Value]
) -> Iterator[Spawned]:
    given = _parameters(world, store, callee.function, instruction, values)
    if given is None or not world.own.functions.has_types(callee.function):
        return
    body = _Body(world, store, callee.function, given)
    body.read(callee.function.body, _Way())
    nodes = list(descendants(callee.function.body, into_functions=False))
    leaves = any(
        isinstance(inner, ReturnStmt)
        for node in nodes
        if isinstance(node, IfStmt)
        for inner in descendants(node, into_functions=False)
    )
    for found in body.found.values():
        runs = tuple(_at(run, instruction) for run, _waits in found)
        yield Spawned(runs, all(waits for _run, waits in found) and not leaves)


def _within(store: Store, value: Value, depth: int = 0) -> Iterator[Atom]:
    """The atoms of a value and of what is in its containers."""
    for atom in value:
        yield atom
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        if isinstance(facts, ContainerFacts) and depth < 3:
            yield from _within(store, facts.elements, depth + 1)


def _parameters(
    world: World, store: Store, function: FuncDef, instruction: Call, values: Sequence[Value]
) -> dict[SymbolNode, Value] | None:
    """What the parameters hold; None where that is not certain.

    A session, or an instance, that a parameter is declared to take is the function's own to tell of.
    """
    own = bool(function.info) and not function.is_static
    positional = [item.variable for item in function.arguments if item.kind.is_positional()][own:]
    rest = next((item.variable for item in function.arguments if item.kind == ARG_STAR), None)
    names = {item.variable.name: item.variable for item in function.arguments}
    found: dict[SymbolNode, Value] = {}
    more: list[Value] = []
    for argument, value in zip(instruction.arguments, values, strict=True):
        if argument.kind is ArgumentKind.POSITIONAL and positional:
            found[positional.pop(0)] = value
        elif argument.kind is ArgumentKind.POSITIONAL and rest is not None:
            more.append(value)
        elif argument.kind is ArgumentKind.NAMED and argument.name in names:
            found[names[argument.name]] = value
        else:
            return None
    if rest is not None:
        found[rest] = _container(store, site_of(rest), more)
    for variable, declared in parameters_of(function):
        shape = without_states(world.shapes.of(declared)) if declared is not None else None
        if variable in found and variable is not rest and isinstance(shape, (SessionShape, Entity)):
            found[variable] = NOTHING_KNOWN
    return found


def _container(store: Store, site: object, values: list[Value]) -> Value:
    identity = ObjectId("container", site)
    store.heap[identity] = ContainerFacts("list", join(values) if values else frozenset(), tuple(values))
    return frozenset({identity})


def _at(run: Run, instruction: Call) -> Run:
    """The same as handed over by the call: the names in the function's body say nothing to the caller."""
    node = instruction.node
    bound = next(iter(run.function)) if len(run.function) == 1 else None
    if isinstance(bound, Bound) and isinstance(bound.call, CallExpr) and bound.stub is _OF_BODY:
        held = arguments_of(bound)
        shift = len(held)
        later = [
            replace(item, position=None if item.position is None else item.position + shift) for item in run.arguments
        ]
        run = replace(run, function=bound.function, arguments=(*held, *later))
    return replace(run, node=node, arguments=tuple(replace(item, node=node) for item in run.arguments))


#: Marks the coroutines and partials that the body of such a function makes.
_OF_BODY = object()
#: Methods of threads, tasks and futures that wait for them, or may.
WAITING = frozenset({"result", "exception", "join", "wait", "is_alive", "done"})


@dataclass(frozen=True, slots=True)
class _Way:
    """How a statement is come to: `many` times, for each of a list that is not known, or for certain.

    `waits`: in a block, or an `await`, whose end waits for what was begun.
    """

    many: bool = False
    waits: bool = False
    certain: bool = True


class _Body:
    """Reads one body; `found` are, by the calls in it, the runs on another side, and whether each is waited for."""

    def __init__(self, world: World, store: Store, function: FuncDef, known: dict[SymbolNode, Value]) -> None:
        self._world = world
        self._store = store
        self._function = function
        self._known = known
        self.found: dict[CallExpr, list[tuple[Run, bool]]] = {}

    def read(self, node: Node, way: _Way) -> None:
        """Read a statement or expression that is come to in this way."""
        match node:
            case FuncItem():
                return
            case ForStmt():
                self._loop([node.index], [node.expr], [node.body], way)
                return
            case GeneratorExpr():
                chosen = replace(way, certain=way.certain and not any(node.condlists))
                self._loop(node.indices, node.sequences, [node.left_expr], chosen)
                return
            case IfStmt() | WhileStmt() | TryStmt() | ConditionalExpr() | MatchStmt():
                way = replace(way, certain=False)
            case WithStmt() if any(self._waits_at_end(manager) for manager in node.expr):
                way = replace(way, waits=True)
            case AwaitExpr(expr=CallExpr()):
                way = replace(way, waits=True)
        for child in children(node):
            self.read(child, way)
        if isinstance(node, AssignmentStmt):
            value = self._value(node.rvalue)
            for target in node.lvalues:
                self._assign(target, value)
        elif isinstance(node, CallExpr) and way.certain:
            self._call(node, way)

    def _loop(
        self, indices: Sequence[Expression], sequences: Sequence[Expression], inner: Sequence[Node], way: _Way
    ) -> None:
        """Read the body for each element; one that waits for something in its turn begins nothing together."""
        for sequence in sequences:
            self.read(sequence, way)
        elements = self._elements(self._value(sequences[0])) if len(sequences) == 1 else None
        turn = replace(way, many=way.many or elements is None, certain=way.certain and not any(map(_waits, inner)))
        for element in elements if elements is not None else [NOTHING_KNOWN]:
            self._assign(indices[0], element)
            for node in inner:
                self.read(node, turn)

    def _elements(self, value: Value) -> list[Value] | None:
        """The elements of a container that are known one by one."""
        only = next(iter(value)) if len(value) == 1 else None
        facts = self._store.heap.get(only) if isinstance(only, ObjectId) else None
        return list(facts.fixed) if isinstance(facts, ContainerFacts) and facts.fixed is not None else None

    def _assign(self, target: Node, value: Value) -> None:
        if isinstance(target, NameExpr) and target.node is not None:
            self._known[target.node] = value
        elif isinstance(target, (TupleExpr, ListExpr)):
            items = self._elements(value)
            known = items is not None and len(items) == len(target.items)
            for position, part in enumerate(target.items):
                self._assign(part, items[position] if known and items is not None else NOTHING_KNOWN)

    def _value(self, node: Expression) -> Value:
        """What an expression is, as far as it is made of what the function was given."""
        match node:
            case NameExpr():
                definition = node.node
                if isinstance(definition, FuncDef) and not definition.is_decorated:
                    return frozenset({Function(definition, (), definition.fullname)})
                return self._known.get(definition, NOTHING_KNOWN) if definition is not None else NOTHING_KNOWN
            case StarExpr():
                return self._value(node.expr)
            case TupleExpr() | ListExpr():
                return _container(self._store, site_of(node), [self._value(item) for item in node.items])
            case ListComprehension() | SetComprehension():
                return self._collected(node.generator)
            case GeneratorExpr():
                return self._collected(node)
            case CallExpr():
                return self._called(node)
            case _:
                return NOTHING_KNOWN

    def _collected(self, node: GeneratorExpr) -> Value:
        elements = self._elements(self._value(node.sequences[0])) if len(node.sequences) == 1 else None
        if elements is None or any(node.condlists):
            return NOTHING_KNOWN
        values: list[Value] = []
        for element in elements:
            self._assign(node.indices[0], element)
            values.append(self._value(node.left_expr))
        return _container(self._store, site_of(node), values)

    def _called(self, call: CallExpr) -> Value:
        """A coroutine, or a partial, of a function that is known."""
        values = [self._value(argument) for argument in call.args]
        is_partial = isinstance(call.callee, RefExpr) and call.callee.fullname == "functools.partial"
        function = values.pop(0) if is_partial and values else self._value(call.callee)
        if not function or not all(isinstance(atom, (Function, Bound)) for atom in function):
            return NOTHING_KNOWN
        how = "partial" if is_partial else "coroutine"
        return frozenset({Bound(how, function, tuple(values), call, _OF_BODY)})

    def _call(self, call: CallExpr, way: _Way) -> None:
        overloads = self._stubs(call)
        crosses = any(boundary_of(item.annotation) for stub in overloads for item in stub.parameters)
        bound = self._bound(call, overloads) if crosses else None
        for run in runs_of(self._function, self._store, bound) if bound is not None else ():
            found = replace(run, many=run.many or way.many)
            self.found.setdefault(call, []).append((found, way.waits))

    def _stubs(self, call: CallExpr) -> tuple[FunctionStub, ...]:
        library, types, callee = self._world.library, self._world.types, call.callee
        made = class_named_by(types.of(callee))
        owner = info_of(types.of(callee.expr)) if isinstance(callee, MemberExpr) else None
        info, name = (made, "__init__") if made is not None else (owner, getattr(callee, "name", ""))
        if info is not None:
            return library.method([base.fullname for base in info.mro], name) or ()
        return (library.function(callee.fullname) or ()) if isinstance(callee, RefExpr) and callee.fullname else ()

    def _bound(self, call: CallExpr, overloads: tuple[FunctionStub, ...]) -> BoundCall | None:
        types = self._world.types
        arguments = [
            (
                Argument(position, _KINDS.get(kind, _named(name)), name, node, None),
                self._value(node),
                types.of(node),
            )
            for position, (node, kind, name) in enumerate(zip(call.args, call.arg_kinds, call.arg_names, strict=True))
        ]
        return self._world.binder.bind(overloads, arguments, types.of(call), {})

    def _waits_at_end(self, manager: Expression) -> bool:
        """Whether the end of a block waits for what was handed over in it: that of an executor, or of a group."""
        info = info_of(self._world.types.of(manager))
        bases = [base.fullname for base in info.mro] if info is not None else []
        stubs = [self._world.library.method(bases, name) or () for name in ("__exit__", "__aexit__")]
        return any(stub.effect("joined") is not None for overloads in stubs for stub in overloads)


def _waits(node: Node) -> bool:
    """Whether a part of a loop waits for something."""
    return any(
        isinstance(part, AwaitExpr)
        or (isinstance(part, CallExpr) and isinstance(part.callee, MemberExpr) and part.callee.name in WAITING)
        for part in descendants(node, into_functions=False)
    )


def _named(name: str | None) -> ArgumentKind:
    return ArgumentKind.POSITIONAL if name is None else ArgumentKind.NAMED
