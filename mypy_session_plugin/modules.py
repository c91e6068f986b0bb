"""Which module mypy is at: its trigger is told what is looked up there, and mypy's last look at it ends it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from mypy.nodes import FuncDef, MypyFile
from mypy.plugin import FunctionContext

from mypy_session_plugin.attribute_names import ATTRIBUTES
from mypy_session_plugin.codes import CODES
from mypy_session_plugin.events import Events, is_phantom_typed
from mypy_session_plugin.module_hints import ModuleHints
from mypy_session_plugin.mypy_compat import last_look
from mypy_session_plugin.mypy_compat.callers import Callers, Seen
from mypy_session_plugin.mypy_compat.phases import is_update
from mypy_session_plugin.mypy_compat.report import is_enabled, is_silent
from mypy_session_plugin.mypy_compat.trigger import Trigger, running_checker
from mypy_session_plugin.mypy_compat.units import Unit, units_of
from mypy_session_plugin.recorder import recorder_for

if TYPE_CHECKING:
    from mypy_session_plugin.judging import Judge
    from mypy_session_plugin.mypy_compat import TypeChecker
    from mypy_session_plugin.semantics.doubts import Doubt

#: Without one of these a module has no sessions, and without the other no phantom types.
_NEEDED_MODULES = ("sqlalchemy", "mypy_session_plugin")
#: What mypy looks up for a call of a function that `functools.cache` or `lru_cache` decorates.
CACHED_CALL = "functools._lru_cache_wrapper.__call__"
#: What mypy looks up where a function is given that Python itself calls with the elements of something.
CALLED_WITH_ELEMENTS = frozenset(f"builtins.{name}" for name in ("filter", "list.sort", "map", "max", "min", "sorted"))
#: Stands for a checker where there is none.
_NOBODY = object()
_OPTIONAL = tuple(code.name for code in CODES if not code.default)


class Modules:
    """The modules that mypy checks, each with the trigger that has its units analysed.

    `analyse` is called for a unit that mypy has finished, with its doubts if it counts only for these; it tells False
    if the unit must wait.
    `forget` lets go of what the analysis of one module has kept.
    """

    def __init__(
        self,
        events: Events,
        analyse: Callable[[TypeChecker, Unit, frozenset[Doubt]], bool],
        forget: Callable[[], None],
    ) -> None:
        self._events = events
        self._analyse = analyse
        self._forget = forget
        self._build: dict[str, MypyFile] = {}
        #: By the name of the module, until mypy has done with it; None where nothing is to be analysed.
        self._triggers: dict[str, Trigger | None] = {}
        #: What was seen in each module when the daemon last checked it.
        self._seen: dict[str, Seen] = {}
        self._checker: TypeChecker | None = None
        self._trigger: Trigger | None = None
        #: The checker at work, if it has a module in which nothing can be found: of its names nothing need be told.
        self.unconcerned: object = _NOBODY

    def new_build(self, modules: dict[str, MypyFile]) -> None:
        """Mypy begins; `modules` are those that it knows, now and later."""
        self._build = modules

    def looked_up(self, full_name: str, of_class: bool = False) -> None:
        """Mypy looks up a name in the module that it checks; `of_class`: what a class itself says of an attribute.

        `User.name` is an expression for a statement: no instance is read.
        """
        checker = running_checker()
        if checker is not self._checker:
            self._enter(checker)
        trigger = self._trigger
        if trigger is None:
            return
        events = self._events
        name = events.name_of_interest(full_name)
        if name is not None and not (of_class and name in ATTRIBUTES):
            trigger.finds(name)
        else:
            trigger.calls(full_name)
            if full_name in _CALLING:
                _CALLING[full_name](trigger)
            if trigger.is_restless:
                trigger.request_sweep()
        if events.phantom_types:
            if events.carries(full_name, trigger.unit) or events.is_phantom_typed(full_name):
                trigger.schedule()
            else:
                trigger.request_sweep()

    def probe_fired(self, context: FunctionContext) -> None:
        """Mypy has come to a trigger's probe, in the module that it checks."""
        checker = running_checker()
        trigger = None if checker is None else self._triggers.get(checker.tree.fullname)
        if trigger is None or trigger.checker is not checker:
            return
        trigger.fired(context)
        if trigger.idle:
            # A trigger keeps the tree of its module alive, and the next phase begins anew.
            self._leave()
            if not last_look.IS_GIVEN:
                self._triggers.pop(trigger.module, None)
                self._forget()

    def done(self, tree: MypyFile) -> None:
        """Mypy takes its last look at a module: what nothing has led to is analysed now."""
        was_entered = tree.fullname in self._triggers
        trigger = self._triggers.pop(tree.fullname, None)
        if trigger is not None and not last_look.has_types(trigger.checker):
            was_entered = False  # the daemon checked a function of this module alone, before its text changed
        if not was_entered:
            trigger = self._trigger_of_unseen(tree)
        self._leave()
        if trigger is not None:
            trigger.finish()
            self._forget()
        self._events.enter()

    def _enter(self, checker: TypeChecker | None) -> None:
        """Mypy goes on with another module: take up its trigger, or make one if anything can be found there."""
        left = self._trigger
        if left is not None and left.idle and not last_look.IS_GIVEN:
            self._triggers.pop(left.module, None)
        self._leave()
        self._checker = checker
        if checker is None:
            return
        self.unconcerned = checker
        if not self._may_concern(checker.modules):
            return
        trigger = self._triggers.get(checker.tree.fullname)
        if trigger is None or trigger.checker is not checker:
            trigger = None if is_silent(checker) else self._new_trigger(checker)
        self._trigger = trigger
        self._events.enter()
        if trigger is not None:
            self.unconcerned = _NOBODY
        if trigger is not None or last_look.IS_GIVEN:
            self._triggers[checker.tree.fullname] = trigger
        if trigger is not None and trigger.eager:
            trigger.request_sweep()

    def _leave(self) -> None:
        self._checker, self._trigger, self.unconcerned = None, None, _NOBODY

    def _may_concern(self, modules: dict[str, MypyFile]) -> bool:
        self._events.phantom_types = _NEEDED_MODULES[1] in modules
        return any(name in modules for name in _NEEDED_MODULES)

    def _new_trigger(self, checker: TypeChecker) -> Trigger:
        is_recorded = recorder_for(checker.path) is not None
        units = _checked(checker) if is_recorded else self._events.units_in_text(checker.tree, checker.modules)
        return self._trigger_for(checker, self._sweep(units), eager=units is not None)

    def _trigger_for(self, checker: TypeChecker, sweep: Callable[[Unit], bool] | None, eager: bool) -> Trigger:
        module = checker.tree.fullname
        judge = self._events.judge(ModuleHints(checker.tree, partial(_optional_codes, checker)))
        callers = Callers(module, judge, self._seen.get(module) if is_update(checker) else None)
        if checker.options.fine_grained_incremental:
            self._seen[module] = callers.seen
        return Trigger(checker, partial(self._run, judge), sweep, callers, eager)

    def _run(self, judge: Judge, checker: TypeChecker, unit: Unit, is_swept: bool) -> bool:
        return self._analyse(checker, unit, frozenset() if is_swept else judge.doubts_of(unit))

    def _trigger_of_unseen(self, tree: MypyFile) -> Trigger | None:
        """A trigger for a module in which mypy looked up no name, if there is something to analyse in it."""
        if tree.is_stub or not self._may_concern(self._build):
            return None
        sweep = self._sweep(self._events.units_in_text(tree, self._build))
        if sweep is None or not any(sweep(unit) for unit, _ in units_of(tree)):
            return None
        checker = last_look.checker_of(tree)
        if checker is None or is_silent(checker):
            return None
        return self._trigger_for(checker, sweep, eager=True)

    def _sweep(self, units: Callable[[Unit], bool] | None) -> Callable[[Unit], bool] | None:
        """Which units of a module are looked at whatever is seen in them; None if there can be none."""
        with_phantom_types = self._events.phantom_types
        if units is None and not with_phantom_types:
            return None

        def is_swept(unit: FuncDef | MypyFile) -> bool:
            return (units is not None and units(unit)) or (with_phantom_types and is_phantom_typed(unit))

        return is_swept


def _call_decorated(trigger: Trigger) -> None:
    """The unit that mypy checks now calls functions of which mypy looks up the decorator alone."""
    from mypy_session_plugin.flow.syntax import decorated_callees

    for called in decorated_callees(trigger.unit):
        trigger.calls(called)


def _call_given(trigger: Trigger) -> None:
    """The unit that mypy checks now gives functions to calls that call them."""
    from mypy_session_plugin.flow.syntax import given_functions

    for called in given_functions(trigger.unit):
        trigger.calls(called)


#: What is done where mypy looks up one of these.
_CALLING = dict.fromkeys(CALLED_WITH_ELEMENTS, _call_given) | {CACHED_CALL: _call_decorated}


def _checked(checker: TypeChecker) -> Callable[[Unit], bool]:
    """All units of a module but those that mypy does not check."""
    return lambda unit: isinstance(unit, MypyFile) or not unit.is_dynamic() or checker.options.check_untyped_defs


def _optional_codes(checker: TypeChecker) -> frozenset[str]:
    """The codes that are off by default and on in this module."""
    return frozenset(name for name in _OPTIONAL if is_enabled(checker, name))
