"""The analysis of one unit, and the guard that keeps its failures from mypy's run.

For each function of the unit: the graph, the fixpoint, then one walk that shows every event to the rules.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from mypy.nodes import Context, FuncDef, FuncItem, MypyFile

from mypy_session_plugin.codes import CODES
from mypy_session_plugin.config import Options
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.flow.build_graph import build_graph
from mypy_session_plugin.flow.fixpoint import Fixpoint, UnsettledError
from mypy_session_plugin.flow.graph import Block, End, Exit, Graph
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.flow.ways import raising_blocks
from mypy_session_plugin.mypy_compat import report
from mypy_session_plugin.mypy_compat.types import Types, Waiting
from mypy_session_plugin.recorder import Recorder, recorder_for
from mypy_session_plugin.rules.bodies import Bodies
from mypy_session_plugin.rules.collector import Collector, raises
from mypy_session_plugin.rules.excluded import Excluded
from mypy_session_plugin.rules.expected import is_expected
from mypy_session_plugin.rules.registry import RULES
from mypy_session_plugin.semantics.binding import Binder
from mypy_session_plugin.semantics.doubts import Doubt
from mypy_session_plugin.semantics.escapes import is_idle
from mypy_session_plugin.semantics.events import Event
from mypy_session_plugin.semantics.factories import Factories
from mypy_session_plugin.semantics.followed import MAXIMUM_BLOCKS, MAXIMUM_RUNS
from mypy_session_plugin.semantics.given_away import may_start, may_write_out
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.mapped import MappedClasses
from mypy_session_plugin.semantics.own_code import own_code
from mypy_session_plugin.semantics.recording import Faults, Recording
from mypy_session_plugin.semantics.remarks import exhausts
from mypy_session_plugin.semantics.shapes import Shapes
from mypy_session_plugin.semantics.sinks import Sinks, read_sinks
from mypy_session_plugin.semantics.surroundings import Surroundings
from mypy_session_plugin.semantics.tests import is_test
from mypy_session_plugin.semantics.transfer import Transfer
from mypy_session_plugin.semantics.world import Shared, World

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat import TypeChecker

#: Set to 1, a failure of the analysis is raised instead of reported: for the plugin's own tests.
RAISE_VARIABLE = "MYPY_SESSION_PLUGIN_RAISE"


def analyse(
    checker: TypeChecker, unit: FuncDef | MypyFile, options: Options, doubts: frozenset[Doubt] = frozenset()
) -> bool:
    """Analyse one function, or the top level of a module, and report what is found through `checker`.

    With `doubts`, something may be reported only for one of these, if the types say so too.
    False, and nothing reported, where it calls a function of the module whose body mypy has not checked yet.

    A failure of the analysis becomes one note at the unit, and nothing else of mypy's run changes: an exception in a
    plugin would end the whole run with "INTERNAL ERROR" and lose every other result.
    """
    try:
        worth_it = _is_worth_it(checker, unit, options, doubts)
        raising = _analyse_unit(checker, unit, options) if worth_it else frozenset()
        recorder = recorder_for(checker.path)
        if recorder is not None:
            _record(checker, unit, options, recorder, Faults(raising, raises))
    except Waiting as waiting:
        if waiting.unasked is not None:
            _shared(checker, options).types.ask_for(waiting.unasked)
        return False
    except Exception as failure:
        if os.environ.get(RAISE_VARIABLE) == "1":
            raise
        report.note(
            checker,
            f'mypy-session-plugin: internal error in "{unit.fullname}" '
            f"({type(failure).__name__}: {failure}); this function was skipped",
            unit,
        )
    return True


@lru_cache(maxsize=1)
def _library(stub_paths: tuple[Path, ...]) -> Library:
    """The session stubs, read once a process."""
    return Library(stub_paths)


def _is_worth_it(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options, doubts: frozenset[Doubt]) -> bool:
    """Whether the types in a unit say that something of a session can be where it may be reported."""
    shared = _shared(checker, options)
    if options.session_expressions or shared.types.has_phantom_types:
        return True
    if doubts:
        return any(_is_founded(doubt, shared, unit, options) for doubt in doubts)
    return shared.own.carriers.may_arise(unit)


def _is_founded(doubt: Doubt, shared: Shared, unit: FuncDef | MypyFile, options: Options) -> bool:
    """Whether the types in a unit say what its names alone do not."""
    match doubt:
        case Doubt.WRITES_OUT:
            return may_write_out(shared.types, shared.own.carriers, unit, sinks(options).serialising)
        case Doubt.STARTS:
            return may_start(shared.types, shared.own.carriers, unit, sinks(options).starting)
        case Doubt.VALIDATES:
            return shared.own.hidden.may_validate(unit)
        case Doubt.SHOWS:
            return shared.own.hidden.may_show(unit)
        case Doubt.ANSWERS:
            return shared.own.hidden.may_answer(unit)


def _analyse_unit(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options) -> frozenset[Context]:
    """Report what is found; the nodes at which one of the reports says that something raises."""
    shared = _shared(checker, options)
    _allow_runs(shared)
    collector = Collector(_silent_codes(checker, unit, options))
    bodies = Bodies(partial(_examine, checker, options))
    for world in _worlds(checker, unit, options):
        _analyse_graph(world, collector, bodies)
    raising: set[Context] = set()
    paths = Excluded(unit, shared.types)
    for reported in collector.reports():
        finding = reported.finding
        error = shared.types.errors(finding.raised)
        is_here = finding.anywhere or not bodies.is_inside(finding.node, unit)
        excluded = paths.is_excluded(finding)
        if is_here and not excluded and not is_expected(unit, finding.node, error):
            report.report(checker, finding.message, finding.node, reported.code, finding.notes)
            if finding.raises:
                raising.add(reported.heard_at)
    for node, text in collector.revealed():
        report.note(checker, text, node)
    return frozenset(raising)


def _allow_runs(shared: Shared) -> None:
    """The bodies of callees may be run so often for one unit."""
    shared.own.runs.left, shared.own.runs.blocks = MAXIMUM_RUNS, MAXIMUM_BLOCKS


def _record(
    checker: TypeChecker, unit: FuncDef | MypyFile, options: Options, recorder: Recorder, faults: Faults
) -> None:
    """Show a recorder the states in a unit: once more, since all of its variables are kept to the end."""
    _allow_runs(_shared(checker, options))
    for world in _worlds(checker, unit, options):
        transfer = Transfer(world)
        graph, begin = _lowered(world, transfer)
        recording = Recording(world, graph, transfer, faults, recorder.lanes)
        with suppress(UnsettledError):
            records = recording.run(Fixpoint(graph, recording, begin))
            recorder.put(world.unit.line if isinstance(world.unit, FuncItem) else 0, records)
        transfer.release()


def _silent_codes(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options) -> frozenset[str]:
    """The codes of what tests do on purpose, in a test."""
    if options.strict_tests or not is_test(checker.tree, unit):
        return frozenset()
    return frozenset(code.name for code in CODES if not code.in_tests)


def _examine(checker: TypeChecker, options: Options, unit: FuncItem, collector: Collector, bodies: Bodies) -> None:
    """Show a collector what happens in a function whoever calls it."""
    _analyse_graph(_shared(checker, options).world(unit), collector, bodies)


def _analyse_graph(world: World, collector: Collector, bodies: Bodies) -> None:
    """Show a collector what holds in the graph of one function or module."""
    transfer = Transfer(world)
    try:
        _tell(world, transfer, collector, bodies)
    finally:
        transfer.release()


def _tell(world: World, transfer: Transfer, collector: Collector, bodies: Bodies) -> None:
    """The fixpoint over one graph, then one walk that shows what holds of it to the rules."""
    graph, begin = _lowered(world, transfer)

    def hear(event: Event, store: Store) -> None:
        collector.hear(bodies.resolved(event), store)

    fixpoint = Fixpoint(graph, transfer, begin)
    world.listener = fixpoint.note
    try:
        fixpoint.run(transfer.initial())
    except UnsettledError:
        return
    world.listener = hear
    transfer.declarations()
    for visit in fixpoint.visits():
        for event, store in visit.noted:
            if not is_idle(world, event):
                hear(event, store)
        how = visit.block.terminator.how if isinstance(visit.block.terminator, Exit) else None
        if how in (End.RETURN, End.RAISE):
            begin(visit.block)
            transfer.leave(visit.store, raising=how is End.RAISE)


def _lowered(world: World, transfer: Transfer) -> tuple[Graph, Callable[[Block], None]]:
    """The graph of a unit, and what is to be told of each of its blocks before it is run."""
    graph = build_graph(world.unit, world.types)
    world.nested_units.extend(graph.nested)
    world.captured = graph.captured
    graph.captured |= transfer.watched
    raising = raising_blocks(graph)

    def begin(block: Block) -> None:
        world.raising = block.index in raising

    return graph, begin


def _worlds(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options) -> Iterator[World]:
    """The unit itself, then each function nested in it, found while its enclosing one is analysed."""
    shared = _shared(checker, options)
    waiting: list[FuncItem | MypyFile] = [unit]
    while waiting:
        current = waiting.pop()
        if current is not unit and isinstance(unit, MypyFile) and isinstance(current, FuncDef):
            continue
        world = shared.world(current, nested=current is not unit)
        yield world
        waiting.extend(world.nested_units)


@lru_cache(maxsize=1)
def sinks(options: Options) -> Sinks:
    """The libraries' calls at which a rule may report."""
    off = {code.name for code in CODES if not code.default}
    named = {name for rule in RULES if rule.code not in off for name in rule.calls}
    optional = {rule.code: rule.calls for rule in RULES if rule.code in off}
    return read_sinks(_library(options.stub_paths), named, optional)


@dataclass(slots=True)
class _Current:
    """The checker whose functions are analysed now, and what is known for all of them."""

    checker: TypeChecker | None = None
    shared: Shared | None = None


_current = _Current()


def forget() -> None:
    """Mypy has done with a module: let go of its checker, and of its tree with it."""
    _current.checker, _current.shared = None, None


def _shared(checker: TypeChecker, options: Options) -> Shared:
    if _current.checker is not checker or _current.shared is None or not _current.shared.types.is_current():
        library = _library(options.stub_paths)
        mapped = MappedClasses()
        nodes_of = partial(descendants, into_functions=False)
        types = Types(checker, library.has_calls, partial(exhausts, library), nodes_of)
        shapes = Shapes(mapped, library)
        _current.checker = checker
        _current.shared = Shared(
            types,
            library,
            shapes,
            Binder(shapes, types.of),
            Factories(checker.tree),
            own_code(types, library, mapped),
            Surroundings(checker.tree),
            options,
        )
    return _current.shared
