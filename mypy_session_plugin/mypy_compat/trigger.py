"""The trigger: a call back for each function and module top level, after mypy has inferred all its types.

mypy has no hook for "this function is checked".  Its second pass walks a list of deferred nodes, and type-checks a
module in it statement by statement with no other effect.  So a synthetic module, the probe, with one call of a
synthetic function is put at the end of that list: the function's hook is called between real nodes, with one complete
type map, no error filter and the module's scope entered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from mypy.checker import DeferredNode, TypeChecker
from mypy.checker_state import checker_state as checker_state
from mypy.nodes import GDEF, CallExpr, ExpressionStmt, FuncDef, MypyFile, NameExpr, TypeInfo, Var
from mypy.plugin import FunctionContext
from mypy.types import CallableType, NoneType
from mypy.version import __version__

from mypy_session_plugin.mypy_compat import PROBE
from mypy_session_plugin.mypy_compat.callers import Callers
from mypy_session_plugin.mypy_compat.last_look import resumed
from mypy_session_plugin.mypy_compat.phases import bodies_follow, deferred
from mypy_session_plugin.mypy_compat.report import report
from mypy_session_plugin.mypy_compat.units import Unit, is_part, rouse, units_of

_NOT_SERVED = f"mypy-session-plugin: mypy {__version__} did not call the plugin back when it had checked this module"


def running_checker() -> TypeChecker | None:
    """The checker at work while mypy looks up a hook, None outside type checking."""
    checker = checker_state.type_checker
    return checker if isinstance(checker, TypeChecker) else None


@dataclass(slots=True, eq=False)
class _Probe:
    """The node of a synthetic module, the one call in it, and the list and the pass it was put into."""

    node: DeferredNode
    call: CallExpr
    nodes: list[DeferredNode]
    pass_number: int


class Trigger:
    """Collects the units of one module in which something of interest was seen, and has them analysed when due.

    `analyse` is called once for each unit, whenever mypy has finished it, and told whether `sweep` asks for it; it
    tells False if another body must be checked before: bodies that no other module can see come last.  `sweep` tells of
    the module's other units whether they are analysed along with these (None: none is), or, if it is `eager`, whatever
    else is seen.  `callers` are told the names that are seen, and which functions call which.
    """

    def __init__(
        self,
        checker: TypeChecker,
        analyse: Callable[[TypeChecker, Unit, bool], bool],
        sweep: Callable[[Unit], bool] | None,
        callers: Callers,
        eager: bool,
    ) -> None:
        #: What is seen in the module.
        self.callers = callers
        self.checker = checker
        #: The full name of the module.
        self.module = checker.tree.fullname
        self.eager = eager
        self._analyse = analyse
        self._sweep = sweep
        self._pending: dict[Unit, list[TypeInfo]] = {}
        self._waiting: dict[Unit, list[TypeInfo]] = {}
        self._wanted: dict[Unit, list[TypeInfo]] | None = None
        self._done: set[Unit] = set()
        self._probe: _Probe | None = None
        #: The list and the pass in which a probe was last seen to wait.
        self._armed_in: tuple[list[DeferredNode], int] | None = None
        self._was_served = False

    @property
    def idle(self) -> bool:
        """Whether nothing waits for analysis."""
        return not self._pending and not self._waiting and self._probe is None

    @property
    def unit(self) -> Unit:
        """The unit that mypy checks now."""
        function = self.checker.scope.top_level_function()
        return function if isinstance(function, FuncDef) else self.checker.tree

    @property
    def is_restless(self) -> bool:
        """Whether there may be something to analyse, whatever mypy looks up: what is swept, or waits for bodies."""
        if not self.eager and not self._waiting:
            return False
        return (self.eager and self.callers.any) or (bool(self._waiting) and not bodies_follow(self.checker))

    def finds(self, name: str) -> None:
        """A name of interest stands in the unit that mypy checks now: have that judged when it is finished.

        This is cheap, and safe inside speculative checks.
        """
        self.callers.finds(name, self.unit, self._classes)
        self.request_sweep()

    def calls(self, full_name: str) -> None:
        """Note what the unit that mypy checks now may call."""
        if full_name.startswith(self.callers.prefix):
            self.callers.note(full_name, self.unit, self._classes)
            if self.callers.any:
                self.request_sweep()

    def _classes(self) -> list[TypeInfo]:
        """The classes around the unit that mypy checks now."""
        unit, stack = self.unit, self.checker.scope.stack
        outer = stack[: stack.index(unit)] if isinstance(unit, FuncDef) else ()
        return [scope for scope in outer if isinstance(scope, TypeInfo)]

    def schedule(self) -> None:
        """Have the unit that mypy checks now analysed, whatever stands in it."""
        self.callers.judge.is_worth_more(self.unit)
        self._pending[self.unit] = self._classes()
        self.request_sweep()

    def request_sweep(self) -> None:
        """Have what was seen judged, and what `sweep` asks for analysed, when mypy has finished these functions."""
        checker, armed_in = self.checker, self._armed_in
        if armed_in and armed_in[0] is checker.deferred_nodes and armed_in[1] == checker.pass_num:
            return  # mypy only adds to the list before the next pass
        if not self._armed():
            self._arm(checker.deferred_nodes, checker.pass_num)
        self._armed_in = checker.deferred_nodes, checker.pass_num

    def fired(self, context: FunctionContext) -> None:
        """A probe of this module was reached; called by the hook of `PROBE`."""
        probe = self._probe
        if probe is None or context.context is not probe.call:
            return  # mypy abandoned the list that this probe was put into
        if probe.nodes[-1] is not probe.node:
            self._arm(probe.nodes, probe.pass_number)  # go behind everything that this pass checks again
            return
        self._was_served, self._probe, self._armed_in = True, None, None
        self._run_finished(self._swept() | self._found() | self._waiting | self._pending)
        if self._pending:
            self._arm(self.checker.deferred_nodes, self.checker.pass_num)

    def finish(self) -> None:
        """Mypy has done with the module: analyse what no probe has led to."""
        left = {unit: classes for unit, classes in self._swept().items() if unit not in self._done}
        left |= self._found() | self._waiting | self._pending
        was_served = self._was_served or self._probe is None
        if was_served and not left:
            return
        with resumed(self.checker):
            if not was_served:
                report(self.checker, _NOT_SERVED, self.checker.tree, "session")
            self._run_finished(left)

    def _run_finished(self, work: dict[Unit, list[TypeInfo]]) -> None:
        """Analyse the units that mypy will not check once more; the others stay pending."""
        unfinished = {deferred.node for deferred in self.checker.deferred_nodes}
        self._pending, self._waiting = {}, {}
        for unit, classes in work.items():
            if unit in unfinished or any(is_part(unit, node) for node in unfinished):
                self._pending[unit] = classes
            elif not self._run(unit, classes):
                self._wait(unit, classes)

    def _armed(self) -> bool:
        """Whether a probe waits in a list that mypy will still walk.

        The list appended to in one pass is walked in the next; before the implementation phase mypy clears it.
        """
        probe = self._probe
        if probe is None:
            return False
        nodes = probe.nodes
        is_last = bool(nodes) and nodes[-1] is probe.node
        if not is_last and probe.node not in nodes:
            return False
        return nodes is self.checker.deferred_nodes or self.checker.pass_num == probe.pass_number + 1

    def _arm(self, nodes: list[DeferredNode], pass_number: int) -> None:
        self._probe = _make_probe(self.checker, nodes, pass_number)
        nodes.append(self._probe.node)

    def _swept(self) -> dict[Unit, list[TypeInfo]]:
        """The units that `sweep` asks for, of those whose bodies mypy has checked.

        While mypy checks the interface of a module, or one edited function in the daemon, other bodies have no types.
        """
        if self._sweep is None:
            return {}
        if self._wanted is None:
            self._wanted = {unit: classes for unit, classes in units_of(self.checker.tree) if self._sweep(unit)}
        typed_lines = sorted({expression.line for expression in self.checker._type_maps[0]}) if self._wanted else []
        return {unit: classes for unit, classes in self._wanted.items() if _is_typed(unit, typed_lines)}

    def _found(self) -> dict[Unit, list[TypeInfo]]:
        """The units in which something may be reported of what stands in them, or of what they call."""
        alone = self.callers.worth_it()
        return alone | {unit: classes for unit, classes in self.callers.concerned() if unit not in self._done}

    def _wait(self, unit: Unit, classes: list[TypeInfo]) -> None:
        """A unit needs the body of another: one that mypy defers comes in the next pass, others in the next phase."""
        if bodies_follow(self.checker):
            self._waiting[unit] = classes
        else:
            self._pending[unit] = classes

    def _run(self, unit: Unit, classes: list[TypeInfo]) -> bool:
        """Analyse `unit` in its scope: the daemon files errors under it, to clear them when it is checked again."""
        scope = self.checker.tscope
        with ExitStack() as stack:
            for info in classes:
                stack.enter_context(scope.class_scope(info))
            if isinstance(unit, FuncDef):
                stack.enter_context(scope.function_scope(unit))
            is_swept = self._wanted is not None and unit in self._wanted
            analysed = self._analyse(self.checker, unit, is_swept)
        if analysed:
            self._done.add(unit)
        if is_swept and self.checker.options.fine_grained_incremental:
            rouse(unit)
        return analysed


def _is_typed(unit: Unit, typed_lines: list[int]) -> bool:
    if isinstance(unit, MypyFile):
        return True
    first = bisect_left(typed_lines, unit.body.line)
    return first < len(typed_lines) and typed_lines[first] <= (unit.end_line or unit.body.line)


def _make_probe(checker: TypeChecker, nodes: list[DeferredNode], pass_number: int) -> _Probe:
    variable = Var("<probe>", CallableType([], [], [], NoneType(), checker.named_type("builtins.function")))
    variable._fullname = PROBE
    variable.is_ready = True
    name = NameExpr("<probe>")
    name.node = variable
    name.fullname = PROBE
    name.kind = GDEF
    call = CallExpr(name, [], [], [])
    statement = ExpressionStmt(call)
    for node in (name, call, statement):
        node.line, node.column = 1, 0
    module = MypyFile([statement], [])
    module._fullname = checker.tree.fullname
    module.path = checker.tree.path
    return _Probe(deferred(module), call, nodes, pass_number)
