"""Units that give values to a serialiser, or to what runs elsewhere: whether these may have to do with a session.

JSON is written, and code is run in a thread or a task, by much code that works with a session too, and nearly always
with other values.  So the text is followed backwards from what is given, by the names of variables and attributes,
whatever these mean at each place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product

from mypy.nodes import (
    AssignmentExpr,
    AssignmentStmt,
    CallExpr,
    DictionaryComprehension,
    Expression,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    LambdaExpr,
    MatchStmt,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    RefExpr,
    Var,
    WithStmt,
)
from mypy.types import Instance, NoneType

from mypy_session_plugin.flow.syntax import assigned_targets, children, descendants
from mypy_session_plugin.mypy_compat.types import Types, Waiting
from mypy_session_plugin.semantics.carriers import Carriers
from mypy_session_plugin.semantics.containers import PUTS, PUTS_ALL

#: What is of these types holds nothing else.
PLAIN = frozenset({"builtins.bool", "builtins.bytes", "builtins.float", "builtins.int", "builtins.str"})


def may_write_out(types: Types, carriers: Carriers, unit: FuncDef | MypyFile, serialisers: Collection[str]) -> bool:
    """Whether a session or an instance may be among what a unit gives to one of these functions.

    They are named by their library and their own name: `json.dumps`.
    """
    nodes = carriers.bodies.nodes(unit)
    calls = [node for node in nodes if isinstance(node, CallExpr) and _is_one_of(node.callee, serialisers)]
    mentions = sum(_is_one_of(node, serialisers) for node in nodes)
    given = [argument for call in calls for argument in call.args]
    return mentions > len(calls) or _may_give(types, carriers, nodes, given)


def may_start(types: Types, carriers: Carriers, unit: FuncDef | MypyFile, starting: Collection[str]) -> bool:
    """Whether a unit may give something of a session to what runs elsewhere, itself or by code of the module.

    `starting` are the functions and methods that start it, by their library and their own name: `asyncio.to_thread`.
    """
    names = {name.rpartition(".")[2] for name in starting}
    try:
        names |= carriers.bodies.leading_to(unit, names)
    except Waiting:
        return True
    nodes = carriers.bodies.nodes(unit)
    named = {node for node in nodes if isinstance(node, NameExpr | MemberExpr) and _is_called(node, names)}
    calls = [node for node in nodes if isinstance(node, CallExpr) and node.callee in named]
    given = [part for call in calls for part in (*_receiver(call), *call.args)]
    told = {call.callee for call in calls}.union(*(descendants(part, into_functions=True) for part in given))
    # Where no call is found, it stands there in a way that the text does not show.
    return not calls or not named <= told or _may_give(types, carriers, nodes, given)


def _is_called(node: NameExpr | MemberExpr, names: Collection[str]) -> bool:
    """Whether an expression names something that the source, or the module that defines it, calls so."""
    return node.name in names or node.fullname.rpartition(".")[2] in names


def _receiver(call: CallExpr) -> list[Expression]:
    return [call.callee.expr] if isinstance(call.callee, MemberExpr) else []


def _may_give(types: Types, carriers: Carriers, nodes: Sequence[Node], given: list[Expression]) -> bool:
    """Whether one of these values, all of a unit with these nodes, may be such a thing, or lead to one."""
    if any(isinstance(node, MatchStmt) for node in nodes):
        return True
    return _lead_to_carrier(types, carriers, given, _Sources(nodes, carriers))


def _lead_to_carrier(types: Types, carriers: Carriers, waiting: list[Expression], sources: _Sources) -> bool:
    seen: set[Expression] = set()
    names: set[str] = set()
    while waiting:
        expression = waiting.pop()
        if expression in seen:
            continue
        seen.add(expression)
        parts = list(_parts(types, expression))
        counting = carriers.without_owners(parts)
        if any(map(carriers.is_carrier, counting)):
            return True
        names.update(part.name for part in counting if isinstance(part, (NameExpr, MemberExpr)))
        for part in parts:
            if isinstance(part, (NameExpr, MemberExpr)):
                waiting += sources.of(part.name) if part.name in names else sources.of_instance(part.name)
    return carriers.may_arise_by(names)


def _parts(types: Types, expression: Expression) -> Iterator[Node]:
    """The nodes that the value of an expression may be made of, or that its code uses."""
    pending: list[Node] = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, LambdaExpr):
            yield from descendants(node, into_functions=True)
        elif not isinstance(node, CallExpr | MemberExpr) or not _is_plain(types, node):
            yield node
            pending.extend(children(node))


def _is_plain(types: Types, expression: Expression) -> bool:
    proper = types.proper(expression)
    return isinstance(proper, NoneType) or (isinstance(proper, Instance) and proper.type.fullname in PLAIN)


class _Sources:
    """By the name of a variable or attribute: the expressions whose values may come to be in it."""

    def __init__(self, nodes: Iterable[Node], carriers: Carriers) -> None:
        self._by_name: dict[str, list[Expression]] = {}
        self._of_own_code: dict[str, list[Expression]] = {}
        for node in nodes:
            if isinstance(node, CallExpr):
                runs_own = _runs_own(node, carriers)
                for target, value in _filled(node, runs_own):
                    self._add(target, value, runs_own)
            else:
                for target, value in _assigned(node):
                    self._add(target, value, _runs_own(value, carriers))

    def _add(self, target: Node, value: Expression, of_own_code: bool) -> None:
        for part in descendants(target, into_functions=False):
            if isinstance(part, MemberExpr) or (isinstance(part, NameExpr) and isinstance(part.node, Var)):
                self._by_name.setdefault(part.name, []).append(value)
                if of_own_code:
                    self._of_own_code.setdefault(part.name, []).append(value)

    def of(self, name: str) -> Sequence[Expression]:
        """What is assigned to it or to a part of it, or put there by a call."""
        return self._by_name.get(name, ())

    def of_instance(self, name: str) -> Sequence[Expression]:
        """Of an instance, of which only an attribute counts: what the module's own code may put into that."""
        return self._of_own_code.get(name, ())


