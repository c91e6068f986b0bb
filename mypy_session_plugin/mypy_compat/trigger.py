"""The trigger: a call back for each function and module top level, after mypy has inferred all its types.

mypy has no hook for "this function is checked".  Its second pass walks a list of deferred nodes, and type-checks a
module in it statement by statement with no other effect.  So a synthetic module, the probe, with one call of a
synthetic function is put at the end of that list: the function's hook is called between real nodes, with one complete
type map, no error filter and the module's scope entered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeAlias, cast

from mypy.checker import DeferredNode, TypeChecker
from mypy.checker_state import checker_state
from mypy.nodes import (
    GDEF,
    CallExpr,
    Decorator,
    ExpressionStmt,
    FuncDef,
    MypyFile,
    NameExpr,
    OverloadedFuncDef,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.plugin import FunctionContext
from mypy.types import CallableType, NoneType

from mypy_session_plugin.mypy_compat import PROBE

#: What is analysed at once: an outermost function with all that is nested in it, or the top level of a module.
Unit: TypeAlias = FuncDef | MypyFile


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

    `analyse` is called once for each unit, whenever mypy has finished it; it tells False if another body must be
    checked before: bodies that no other module can see come last.  `sweep` tells of the module's other units whether
    they are analysed along with these.
    """

    def __init__(
        self,
        checker: TypeChecker,
        analyse: Callable[[TypeChecker, Unit], bool],
        sweep: Callable[[Unit], bool],
    ) -> None:
        self.checker = checker
        self._analyse = analyse
        self._sweep = sweep
        self._pending: dict[Unit, list[TypeInfo]] = {}
        self._waiting: dict[Unit, list[TypeInfo]] = {}
        self._seen: dict[Unit, set[str]] = {}
        self._probe: _Probe | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing waits for analysis."""
        return not self._pending and not self._waiting and self._probe is None

    @property
    def waits(self) -> bool:
        """Whether units wait for bodies that mypy is checking now."""
        return bool(self._waiting) and self.checker.recurse_into_functions

    @property
    def unit(self) -> Unit:
        """The unit that mypy checks now."""
        function = self.checker.scope.top_level_function()
        return function if isinstance(function, FuncDef) else self.checker.tree

    def seen_with(self, name: str) -> set[str]:
        """The names noted in the unit that mypy checks now, this one included."""
        names = self._seen.setdefault(self.unit, set())
        names.add(name)
        return names

    def schedule(self) -> None:
        """Have the unit that mypy checks now analysed; cheap, and safe inside speculative checks."""
        stack = self.checker.scope.stack
        function = self.checker.scope.top_level_function()
        if isinstance(function, FuncDef):
            outer = stack[: stack.index(function)]
            self._pending[function] = [scope for scope in outer if isinstance(scope, TypeInfo)]
        else:
            self._pending[self.checker.tree] = []
        self.request_sweep()

    def request_sweep(self) -> None:
        """Have the units that `sweep` asks for analysed when mypy has finished the module's functions."""
        if not self._armed():
            self._arm(self.checker.deferred_nodes, self.checker.pass_num)

    def fired(self, context: FunctionContext) -> None:
        """A probe of this module was reached; called by the hook of `PROBE`."""
        probe = self._probe
        if probe is None or context.context is not probe.call:
            return  # mypy abandoned the list that this probe was put into
        if probe.nodes[-1] is not probe.node:
            self._arm(probe.nodes, probe.pass_number)  # go behind everything that this pass checks again
            return
        unfinished = {deferred.node for deferred in self.checker.deferred_nodes}
        work = self._waiting | self._pending
        work |= {unit: classes for unit, classes in self._swept() if unit not in work}
        self._pending, self._waiting, self._probe = {}, {}, None
        for unit, classes in work.items():
            if unit in unfinished or any(_is_part(unit, node) for node in unfinished):
                self._pending[unit] = classes
            elif not self._run(unit, classes):
                self._wait(unit, classes)
        if self._pending:
            self._arm(self.checker.deferred_nodes, self.checker.pass_num)

    def _armed(self) -> bool:
        """Whether a probe waits in a list that mypy will still walk.

        The list appended to in one pass is walked in the next; before the implementation phase mypy clears it.
        """
        probe = self._probe
        if probe is None or all(node is not probe.node for node in probe.nodes):
            return False
        return probe.nodes is self.checker.deferred_nodes or self.checker.pass_num == probe.pass_number + 1

    def _arm(self, nodes: list[DeferredNode], pass_number: int) -> None:
        self._probe = _make_probe(self.checker, nodes, pass_number)
        nodes.append(self._probe.node)

    def _swept(self) -> Iterator[tuple[Unit, list[TypeInfo]]]:
        """The units that `sweep` asks for, of those whose bodies mypy has checked.

        While mypy checks the interface of a module, or one edited function in the daemon, other bodies have no types.
        """
        tree = self.checker.tree
        if self._sweep(tree):
            yield tree, []
        wanted = [
            (function, [] if info is None else [info])
            for _, symbol, info in tree.local_definitions()
            for function in _functions(symbol.node)
            if self._sweep(function)
        ]
        typed_lines = sorted({expression.line for expression in self.checker._type_maps[0]}) if wanted else []
        for function, classes in wanted:
            first = bisect_left(typed_lines, function.body.line)
            if first < len(typed_lines) and typed_lines[first] <= (function.end_line or function.body.line):
                yield function, classes

    def _wait(self, unit: Unit, classes: list[TypeInfo]) -> None:
        """A unit needs the body of another: one that mypy defers comes in the next pass, others in the next phase."""
        if self.checker.recurse_into_functions:
            self._pending[unit] = classes
        else:
            self._waiting[unit] = classes

    def _run(self, unit: Unit, classes: list[TypeInfo]) -> bool:
        """Analyse `unit` in its scope: the daemon files errors under it, to clear them when it is checked again."""
        scope = self.checker.tscope
        with ExitStack() as stack:
            for info in classes:
                stack.enter_context(scope.class_scope(info))
            if isinstance(unit, FuncDef):
                stack.enter_context(scope.function_scope(unit))
            return self._analyse(self.checker, unit)


def _functions(node: SymbolNode | None) -> Iterator[FuncDef]:
    match node:
        case FuncDef():
            yield node
        case Decorator():
            yield node.func
        case OverloadedFuncDef():
            for item in node.items:
                yield from _functions(item)
            yield from _functions(node.impl)
        case _:
            pass


def _is_part(unit: Unit, node: SymbolNode) -> bool:
    """Whether the deferred `node` is the decorator or the overloaded function around `unit`."""
    return isinstance(node, (Decorator, OverloadedFuncDef)) and any(unit is part for part in _functions(node))


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
    # The daemon walks lists with modules in them, but has a type of its own for these.
    return _Probe(DeferredNode(cast(FuncDef, module), None), call, nodes, pass_number)
