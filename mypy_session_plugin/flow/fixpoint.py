"""The fixpoint over a control-flow graph: which stores reach each block.

A block's entry holds at most `LIMIT` path states.  Stores with the same session and instance facts become one, others
stay apart; above the limit, and after `WIDEN_AFTER` visits, they merge.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Protocol

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.flow.graph import (
    Await,
    Block,
    Branch,
    Call,
    EndIteration,
    EnterContext,
    ExitContext,
    Graph,
    Instruction,
    LoadAttribute,
    LoadItem,
    Next,
    Operation,
    Raise,
    Temporary,
    Unpack,
    Variable,
    Yield,
)
from mypy_session_plugin.flow.loops import Agenda

LIMIT = 8
WIDEN_AFTER = 24
#: A block that is visited more often than this belongs to a function whose facts do not settle; none is known to do so.
GIVE_UP_AFTER = 400

RAISING = (
    Call,
    Await,
    Yield,
    EnterContext,
    ExitContext,
    Next,
    EndIteration,
    Raise,
    LoadItem,
    LoadAttribute,
    Operation,
    Unpack,
)


class UnsettledError(Exception):
    """The fixpoint was not reached within the bound: nothing is known of the function."""


class Transfer(Protocol):
    """What the instructions of a program mean; the engine itself knows only control flow."""

    def execute(self, instruction: Instruction, store: Store) -> bool:
        """Change the store as the instruction does; tell whether `fail` would change it in the same way."""

    def assume(self, branch: Branch, truth: bool, store: Store) -> bool:
        """Refine the store by the outcome of a branch; False where the store contradicts that outcome."""

    def has_effects(self, instruction: Instruction, store: Store) -> bool:
        """Whether the instruction may do something before it raises; where not, the store before says it all."""

    def fail(self, instruction: Instruction, store: Store) -> None:
        """Change the store as the instruction does if it raises half-way."""


class PathStates:
    """The stores at a block's entry, with the bound on their number."""

    def __init__(self) -> None:
        self.stores: list[Store] = []
        self.visits = 0
        #: The positions of the stores that the block has not been run with since they changed.
        self._waiting: set[int] = set()

    def add(self, incoming: Store) -> bool:
        """Let one more store reach the block; tell whether anything new became possible."""
        for position, present in enumerate(self.stores):
            if self._widened or present.same_facts(incoming):
                return self._merge(position, incoming)
        if len(self.stores) >= LIMIT:
            return self._merge(LIMIT - 1, incoming)
        self._waiting.add(len(self.stores))
        self.stores.append(incoming)
        return True

    def _merge(self, position: int, incoming: Store) -> bool:
        joined = self.stores[position].join(incoming)
        if joined is self.stores[position]:
            return False
        self.stores[position] = joined
        self._waiting.add(position)
        return True

    @property
    def _widened(self) -> bool:
        return self.visits > WIDEN_AFTER

    def visit(self) -> list[tuple[int, Store]]:
        """The stores that are new since the last visit, by position; often-visited blocks continue with one store."""
        self.visits += 1
        if self.visits > GIVE_UP_AFTER:
            raise UnsettledError
        if self._widened and len(self.stores) > 1:
            joined = self.stores[0]
            for other in self.stores[1:]:
                joined = joined.join(other)
            self.stores = [joined]
            self._waiting = {0}
        stores = [(position, self.stores[position]) for position in sorted(self._waiting)]
        self._waiting.clear()
        return stores


class Visit:
    """One run over a block from one of its path states, the last one of which is the one that holds.

    `store` is the store at the end, `noted` what was told on the way, `targets` are the blocks that may follow.
    """

    __slots__ = ("block", "noted", "store", "targets")

    def __init__(self, block: Block, store: Store) -> None:
        self.block = block
        self.store = store
        self.noted: list[tuple[Any, Store]] = []
        self.targets: list[Block] = []


