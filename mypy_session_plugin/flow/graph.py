"""The control-flow graph: blocks of instructions over temporaries and named variables.

A function body is lowered to instructions of one operation each: every call, read and write stands by itself, in order.
Temporaries are small integers, local to one graph; variables the names of locals and the full ones of globals.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TypeAlias

from mypy.nodes import Context, Expression, FuncItem

from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.flow.operands import Argument as Argument
from mypy_session_plugin.flow.operands import ArgumentKind as ArgumentKind
from mypy_session_plugin.flow.operands import ContainerKind as ContainerKind
from mypy_session_plugin.flow.operands import Item as Item
from mypy_session_plugin.flow.operands import Place as Place
from mypy_session_plugin.flow.operands import Temporary as Temporary

Variable: TypeAlias = str
Constant: TypeAlias = "bool | int | float | complex | str | bytes | None"


@dataclass(slots=True, eq=False)
class Instruction:
    """One operation; `node` is the syntax it comes from: for types and for reports."""

    node: Context


@dataclass(slots=True, eq=False)
class LoadName(Instruction):
    """`target = variable`."""

    target: Temporary
    variable: Variable


@dataclass(slots=True, eq=False)
class LoadAttribute(Instruction):
    """`target = object.name`; `place` is the whole access path where the object is one."""

    target: Temporary
    object: Temporary
    name: str
    place: Place | None


@dataclass(slots=True, eq=False)
class LoadItem(Instruction):
    """`target = object[index]`; a constant index is seen as the constant value of its temporary."""

    target: Temporary
    object: Temporary
    index: Temporary


@dataclass(slots=True, eq=False)
class LoadConstant(Instruction):
    """A literal."""

    target: Temporary
    value: Constant


@dataclass(slots=True, eq=False)
class LoadFunction(Instruction):
    """A `def` or lambda is evaluated: a closure over `captured`, the enclosing function's variables its body names.

    `defaults` are the values that parameters have by default, with the names of these.
    """

    target: Temporary
    function: FuncItem
    captured: tuple[Variable, ...]
    defaults: tuple[tuple[str, Temporary], ...]


@dataclass(slots=True, eq=False)
class Operation(Instruction):
    """Arithmetic, formatting, slices and whatever else has a value of its own that is not followed."""

    target: Temporary
    operands: tuple[Temporary, ...]


@dataclass(slots=True, eq=False)
class Copy(Instruction):
    """`target = source`: joins the two ways through a short-circuit or a conditional expression."""

    target: Temporary
    source: Temporary


@dataclass(slots=True, eq=False)
class Not(Instruction):
    """`target = not operand`."""

    target: Temporary
    operand: Temporary


@dataclass(slots=True, eq=False)
class Compare(Instruction):
    """One comparison (`is`, `is not`, `==`, `!=`, `in`, `not in`, `<` ...); a chain is several, with branches."""

    target: Temporary
    operator: str
    left: Temporary
    right: Temporary
    left_place: Place | None
    right_place: Place | None


@dataclass(slots=True, eq=False)
class IsInstance(Instruction):
    """The test of a class pattern: `target = isinstance(subject, class_expression)`."""

    target: Temporary
    subject: Temporary
    subject_place: Place | None
    class_expression: Expression


@dataclass(slots=True, eq=False)
class Call(Instruction):
    """`target = callee(*arguments)`.

    For `receiver.method(...)`, `receiver` and `method` are set, `callee` is None and the attribute is not loaded;
    `receiver_place` is the access path of the receiver, `callee_place` that of the whole callee.  Decorators are
    calls of one argument, `super()` is a call as any other.
    """

    target: Temporary
    callee: Temporary | None
    receiver: Temporary | None
    method: str | None
    receiver_place: Place | None
    callee_place: Place | None
    arguments: tuple[Argument, ...]


@dataclass(slots=True, eq=False)
class Await(Instruction):
    """`target = await value`."""

    target: Temporary
    value: Temporary


@dataclass(slots=True, eq=False)
class Yield(Instruction):
    """`target = yield value`; `yield from` is a loop with one."""

    target: Temporary
    value: Temporary


@dataclass(slots=True, eq=False)
class BuildContainer(Instruction):
    """A display, or the empty beginning of a comprehension (`comprehension` set), filled by `Collect`."""

    target: Temporary
    kind: ContainerKind
    items: tuple[Item, ...]
    comprehension: bool


@dataclass(slots=True, eq=False)
class Collect(Instruction):
    """One turn of a comprehension adds `item` to `container`."""

    container: Temporary
    item: Item


@dataclass(slots=True, eq=False)
class StoreName(Instruction):
    """`variable = value`.

    `node` is the target's syntax, `statement` the whole statement (None for an implicit store).
    """

    variable: Variable
    value: Temporary
    statement: Context | None


@dataclass(slots=True, eq=False)
class StoreAttribute(Instruction):
    """`object.name = value`; `place` is the whole access path where there is one."""

    object: Temporary
    name: str
    value: Temporary
    place: Place | None
    statement: Context | None


@dataclass(slots=True, eq=False)
class StoreItem(Instruction):
    """`object[index] = value`."""

    object: Temporary
    index: Temporary
    value: Temporary
    statement: Context | None


@dataclass(slots=True, eq=False)
class DeleteName(Instruction):
    """`del variable`, and the end of an `except ... as variable` clause."""

    variable: Variable


@dataclass(slots=True, eq=False)
class DeleteAttribute(Instruction):
    """`del object.name`."""

    object: Temporary
    name: str
    place: Place | None


@dataclass(slots=True, eq=False)
class DeleteItem(Instruction):
    """`del object[index]`."""

    object: Temporary
    index: Temporary


@dataclass(slots=True, eq=False)
class Unpack(Instruction):
    """`a, *b, c = value`; `starred` is the index of the starred target, if any."""

    targets: tuple[Temporary, ...]
    value: Temporary
    starred: int | None


@dataclass(slots=True, eq=False)
class Next(Instruction):
    """The next element of `iterable` in the loop `node`; `owned`: a generator for it alone, `held` by a variable."""

    target: Temporary
    iterable: Temporary
    is_async: bool
    owned: bool
    held: bool = False


@dataclass(slots=True, eq=False)
class EndIteration(Instruction):
    """A loop through an owned `iterable` has no more elements, or is `left`, and closes that now or `later`."""

    iterable: Temporary
    later: bool
    left: bool


@dataclass(slots=True, eq=False)
class EnterContext(Instruction):
    """`target = manager.__enter__()`; `node` is the manager's expression."""

    target: Temporary
    manager: Temporary
    is_async: bool