def _filled(call: CallExpr, runs_own: bool) -> Iterator[tuple[Node, Expression]]:
    """What a call may put something into, with what it may put there.

    That is what a method of containers belongs to, and all that is given to the module's own code.
    """
    if runs_own:
        yield from product([*_receiver(call), *call.args], [call.callee, *call.args])
    elif isinstance(call.callee, MemberExpr) and call.callee.name in PUTS | PUTS_ALL:
        yield from product(_receiver(call), call.args)


def _runs_own(value: Expression, carriers: Carriers) -> bool:
    """Whether an expression is a call that may run a function, or make an object, of the module."""
    callee = value.callee if isinstance(value, CallExpr) else None
    return isinstance(callee, NameExpr | MemberExpr) and carriers.bodies.has(callee.name)


def _assigned(node: Node) -> Iterator[tuple[Node, Expression]]:
    """What a node assigns to, with the value of which that is or is an element."""
    match node:
        case AssignmentStmt() | OperatorAssignmentStmt():
            yield from ((target, node.rvalue) for target in assigned_targets(node))
        case AssignmentExpr():
            yield node.target, node.value
        case ForStmt():
            yield node.index, node.expr
        case WithStmt():
            yield from ((target, value) for target, value in zip(node.target, node.expr, strict=True) if target)
        case GeneratorExpr() | DictionaryComprehension():
            yield from zip(node.indices, node.sequences, strict=True)


def _is_one_of(node: Node, functions: Collection[str]) -> bool:
    """Whether an expression names one of these functions."""
    package, _, rest = node.fullname.partition(".") if isinstance(node, RefExpr) else ("", "", "")
    return f"{package}.{rest.rpartition('.')[2]}" in functions
