"""The mypy plugin: its hooks schedule analyses, they neither report nor change a type.

Everything is scheduled from the *lookup* of a hook, and no hook is returned: mypy asks its plugins for a hook at each
call and attribute whose name it knows, and takes the first one it is given, so that a hook of ours would displace
those of other plugins and of mypy itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from mypy.nodes import FuncDef, MypyFile
from mypy.options import Options as MypyOptions
from mypy.plugin import AttributeContext, FunctionContext, MethodContext, Plugin, ReportConfigContext
from mypy.types import Type
from typing_extensions import override

from mypy_session_plugin import __version__
from mypy_session_plugin.codes import CODES
from mypy_session_plugin.config import ConfigError, Options, load_options
from mypy_session_plugin.events import Events, is_phantom_typed
from mypy_session_plugin.mypy_compat import PROBE
from mypy_session_plugin.mypy_compat.error_codes import make_error_codes
from mypy_session_plugin.mypy_compat.report import is_silent
from mypy_session_plugin.mypy_compat.versions import refusal, refuse
from mypy_session_plugin.stub_files import package_files, stub_files, stub_root

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat import TypeChecker
    from mypy_session_plugin.mypy_compat.trigger import Trigger
    from mypy_session_plugin.semantics.sinks import Sinks

#: Without one of these a module has no sessions, and without the other no phantom types.
_NEEDED_MODULES = ("sqlalchemy", "mypy_session_plugin")


def session_plugin(mypy_version: str) -> type[Plugin]:
    """The plugin class for this mypy; of one that is not supported, a plugin that says so and ends the run."""
    make_error_codes(CODES)
    reason = refusal(mypy_version)
    if reason is None:
        return SessionPlugin
    return type("RefusingPlugin", (_RefusingPlugin,), {"lines": [reason]})


UnitTest: TypeAlias = Callable[[FuncDef | MypyFile], bool]


class _RefusingPlugin(Plugin):
    """Ends the run as soon as mypy gives it the modules: the first moment at which mypy adds no line of its own."""

    lines: list[str]

    @override
    def set_modules(self, modules: dict[str, MypyFile]) -> NoReturn:
        refuse(self.lines)


class SessionPlugin(Plugin):
    """Follows which module mypy checks and schedules the units in which something of interest is looked up."""

    def __init__(self, options: MypyOptions) -> None:
        super().__init__(options)
        from mypy_session_plugin.mypy_compat.trigger import Trigger, running_checker

        self._make_trigger = Trigger
        self._running_checker = running_checker
        self._faults: list[str] = []
        try:
            self._options = load_options(options.config_file)
            self._faults = _stub_faults(self._options)
        except ConfigError as error:
            self._options, self._faults = Options(), error.lines
        stub_paths = [*self._options.stub_paths, stub_root()]
        self._events = Events(stub_paths, self._options, self.lookup_fully_qualified, self._sinks)
        self._config_data = _config_data(self._options)
        #: Triggers with work left, by the identity of their checker; the current one may have none.
        self._triggers: dict[int, Trigger] = {}
        self._checker: TypeChecker | None = None
        self._trigger: Trigger | None = None

    @override
    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        if self._faults:
            refuse(self._faults)
        super().set_modules(modules)

    @override
    def report_config_data(self, ctx: ReportConfigContext) -> dict[str, str]:
        return self._config_data

    @override
    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        if fullname == PROBE:
            return self._probe_fired
        self._looked_up(fullname)
        return None

    @override
    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        self._looked_up(fullname)
        return None

    @override
    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        self._looked_up(fullname)
        return None

    @override
    def get_class_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        self._looked_up(fullname)
        return None

    def _looked_up(self, full_name: str) -> None:
        checker = self._running_checker()
        if checker is not self._checker:
            self._enter(checker)
        if self._trigger is None:
            return
        name = self._events.name_of_interest(full_name)
        trigger = self._trigger
        if name is not None and self._events.are_enough(trigger.seen_with(name), trigger.unit):
            self._schedule(trigger)
        elif trigger.waits:
            trigger.request_sweep()
        elif self._events.phantom_types:
            self._schedule(trigger, sweep_only=not self._events.is_phantom_typed(full_name))

    def _enter(self, checker: TypeChecker | None) -> None:
        """Mypy goes on with another module: take up its trigger, or make one if anything can be found there."""
        self._checker, self._trigger = checker, None
        if checker is None or is_silent(checker) or not any(name in checker.modules for name in _NEEDED_MODULES):
            return
        self._events.phantom_types = _NEEDED_MODULES[1] in checker.modules
        self._trigger = self._triggers.get(id(checker))
        if self._trigger is None:
            units = self._events.units_with_session_expressions(checker.tree)
            self._trigger = self._make_trigger(checker, self._analyse, _either(units, is_phantom_typed))
            if units is not None:
                self._schedule(self._trigger, sweep_only=True)

    def _schedule(self, trigger: Trigger, sweep_only: bool = False) -> None:
        self._triggers[id(trigger.checker)] = trigger
        if sweep_only:
            trigger.request_sweep()
        else:
            trigger.schedule()

    def _sinks(self) -> Sinks:
        from mypy_session_plugin.checker import sinks

        return sinks(self._options)

    def _probe_fired(self, context: FunctionContext) -> Type:
        trigger = self._triggers.get(id(context.api))
        if trigger is not None:
            trigger.fired(context)
            if trigger.idle:
                # A trigger keeps the tree of its module alive, and the next phase begins anew.
                del self._triggers[id(context.api)]
                self._checker, self._trigger = None, None
        return context.default_return_type

    def _analyse(self, checker: TypeChecker, unit: FuncDef | MypyFile) -> bool:
        from mypy_session_plugin.checker import analyse

        return analyse(checker, unit, self._options)


def _either(first: UnitTest | None, second: UnitTest) -> UnitTest:
    return second if first is None else lambda unit: first(unit) or second(unit)


def _stub_faults(options: Options) -> list[str]:
    """What is wrong in the user's own stubs, a line a fault; they are read before mypy begins."""
    if not options.stub_paths:
        return []
    from mypy_session_plugin.semantics.stub_reader import stub_faults

    return stub_faults(options.stub_paths)


def _config_data(options: Options) -> dict[str, str]:
    """What the results depend on beside the checked code; mypy compares it with what it finds in its cache.

    mypy itself takes into account one file alone, the one that defines `plugin`.
    """
    digest = hashlib.sha256()
    for path in [*package_files(), *stub_files([stub_root(), *options.stub_paths])]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return {"version": __version__, "digest": digest.hexdigest(), "options": repr(options)}