@dataclass(slots=True, eq=False)
class ExitContext(Instruction):
    """`manager.__exit__(...)` on the way out, after an exception (`failed`) or without one.

    `target` is set where it matters whether the exit swallows the exception.  `names` are the variables that the
    manager's expression names, and that of the block's target: the exit may work with what they hold.
    """

    target: Temporary | None
    manager: Temporary
    names: tuple[Variable, ...]
    is_async: bool
    failed: bool


@dataclass(slots=True, eq=False)
class Return(Instruction):
    """The value a function gives back; the way out through `finally` and `with` follows it. `node`: the statement."""

    value: Temporary | None


@dataclass(slots=True, eq=False)
class Raise(Instruction):
    """`raise value`; the way out of the block follows it."""

    value: Temporary | None


@dataclass(slots=True, eq=False)
class CatchException(Instruction):
    """First in a handler: `target` is the caught exception; `types` the expression after `except`, None for all."""

    target: Temporary
    types: Expression | None
    group: bool


@dataclass(slots=True, eq=False)
class Jump:
    """Control goes on at one block."""

    target: Block


@dataclass(slots=True, eq=False)
class Branch:
    """Two ways by the truth of `test`; `node` is its expression and `place` its access path, where it has one.

    `of_exit`: the test is what the exit of the manager, or the end of the generator, `node` leaves: no condition.
    """

    test: Temporary
    node: Expression
    place: Place | None
    if_true: Block
    if_false: Block
    of_exit: bool = False


@dataclass(slots=True, eq=False)
class Choose:
    """Any of several ways, by what is not followed: whether a loop has another turn, which handler catches."""

    targets: tuple[Block, ...]


class End(Enum):
    """How control leaves the graph for good."""

    RETURN = "return"
    RAISE = "raise"
    UNREACHABLE = "unreachable"


@dataclass(slots=True, eq=False)
class Exit:
    """Control leaves the graph."""

    how: End


Terminator: TypeAlias = "Jump | Branch | Choose | Exit"


@dataclass(slots=True, eq=False)
class Block:
    """Straight-line instructions, one terminator, and where an exception raised inside goes (None: out of the graph).

    `live`: what may be read after the block's start; `header`: the head of a loop; `loops`: the indices of the heads of
    the loops that the block is in, the innermost first.
    """

    index: int
    instructions: list[Instruction] = field(default_factory=list)
    terminator: Terminator = field(default_factory=lambda: Exit(End.UNREACHABLE))
    handler: Block | None = None
    header: bool = False
    loops: tuple[int, ...] = ()
    live: frozenset[Variable | Temporary] = frozenset()

    def successors(self) -> Iterator[Block]:
        """The blocks that normal control reaches next; the exception edge is not among them."""
        match self.terminator:
            case Jump(target):
                yield target
            case Branch(if_true=first, if_false=second):
                yield from (first, second)
            case Choose(targets):
                yield from targets

    def __repr__(self) -> str:
        return f"Block({self.index})"


@dataclass(slots=True, eq=False)
class Graph:
    """The graph of one function, lambda or module top level.

    `blocks` is in reverse postorder from the entry, `blocks[0]`.  `captured` are its variables that nested functions
    read or write: they are live everywhere.  `nested` are the functions and lambdas inside, with graphs of their own.
    """

    blocks: list[Block]
    captured: frozenset[Variable]
    nested: tuple[FuncItem, ...]