class Fixpoint:
    """Runs a transfer function over a graph until no block learns anything new.

    `begin` is told of each block that is run; `first` is the one to begin with (None: the entry), and at each of
    `pauses` the code stops.
    """

    def __init__(
        self,
        graph: Graph,
        transfer: Transfer,
        begin: Callable[[Block], None] | None = None,
        first: Block | None = None,
        pauses: Collection[Block] = (),
    ) -> None:
        self._graph = graph
        self.first = first or graph.blocks[0]
        self.pauses = pauses
        self._transfer = transfer
        self._begin = begin
        self._entries: dict[int, PathStates] = {}
        self._live: dict[int, frozenset[Variable | Temporary]] = {}
        self._visits: dict[tuple[int, int], Visit] = {}
        self._visit = Visit(self.first, Store())

    def run(self, initial: Store) -> None:
        """Compute the entries of all blocks that `initial` reaches.

        Raises `UnsettledError` where the bound on visits is exceeded.
        """
        waiting = Agenda(self._graph.blocks)
        self._reach(self.first, initial, waiting)
        for block in waiting:
            if self._begin is not None:
                self._begin(block)
            for position, entry in self._entries[block.index].visit():
                visit = self._visits[block.index, position] = self._visit = Visit(block, entry.copy())
                for target, leaving in self._walk(block, visit.store):
                    visit.targets.append(target)
                    self._reach(target, leaving, waiting)

    def note(self, told: object, store: Store) -> None:
        """Keep what is told while a block is run, with the store at that moment, as long as the visit holds."""
        self._visit.noted.append((told, store.copy()))

    def visits(self) -> Iterator[Visit]:
        """After `run`: every reached block with each of its path states, in reverse postorder."""
        for block in self._graph.blocks:
            if block.index in self._entries:
                for position in range(len(self._entries[block.index].stores)):
                    yield self._visits[block.index, position]

    def _reach(self, block: Block, store: Store, waiting: Agenda) -> None:
        entry = self._entries.get(block.index)
        if entry is None:
            entry = self._entries[block.index] = PathStates()
        live = self._live.get(block.index)
        if live is None:
            live = self._live[block.index] = block.live | self._graph.captured
        if entry.add(store.pruned(live)):
            waiting.add(block)

    def _walk(self, block: Block, store: Store) -> Iterator[tuple[Block, Store]]:
        """Run one block on a store, which is changed; the blocks that follow, each with the store that reaches it."""
        transfer, handler = self._transfer, block.handler
        told: Store | None = None
        if block in self.pauses:
            return
        for instruction in block.instructions:
            if handler is None or not isinstance(instruction, RAISING):
                transfer.execute(instruction, store)
                continue
            if told is None or not _is_told(store, told, handler):
                told = store.copy()
                yield handler, told
            before = store.copy() if transfer.has_effects(instruction, store) else None
            is_same = transfer.execute(instruction, store)
            if before is not None:
                yield from ((handler, reached) for reached in self._half_way(instruction, before, store, is_same))
        yield from self._leave(block, store)

    def _half_way(self, instruction: Instruction, before: Store, after: Store, is_same: bool) -> Iterator[Store]:
        """The stores in a handler, besides the one `before`, if an instruction itself raises."""
        half_way = after
        if not is_same:
            half_way = before.copy()
            self._transfer.fail(instruction, half_way)
        if half_way.heap != before.heap:
            yield half_way
            if half_way is not after:
                yield after

    def _leave(self, block: Block, store: Store) -> Iterator[tuple[Block, Store]]:
        terminator = block.terminator
        if not isinstance(terminator, Branch):
            for target in block.successors():
                yield target, store
            return
        for target, truth in ((terminator.if_true, True), (terminator.if_false, False)):
            refined = store.copy()
            if self._transfer.assume(terminator, truth, refined):
                yield target, refined


def _is_told(store: Store, told: Store, handler: Block) -> bool:
    """Whether a handler that was reached by `told` learns nothing from `store`."""
    return (
        store.heap == told.heap
        and store.paths == told.paths
        and store.literals == told.literals
        and store.epochs == told.epochs
        and all(store.variables.get(name) == told.variables.get(name) for name in handler.live)
    )
