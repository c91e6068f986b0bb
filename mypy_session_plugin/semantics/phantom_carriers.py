"""Phantom-typed functions that are called through something else: `functools.partial(f, ...)` and `map(f, ...)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    ARG_STAR,
    ArgKind,
    CallExpr,
    Expression,
    ForStmt,
    ListComprehension,
    Node,
    SetComprehension,
)

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.values import Bound, Value
from mypy_session_plugin.flow.graph import Argument, ArgumentKind, Call
from mypy_session_plugin.semantics.places import place_of

#: How a value of `functools.partial` is carried.
PARTIAL = "partial"
_KINDS = {ARG_POS: ArgumentKind.POSITIONAL, ARG_NAMED: ArgumentKind.NAMED, ARG_STAR: ArgumentKind.STAR}


@dataclass(frozen=True, slots=True)
class Carried:
    """A call as if the function itself were called: with all arguments, whose `values` these are, of `callee`."""

    call: Call
    callee: Expression
    values: tuple[Value, ...]


class Carriers:
    """The calls of one graph that go to a function through a carrier: each is one call, whenever it is asked for."""

    def __init__(self) -> None:
        self._calls: dict[tuple[object, object], Call] = {}
        self._callees: dict[Call, Expression] = {}

    def callee_of(self, call: Call) -> Expression | None:
        """What a carried call calls; None for every other call."""
        return self._callees.get(call)

    def through_partial(self, instruction: Call, callee: Value, values: tuple[Value, ...]) -> Carried | None:
        """The call of a `partial` that was made here."""
        (atom,) = callee if len(callee) == 1 else (None,)
        if not isinstance(atom, Bound) or atom.how != PARTIAL or not isinstance(atom.call, CallExpr):
            return None
        made = atom.call
        held = tuple(
            Argument(-1, _kind(kind), name, node, place_of(node))
            for node, kind, name in zip(made.args[1:], made.arg_kinds[1:], made.arg_names[1:], strict=True)
        )
        return self._carried(instruction, made, (*held, *instruction.arguments), (*atom.held, *values))

    def of_each(self, made: CallExpr, elements: tuple[Value, ...], instruction: Call) -> Carried | None:
        """The call that `map()` makes for one element of each iterable."""
        arguments = tuple(Argument(-1, ArgumentKind.POSITIONAL, None, node, None) for node in made.args[1:])
        return self._carried(instruction, made, arguments, elements)

    def _carried(
        self, instruction: Call, made: CallExpr, arguments: tuple[Argument, ...], values: tuple[Value, ...]
    ) -> Carried | None:
        if len(arguments) != len(values):
            return None
        key = (instruction, made)
        if key not in self._calls:
            call = Call(instruction.node, instruction.target, instruction.callee, None, None, None, None, arguments)
            self._calls[key] = call
            self._callees[call] = made.args[0]
        return Carried(self._calls[key], made.args[0], values)


def gone_through(nodes: Iterable[Node], goes_through: Callable[[CallExpr, int], bool]) -> frozenset[Node]:
    """The expressions whose elements are all taken where they stand: by a loop, a comprehension or a call.

    `goes_through` tells whether a call does so with its argument at a position.
    """
    found: set[Node] = set()
    for node in nodes:
        match node:
            case ForStmt():
                found.add(node.expr)
            case ListComprehension() | SetComprehension():
                found.add(node.generator.sequences[0])
            case CallExpr(args=[CallExpr() as first, *_]) if goes_through(node, 0):
                found.add(first)
    return frozenset(found)


def _kind(kind: ArgKind) -> ArgumentKind:
    return _KINDS.get(kind, ArgumentKind.DOUBLE_STAR)
