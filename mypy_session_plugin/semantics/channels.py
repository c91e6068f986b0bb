"""Queues and their like: what is put in crosses if the code that takes it out is in view and handed over here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.nodes import (
    AssignmentExpr,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    Context,
    Expression,
    ForStmt,
    FuncDef,
    FuncItem,
    IndexExpr,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    TupleExpr,
    Var,
)

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.objects import HandOver, LibraryFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import objects
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of
from mypy_session_plugin.semantics import bodies
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.sending import Run, Sent, boundary_of
from mypy_session_plugin.semantics.world import World


@dataclass(frozen=True, slots=True)
class Reader:
    """Code that takes out what a channel holds: what crosses to it, the call that hands it over, and its variable."""

    boundary: str
    call: CallExpr
    body: FuncItem
    variable: Var


def runs_of_put(world: World, bound: BoundCall, node: Context) -> Iterator[tuple[Run, Reader]]:
    """What the other side gets by what is put into a channel."""
    effect = bound.stub.effect("puts")
    given = bound.argument(str(effect.arguments["parameter"])) if effect is not None else None
    callee = node.callee if isinstance(node, CallExpr) else None
    owner = callee.expr if isinstance(callee, MemberExpr) else None
    if given is None or not isinstance(owner, NameExpr) or not isinstance(owner.node, Var):
        return
    for reader in (reader for end in _ends_of(world, owner.node) for reader in _readers(world, end)):
        target = bodies.Target(reader.variable.type, reader.variable, reader.body)
        sent = Sent(given.value, given.argument.node, target=target)
        yield Run(reader.boundary, frozenset(), given.argument.node, (sent,)), reader


def wait_with(store: Store, reader: Reader, handed: frozenset[HandOver]) -> None:
    """Whoever waits for the code that takes something out waits for what it was given."""
    sites = (site_of(reader.call), (site_of(reader.call), "future"))
    owner = reader.call.callee.expr if isinstance(reader.call.callee, MemberExpr) else None
    pools = objects(store.variables.get(owner.name, frozenset())) if isinstance(owner, NameExpr) else ()
    for item, facts in list(store.heap.items()):
        if isinstance(facts, LibraryFacts) and (item.site in sites or item in pools):
            store.heap[item] = replace(facts, handed=facts.handed | handed)


def _ends_of(world: World, channel: Var) -> Iterator[Var]:
    """The variables out of which comes what goes into one: itself, or the other end of it.

    `send, receive = create_memory_object_stream()`: a call of the library that has the class of both.
    """
    yield channel
    unit, info = world.unit, info_of(channel.type)
    package = info.module_name.partition(".")[0] if info is not None else ""
    for node in descendants(unit.body if isinstance(unit, FuncItem) else unit, into_functions=False):
        if not isinstance(node, AssignmentStmt) or _package_called(node.rvalue) != package:
            continue
        for target in node.lvalues:
            items = target.items if isinstance(target, TupleExpr) else []
            variables = [item.node for item in items if isinstance(item, NameExpr) and isinstance(item.node, Var)]
            if channel in variables:
                yield from (variable for variable in variables if variable is not channel)


def _package_called(value: Expression) -> str:
    """The package of the function or class that a call names, with or without type arguments; empty for all else."""
    callee = value.callee if isinstance(value, CallExpr) else None
    if isinstance(callee, IndexExpr):
        callee = callee.base
    return callee.fullname.partition(".")[0] if isinstance(callee, RefExpr) else ""


def _readers(world: World, channel: Var) -> Iterator[Reader]:
    """The readers that the unit hands over; none if it takes something out itself."""
    unit = world.unit
    nodes = list(descendants(unit.body if isinstance(unit, FuncItem) else unit, into_functions=False))
    if any(_takes(world, value, channel, isinstance(node, ForStmt)) for node in nodes for _, value in _bindings(node)):
        return
    for call in nodes:
        boundary = _boundary_of_call(world, call) if isinstance(call, CallExpr) else None
        if not isinstance(call, CallExpr) or boundary is None:
            continue
        for argument in call.args:
            body = _body(world, argument)
            if body is None:
                continue
            for variable in (channel, *_taken_as(call, argument, body, channel)):
                yield from (Reader(boundary, call, body, taken) for taken in _taken_out(world, body, variable))


def _boundary_of_call(world: World, call: CallExpr) -> str | None:
    stubs = _stubs_of(world, call) or ()
    found = (boundary_of(parameter.annotation) for stub in stubs for parameter in stub.parameters)
    return next((boundary for boundary in found if boundary is not None), None)


def _stubs_of(world: World, call: CallExpr) -> Sequence[FunctionStub] | None:
    made = class_named_by(world.type(call.callee))
    if made is not None:
        return world.library.method([base.fullname for base in made.mro], "__init__")
    if isinstance(call.callee, MemberExpr):
        owner = info_of(world.type(call.callee.expr))
        if owner is not None:
            return world.library.method([base.fullname for base in owner.mro], call.callee.name)
    name = call.callee.fullname if isinstance(call.callee, RefExpr) else ""
    return world.library.function(name) if name else None


def _body(world: World, expression: Expression) -> FuncItem | None:
    if isinstance(expression, LambdaExpr):
        return expression
    if isinstance(expression, CallExpr):
        # The call of a coroutine function: `create_task(consume(inbox))`.
        return _body(world, expression.callee)
    node = expression.node if isinstance(expression, RefExpr) else None
    return node if isinstance(node, FuncDef) and bodies.is_here(world, node) else None


def _taken_as(call: CallExpr, function: Expression, body: FuncItem, channel: Var) -> Iterator[Var]:
    """The parameters of the code there that get the channel itself."""
    given = list(function.args) if isinstance(function, CallExpr) else []
    for argument in call.args[call.args.index(function) + 1 :]:
        given += argument.items if isinstance(argument, (TupleExpr, ListExpr)) else [argument]
    for position, item in enumerate(given):
        if isinstance(item, NameExpr) and item.node is channel and position < len(body.arguments):
            yield body.arguments[position].variable


def _taken_out(world: World, body: FuncItem, channel: Var) -> Iterator[Var]:
    """The variables of a body that hold what it takes out."""
    for node in descendants(body.body, into_functions=False):
        for target, value in _bindings(node):
            variable = target.node if isinstance(target, NameExpr) else None
            if isinstance(variable, Var) and _takes(world, value, channel, isinstance(node, ForStmt)):
                yield variable


def _bindings(node: Node) -> Iterator[tuple[Expression, Expression]]:
    match node:
        case AssignmentStmt():
            yield from ((target, node.rvalue) for target in node.lvalues)
        case AssignmentExpr():
            yield node.target, node.value
        case ForStmt():
            yield node.index, node.expr


def _takes(world: World, value: Expression, channel: Var, goes_through: bool) -> bool:
    """Whether an expression takes something out: `channel.get()`, in a loop `channel` or `iter(channel.get, None)`."""
    value = value.expr if isinstance(value, AwaitExpr) else value
    if goes_through and isinstance(value, NameExpr):
        return value.node is channel and _is_taking(world, channel, "__aiter__", "__iter__")
    if not isinstance(value, CallExpr):
        return False
    method = value.args[0] if goes_through and value.args else value.callee
    if not isinstance(method, MemberExpr) or not isinstance(method.expr, NameExpr) or method.expr.node is not channel:
        return False
    return _is_taking(world, channel, method.name)


def _is_taking(world: World, channel: Var, *names: str) -> bool:
    info = info_of(channel.type)
    bases = [base.fullname for base in info.mro] if info is not None else []
    stubs = [stub for name in names for stub in world.library.method(bases, name) or ()]
    return any(stub.effect("takes") is not None for stub in stubs)
