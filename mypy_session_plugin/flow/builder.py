"""The state of lowering one unit: blocks, the current one, and what encloses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from mypy.nodes import CallExpr, Expression, FuncItem, MypyFile, Node, Statement, SymbolNode

from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.flow.graph import (
    Block,
    Choose,
    End,
    Exit,
    Instruction,
    Jump,
    Temporary,
    Terminator,
    Variable,
)
from mypy_session_plugin.flow.names import Names
from mypy_session_plugin.flow.oracle import Oracle

ExpressionTable: TypeAlias = Mapping[type[Node], Callable[["Builder", Any], Temporary]]
StatementTable: TypeAlias = Mapping[type[Node], Callable[["Builder", Any], None]]


@dataclass(slots=True, eq=False)
class Cleanup:
    """Code that runs when control leaves a region by `return`, `break` or `continue`.

    `run` emits it, under `handler` and with the first `loops` of the loops around.  With `shared`, all ways out to
    the same destination go through one copy of it.
    """

    run: Callable[[], None]
    handler: Block | None
    loops: int
    shared: bool
    copies: dict[Block | None, Block] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Loop:
    """Where `break` and `continue` lead, and how many cleanups stay in force there."""

    after: Block
    header: Block
    depth: int


class Builder:
    """Emits instructions into blocks; the functions of the dispatch tables drive it."""

    def __init__(
        self, unit: FuncItem | MypyFile, oracle: Oracle, expressions: ExpressionTable, statements: StatementTable
    ) -> None:
        self.oracle = oracle
        self.names = Names(unit)
        self.blocks: list[Block] = []
        self.handler: Block | None = None
        self.cleanups: list[Cleanup] = []
        self.loops: list[Loop] = []
        #: The variables that were assigned a new generator, each with the loop around the assignment.
        self.generators: dict[SymbolNode | None, Loop | None] = {}
        #: Variables that code outside this unit sees change: targets of `global` and `nonlocal`.
        self.shared: set[Variable] = set()
        #: How many copies of `finally` bodies enclose the code being lowered.
        self.finally_depth = 0
        #: Calls that give out what they are given while they are gone through, and are so at once.
        self.gone_through: set[CallExpr] = set()
        self._expressions = expressions
        self._statements = statements
        self._temporaries = 0
        self.current: Block | None = self.new_block()

    def new_block(self) -> Block:
        """Return a new block, under the exception handler in force."""
        block = Block(len(self.blocks), handler=self.handler)
        self.blocks.append(block)
        return block

    def temporary(self) -> Temporary:
        """Return a new temporary."""
        self._temporaries += 1
        return self._temporaries

    def emit(self, instruction: Instruction) -> None:
        """Add an instruction to the current block; after the end of a path, nothing."""
        if self.current is not None:
            self.current.instructions.append(instruction)

    def end(self, terminator: Terminator) -> None:
        """End the current block; what follows is dead until `start`."""
        if self.current is not None:
            self.current.terminator = terminator
            self.current = None

    def start(self, block: Block) -> None:
        """Go on in `block`."""
        self.current = block

    def jump(self, block: Block) -> None:
        """End the current block with a jump."""
        self.end(Jump(block))

    def go_on(self, block: Block) -> None:
        """Jump to `block` and go on there."""
        self.end(Jump(block))
        self.current = block

    def choose(self, *targets: Block) -> None:
        """End the current block with a choice that is not followed."""
        self.end(Choose(targets))

    def unreachable(self) -> None:
        """End the path: mypy holds what follows for unreachable."""
        self.end(Exit(End.UNREACHABLE))

    def raise_out(self) -> None:
        """End the path with a certain exception: to the handler, or out of the graph."""
        self.end(Exit(End.RAISE) if self.handler is None else Jump(self.handler))

    def outward(self) -> Block:
        """Return the block that an exception passed on from here goes to."""
        if self.handler is not None:
            return self.handler
        block = self.new_block()
        block.terminator = Exit(End.RAISE)
        return block

    def value(self, expression: Expression) -> Temporary:
        """Lower an expression; return the temporary that holds its value."""
        return self._expressions[type(expression)](self, expression)

    def values(self, expressions: Sequence[Expression | None]) -> tuple[Temporary, ...]:
        """Lower expressions from left to right, leaving out what is None."""
        return tuple(self.value(expression) for expression in expressions if expression is not None)

    def statements(self, body: Sequence[Statement]) -> None:
        """Lower statements until the path ends."""
        for statement in body:
            if self.current is None:
                return
            self._statements[type(statement)](self, statement)

    @contextmanager
    def protected(self, handler: Block | None) -> Iterator[None]:
        """Lower what is inside the `with` under another exception handler, in a block of its own."""
        outer = self.handler
        self.handler = handler
        self.go_on(self.new_block())
        yield
        self.handler = outer

    def leave(self, depth: int, destination: Block | None) -> None:
        """Leave for `destination` (None: return), running all cleanups above `depth`, innermost first."""
        cleanups, handler, loops = self.cleanups, self.handler, self.loops
        for level in range(len(cleanups) - 1, depth - 1, -1):
            cleanup = cleanups[level]
            if destination in cleanup.copies:
                self.jump(cleanup.copies[destination])
                break
            self.handler = cleanup.handler
            self.cleanups, self.loops = cleanups[:level], loops[: cleanup.loops]
            self.go_on(self.new_block())
            if cleanup.shared and self.current is not None:
                cleanup.copies[destination] = self.current
            cleanup.run()
        self.cleanups, self.handler, self.loops = cleanups, handler, loops
        self.end(Exit(End.RETURN) if destination is None else Jump(destination))
