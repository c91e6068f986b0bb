"""Faults in the bodies of functions that are followed: the function's own, or certain only with what a caller gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from mypy.nodes import Context, FuncDef, FuncItem, MypyFile

from mypy_session_plugin.facts.records import dataclass, field, replace
from mypy_session_plugin.flow.fixpoint import Fixpoint
from mypy_session_plugin.flow.graph import Block, End, Exit
from mypy_session_plugin.rules.collector import Collector, Reported
from mypy_session_plugin.rules.excluded import Excluded
from mypy_session_plugin.rules.expected import is_expected
from mypy_session_plugin.semantics.escapes import is_idle
from mypy_session_plugin.semantics.events import CalleeEvent, Event, Latent
from mypy_session_plugin.semantics.world import World

#: What may be certain only with a caller: the faults of one operation in the state that it meets.
LATENT = frozenset(
    {
        "session-borrowed",
        "session-closed",
        "session-detached",
        "session-failed-flush",
        "session-implicit-io",
        "session-merge",
        "session-mismatch",
        "session-raiseload",
        "session-state",
        "session-transaction",
    }
)

#: Analyses a function by itself and shows a collector what happens there.
Examine: TypeAlias = "Callable[[FuncItem, Collector, Bodies], None]"


@dataclass(slots=True)
class _Walk:
    """The reporting walk over one body: in which blocks which events are, and which ways normal control takes."""

    collector: Collector = field(default_factory=Collector)
    blocks: dict[Context, set[int]] = field(default_factory=dict)
    ways: dict[int, set[int]] = field(default_factory=dict)
    returns: set[int] = field(default_factory=set)
    first: int = 0

    def run(self, world: World, fixpoint: Fixpoint, resolved: Callable[[Event], Event]) -> None:
        """Walk over the blocks that the fixpoint has reached, and show the collector what was told there."""
        self.first = fixpoint.first.index
        self.returns.update(block.index for block in fixpoint.pauses)
        for visit in fixpoint.visits():
            block = visit.block
            for event, store in visit.noted:
                if not is_idle(world, event):
                    self.blocks.setdefault(event.node, set()).add(block.index)
                    self.collector.hear(resolved(event), store)
            for target in visit.targets:
                self._note(block, target)
            if isinstance(block.terminator, Exit) and block.terminator.how is End.RETURN:
                self.returns.add(block.index)

    def _note(self, block: Block, target: Block) -> None:
        if target is not block.handler or target in block.successors():
            self.ways.setdefault(block.index, set()).add(target.index)

    def is_certain(self, node: Context) -> bool:
        """Whether every normal way through the body comes to the event."""
        through = self.blocks.get(node, set())
        waiting, seen = [self.first], set[int]()
        while waiting:
            index = waiting.pop()
            if index in through or index in seen:
                continue
            if index in self.returns:
                return False
            seen.add(index)
            waiting.extend(self.ways.get(index, ()))
        return True


class Bodies:
    """Tells the faults of bodies that are followed while one unit is analysed.

    `examine` analyses a function by itself.
    """

    def __init__(self, examine: Examine) -> None:
        self._examine = examine
        self._own: dict[FuncItem, set[tuple[str, Context]]] = {}
        self._found: dict[Fixpoint, tuple[Latent, ...]] = {}
        self._followed: set[FuncDef] = set()

    def resolved(self, event: Event) -> Event:
        """An event as the rules hear it: that of a body that was followed with what is wrong there."""
        if not isinstance(event, CalleeEvent):
            return event
        found = self._found.get(event.run)
        if found is None:
            found = self._found[event.run] = tuple(self._findings(event.world, event.run))
        return replace(event, found=found)

    def _findings(self, world: World, fixpoint: Fixpoint) -> Iterator[Latent]:
        """The faults in a body that are certain with what its caller gave, and not without."""
        function = world.unit
        if not isinstance(function, FuncDef):
            return
        self._followed.add(function)
        walk = _Walk()
        walk.run(world, fixpoint, self.resolved)
        paths = Excluded(function, world.types)
        for reported in walk.collector.reports():
            if reported.code not in LATENT or paths.is_excluded(reported.finding):
                continue
            if self._is_latent(world, function, reported, walk):
                yield _latent(function, reported)

    def _is_latent(self, world: World, function: FuncDef, reported: Reported, walk: _Walk) -> bool:
        finding = reported.finding
        if not walk.is_certain(reported.heard_at):
            return False
        error = world.types.errors(finding.raised)
        return not is_expected(function, finding.node, error) and not self._is_own(function, reported)

    def _is_own(self, function: FuncItem, reported: Reported) -> bool:
        """Whether the function has the fault whoever calls it: it is reported there."""
        if function not in self._own:
            # A function that calls itself has no faults of its own while these are looked for.
            self._own[function] = set()
            collector = Collector()
            self._examine(function, collector, self)
            self._own[function] = {(item.code, item.finding.node) for item in collector.reports()}
        return (reported.code, reported.finding.node) in self._own[function]

    def is_inside(self, node: Context, unit: FuncDef | MypyFile) -> bool:
        """Whether a node stands in another function that was followed: what is wrong there is not told here."""
        return any(
            function is not unit
            and function.line <= node.line <= (function.end_line or function.line)
            and not (isinstance(unit, FuncDef) and unit.line <= function.line <= (unit.end_line or unit.line))
            for function in self._followed
        )


def _latent(function: FuncDef, reported: Reported) -> Latent:
    finding, inner = reported.finding, reported.latent
    line, column = finding.node.line, finding.node.column
    if inner is None:
        text = f'{finding.message}, in "{function.name}" at line {line}'
    else:
        text = f'{inner.text}, called by "{function.name}" at line {line}'
    place = (line, column, inner.place if inner is not None else None)
    return Latent(reported.code, place, text, finding.raises)
