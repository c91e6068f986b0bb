"""What a call sends over a boundary: which code runs there, with which arguments, once or many times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    Block,
    CallExpr,
    Context,
    DictExpr,
    DictionaryComprehension,
    Expression,
    ForStmt,
    GeneratorExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    SetExpr,
    TupleExpr,
    WhileStmt,
)

from mypy_session_plugin.facts.effects import FunctionStub, TypeExpression
from mypy_session_plugin.facts.objects import ContainerFacts, LibraryFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Atom, Bound, Function, Method, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import ArgumentKind
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.semantics.binding import BoundCall, Given
from mypy_session_plugin.semantics.bodies import Target
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.world import World

#: Results that stand for what still runs, beside the library's own objects.
LATER = frozenset({"typing.Iterator", "typing.AsyncIterator", "typing.Awaitable"})
_CALLABLE = "typing.Callable"
#: Objects that were made elsewhere, and are known by an attribute or a variable of the module.
KEPT = frozenset({"captured", "global", "path"})
_SPREAD = frozenset({"typing.Iterable", "typing.Sequence", "builtins.tuple", "builtins.list"})
_NAMED = frozenset({"typing.Mapping", "builtins.dict"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One argument that the other side gets, by the position or name of its parameter, where these are known.

    `gone_through`: the caller goes through the value and sends its elements.  `target` is the variable that takes it
    there, where that is no parameter.
    """

    value: Value
    node: Context
    position: int | None = None
    name: str | None = None
    gone_through: bool = False
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What runs on the other side: a function, or a coroutine, which has its arguments with it.

    `many` tells that it stands for several runs of the same; `certain`, that it is not one of several that may run.
    """

    boundary: str
    function: Value
    node: Context
    arguments: tuple[Sent, ...] = ()
    many: bool = False
    certain: bool = True


def boundary_of(annotation: TypeExpression) -> str | None:
    """The boundary that a parameter of a stub crosses, anywhere in its annotation."""
    name = annotation.name.rpartition(".")[2]
    if name.startswith("Crosses"):
        return name.removeprefix("Crosses").lower()
    found = (boundary_of(part) for part in annotation.arguments)
    return next((boundary for boundary in found if boundary is not None), None)


def runs_of(unit: Node, store: Store, bound: BoundCall) -> list[Run]:
    """Everything that a call of the library in the code of `unit` runs on another side."""
    crossing = [given for given in bound.given if boundary_of(given.parameter.annotation) is not None]
    function = next((given for given in crossing if _CALLABLE in given.parameter.annotation.names), None)
    if function is None:
        return [run for given in crossing for run in _awaitables(unit, store, given)]
    boundary = boundary_of(function.parameter.annotation) or ""
    rest = [given for given in crossing if given is not function]
    node = function.argument.node
    if bound.stub.effect("each") is not None:
        return _mapped(store, boundary, function.value, node, rest)
    return [Run(boundary, function.value, node, tuple(_arguments(store, rest)))]


def run_of(boundary: str, values: Sequence[tuple[Value, Context]]) -> list[Run]:
    """What a function of the checked code runs whose parameters cross: each coroutine by itself, or one function."""
    if all(any(isinstance(atom, Bound) and atom.how == "coroutine" for atom in value) for value, _node in values):
        return [Run(boundary, value, node) for value, node in values]
    return [Run(boundary, frozenset(), values[0][1], tuple(Sent(value, node) for value, node in values))]


def arguments_of(bound: Bound) -> tuple[Sent, ...]:
    """The arguments that a partial or coroutine has with it."""
    call = bound.call
    if not isinstance(call, CallExpr):
        return tuple(Sent(value, call) for value in bound.held if isinstance(call, Context))
    skipped = 1 if bound.how == "partial" else 0
    found: list[Sent] = []
    certain = True
    for position, (value, node) in enumerate(zip(bound.held, call.args[skipped:], strict=False)):
        kind, name = call.arg_kinds[position + skipped], call.arg_names[position + skipped]
        certain = certain and kind in (ARG_POS, ARG_NAMED)
        found.append(Sent(value, node, position if kind == ARG_POS and certain else None, name))
    return tuple(found)


def unwrapped(run: Run) -> Run:
    """What runs in the end, where the function itself hands its first argument on: `to_thread` with its function."""
    first = run.arguments[0] if run.arguments else None
    if first is None or not first.value or not all(isinstance(atom, (Bound, Function, Method)) for atom in first.value):
        return run
    rest = [replace(sent, position=None if sent.position is None else sent.position - 1) for sent in run.arguments[1:]]
    return replace(run, function=first.value, node=first.node, arguments=tuple(rest))


def has_one_worker(world: World, store: Store, bound: BoundCall, receiver: Value, node: Context) -> bool:
    """Whether what runs what it is given has one worker, which does one thing after the other.

    Of an executor in an attribute or a global variable the module tells with how many it is made.
    """
    given = bound.argument("executor")
    callee = node.callee if isinstance(node, CallExpr) else None
    runner = given.argument.node if given is not None else callee.expr if isinstance(callee, MemberExpr) else None
    is_kept = isinstance(runner, (NameExpr, MemberExpr)) and runner.name in world.surroundings.pools_of_one
    for item in objects(receiver if given is None else given.value):
        facts = store.heap.get(item)
        workers = facts.workers if isinstance(facts, LibraryFacts) else None
        if workers == 1 or (workers is None and is_kept and item.kind in KEPT):
            return True
    return False


def ends_with_call(stub: FunctionStub) -> bool:
    """Whether what a joined function was given has ended when it comes back, or its coroutine was awaited."""
    if stub.is_async:
        return True
    name = stub.returns.name
    return name not in LATER and ("." not in name or name.startswith("builtins."))


def _awaitables(unit: Node, store: Store, given: Given) -> Iterator[Run]:
    """Each awaitable runs by itself: those of `*awaitables` and of an iterable of them, too."""
    boundary = boundary_of(given.parameter.annotation) or ""
    node = given.argument.node
    takes_many = given.argument.kind is ArgumentKind.STAR or bool(given.parameter.annotation.names & _SPREAD)
    containers = _containers(store, given.value) if takes_many else []
    if not containers:
        yield Run(boundary, given.value, node)
    for identity, facts in containers:
        if facts.fixed is not None:
            for value, part, _name in _items(facts, node):
                yield Run(boundary, value, part)
            continue
        for atom in sorted(facts.elements, key=repr):
            again = isinstance(atom, Bound) and _is_repeated(unit, atom.call, identity)
            yield Run(boundary, frozenset({atom}), node, many=again, certain=again or len(facts.elements) == 1)


def _is_repeated(unit: Node, call: object, container: ObjectId) -> bool:
    """Whether a loop or comprehension outside of which the container was made evaluates the call again and again."""
    if not isinstance(call, Context):
        return False
    made = container.site
    return any(_holds(part, site_of(call)) and not _holds(part, made) for part in _repeated_parts(unit))


def _repeated_parts(unit: Node) -> Iterator[Context]:
    for node in descendants(unit, into_functions=True):
        if isinstance(node, (ForStmt, WhileStmt)):
            yield node.body
        elif isinstance(node, GeneratorExpr):
            yield node.left_expr
        elif isinstance(node, DictionaryComprehension):
            yield from (part for part in (node.key, node.value) if part is not None)


def _holds(outer: Context, site: object) -> bool:
    if not isinstance(site, tuple) or len(site) != 4 or not all(isinstance(part, int) for part in site):
        return False
    line, column, end_line, end_column = site_of(outer)
    if isinstance(outer, Block):
        return line <= site[0] and outer.body[-1].end_line is not None and site[2] <= (outer.body[-1].end_line or 0)
    return (line, column) <= site[:2] and site[2:] <= (end_line, end_column)


def _mapped(store: Store, boundary: str, function: Value, node: Context, rest: list[Given]) -> list[Run]:
    """`map(function, *iterables)`: one run for each element, as far as these are known one by one."""
    if len(rest) == 1 and _is_of_tuples(rest[0].parameter.annotation):
        starred = list(_starred(store, boundary, function, node, rest[0]))
        return starred or [Run(boundary, function, node, many=True)]
    fixed = [facts for given in rest for _, facts in _containers(store, given.value) if facts.fixed is not None]
    if len(fixed) == len(rest):
        rows = [list(_items(facts, given.argument.node)) for facts, given in zip(fixed, rest, strict=True)]
        return [
            Run(boundary, function, node, tuple(Sent(value, part, place) for place, (value, part, _) in enumerate(row)))
            for row in zip(*rows, strict=False)
        ]
    sent: list[Sent] = []
    for position, given in enumerate(rest):
        containers = _containers(store, given.value)
        elements = frozenset[Atom]().union(*(facts.elements for _, facts in containers)) if containers else given.value
        sent.append(Sent(elements, given.argument.node, position, gone_through=not containers))
    return [Run(boundary, function, node, tuple(sent), many=True)]


def _is_of_tuples(annotation: TypeExpression) -> bool:
    """Whether a parameter takes the arguments of each run as one iterable: `Iterable[Iterable[object]]`."""
    inner = annotation.arguments[0] if annotation.arguments else annotation
    return any(part.name in _SPREAD for part in inner.arguments)


def _starred(store: Store, boundary: str, function: Value, node: Context, given: Given) -> Iterator[Run]:
    """`starmap(function, rows)`: one run for each row, with its items as arguments."""
    for _identity, rows in _containers(store, given.value):
        for row, part, _name in _items(rows, given.argument.node):
            containers = _containers(store, row)
            certain = len(containers) == len(row) == 1
            for _inner, items in containers:
                sent = [
                    Sent(value, item, place if items.fixed is not None else None)
                    for place, (value, item, _key) in enumerate(_items(items, part))
                ]
                yield Run(boundary, function, node, tuple(sent), certain and rows.fixed is None, certain)


def _arguments(store: Store, rest: list[Given]) -> Iterator[Sent]:
    """The arguments of a function, in the order of its parameters: given one by one, or as `args` and `kwargs`.

    Of others, which are not known one by one, there is one that nothing is known of.
    """
    position: int | None = 0
    for given in rest:
        node, names = given.argument.node, given.parameter.annotation.names
        containers = _containers(store, given.value)
        is_star = given.argument.kind is ArgumentKind.STAR
        if given.argument.kind is ArgumentKind.DOUBLE_STAR or names & _NAMED:
            for _identity, facts in containers:
                yield from (Sent(value, part, name=name) for value, part, name in _items(facts, node))
            yield from _others(containers, node)
        elif is_star or names & _SPREAD:
            for _identity, facts in containers:
                for value, part, _name in _items(facts, node):
                    yield Sent(value, part, position)
                    position = None if position is None or facts.fixed is None else position + 1
            yield from _others(containers, node)
        elif given.argument.kind is ArgumentKind.NAMED:
            yield Sent(given.value, node, name=given.argument.name)
        else:
            yield Sent(given.value, node, position)
            position = None if position is None else position + 1


def _others(containers: list[tuple[ObjectId, ContainerFacts]], node: Context) -> Iterator[Sent]:
    if len(containers) != 1 or containers[0][1].fixed is None:
        yield Sent(NOTHING_KNOWN, node)


def _containers(store: Store, value: Value) -> list[tuple[ObjectId, ContainerFacts]]:
    found = [(item, store.heap.get(item)) for item in objects(value)]
    return [(item, facts) for item, facts in found if isinstance(facts, ContainerFacts)]


def _items(facts: ContainerFacts, node: Context) -> Iterator[tuple[Value, Context, str | None]]:
    """The items of a container with their syntax and keys, one by one where they stand there so."""
    if facts.fixed is None:
        yield facts.elements, node, None
        return
    written = _written_items(node)
    keys = facts.keys or (None,) * len(facts.fixed)
    for position, value in enumerate(facts.fixed):
        key = keys[position]
        name = key.value if key is not None and isinstance(key.value, str) else None
        yield value, written[position] if len(written) == len(facts.fixed) else node, name


def _written_items(node: Context) -> list[Expression]:
    if isinstance(node, (TupleExpr, ListExpr, SetExpr)):
        return list(node.items)
    return [value for _key, value in node.items] if isinstance(node, DictExpr) else []
