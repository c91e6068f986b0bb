"""Lowering of loops through what is iterated: that through a generator made for the loop ends the generator too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mypy.nodes import (
    LDEF,
    AssignmentStmt,
    CallExpr,
    Context,
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    ListComprehension,
    NameExpr,
    RefExpr,
    SetComprehension,
    YieldFromExpr,
)

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.flow.builder import Builder, Cleanup
from mypy_session_plugin.flow.graph import (
    Block,
    Branch,
    BuildContainer,
    Collect,
    ContainerKind,
    EndIteration,
    Item,
    Next,
    Operation,
    Temporary,
    Yield,
)
from mypy_session_plugin.flow.syntax import has_elements

#: How often a variable is named that one assignment gives a value, and one loop goes through.
NAMED_ONCE_EACH = 2
#: Builtins that go through the whole of their argument and keep its elements.
COPIES = {
    "builtins.list": ContainerKind.LIST,
    "builtins.tuple": ContainerKind.LIST,
    "builtins.set": ContainerKind.SET,
    "builtins.frozenset": ContainerKind.SET,
}


@dataclass(frozen=True, slots=True)
class Turns:
    """A loop of the statement or comprehension `node`: its `header`, the `element` of a turn, and where `break` leads.

    `after` is where it goes on when there are no more elements.
    """

    header: Block
    element: Temporary
    left: Block
    after: Block


@contextmanager
def turns(
    builder: Builder, node: Context, expression: Expression, iterable: Temporary, is_async: bool, left: Block
) -> Iterator[Turns]:
    """Lower a loop through the value of an expression; inside, one turn of it, which must lead back to the header.

    `left` is where a loop goes on that is left early.  A generator expression runs who knows when: it owns nothing.
    """
    held = is_held_generator(builder, node, expression)
    owned = not isinstance(node, GeneratorExpr) and (held or builder.oracle.calls_generator(expression))
    header, turn, after = (builder.new_block() for _ in range(3))
    first = turn if has_elements(expression) else header
    first.header = True
    builder.jump(first)
    builder.start(header)
    builder.choose(turn, after)
    builder.start(turn)
    element = builder.temporary()
    builder.emit(Next(node, element, iterable, is_async, owned, held))
    if not owned:
        yield Turns(header, element, left, after)
        return
    dropped, failed, ended = (builder.new_block() for _ in range(3))

    def end(left: bool = True) -> None:
        builder.emit(EndIteration(node, iterable, is_async or held, left))

    def go_on(block: Block) -> None:
        # Where nothing stands for the generator any more, this way is not taken.
        builder.end(Branch(iterable, expression, None, block, block, of_exit=True))
        builder.start(block)

    outer = builder.handler
    builder.cleanups.append(Cleanup(end, outer, len(builder.loops), False))
    builder.handler = failed
    go_on(builder.new_block())
    yield Turns(header, element, dropped, ended)
    builder.cleanups.pop()
    builder.handler = outer
    for block, destination in ((dropped, left), (failed, builder.outward())):
        builder.start(block)
        end()
        builder.jump(destination)
    builder.start(after)
    end(left=False)
    go_on(ended)


def hold_generator(builder: Builder, statement: AssignmentStmt) -> None:
    """Note the variable that an assignment gives a generator to, and the loop around it."""
    target = statement.lvalues[0]
    if isinstance(target, NameExpr) and target.kind == LDEF and builder.oracle.calls_generator(statement.rvalue):
        builder.generators[target.node] = builder.loops[-1] if builder.loops else None


def is_held_generator(builder: Builder, node: Context, expression: Expression) -> bool:
    """Whether a loop goes through what a variable has held since it was made, and nothing else has named.

    The loop is gone through once for each assignment of the variable: no other loop stands between the two.
    """
    if not isinstance(expression, NameExpr) or expression.node not in builder.generators:
        return False
    loops = node.generator if isinstance(node, ListComprehension | SetComprehension) else node
    first = loops.sequences[0] if isinstance(loops, GeneratorExpr | DictionaryComprehension) else None
    if first not in (None, expression) or len(builder.names.comprehensions) > (first is not None):
        return False
    if builder.generators[expression.node] is not (builder.loops[-1] if builder.loops else None):
        return False
    named = [item for item in builder.names.all_of_unit() if item.node is expression.node]
    return len(named) == NAMED_ONCE_EACH


def lower_delegation(builder: Builder, expression: YieldFromExpr) -> Temporary:
    """Lower `yield from`: each element is yielded as it comes."""
    iterable = builder.value(expression.expr)
    with turns(builder, expression, expression.expr, iterable, False, builder.new_block()) as loop:
        lower_yielded(builder, expression, loop.element)
        builder.jump(loop.header)
    builder.start(loop.after)
    target = builder.temporary()
    builder.emit(Operation(expression, target, ()))
    return target


def lower_yielded(builder: Builder, expression: Expression, value: Temporary) -> Temporary:
    """Lower a `yield` of this value, alone in a block: other code runs until it goes on behind that."""
    target = builder.temporary()
    builder.go_on(builder.new_block())
    builder.emit(Yield(expression, target, value))
    builder.go_on(builder.new_block())
    return target


def copy_of(builder: Builder, call: CallExpr) -> Callable[[], Temporary] | None:
    """What lowers `list(generator())` and its like, which go through the generator at once; None for other calls."""
    kind = COPIES.get(call.callee.fullname) if isinstance(call.callee, RefExpr) else None
    if kind is None or len(call.args) != 1:
        return None
    if not (builder.oracle.calls_generator(call.args[0]) or is_held_generator(builder, call, call.args[0])):
        return None
    return lambda: lower_copy(builder, call, kind)


def lower_copy(builder: Builder, call: CallExpr, kind: ContainerKind) -> Temporary:
    """Lower a container's making from the elements of a generator."""
    container = builder.temporary()
    iterable = builder.value(call.args[0])
    builder.emit(BuildContainer(call, container, kind, (), True))
    with turns(builder, call, call.args[0], iterable, False, builder.new_block()) as loop:
        builder.emit(Collect(call, container, Item(loop.element, None, False)))
        builder.jump(loop.header)
    builder.start(loop.after)
    return container
