"""The mypy plugin: its hooks schedule analyses, they neither report nor change a type.

Everything is scheduled from the *lookup* of a hook, and no hook is returned: mypy asks its plugins for a hook at each
call and attribute whose name it knows, and takes the first one it is given, so that a hook of ours would displace
those of other plugins and of mypy itself.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mypy.nodes import FuncDef, MypyFile, TypeInfo
from mypy.options import Options as MypyOptions
from mypy.plugin import AttributeContext, ClassDefContext, FunctionContext, MethodContext, Plugin, ReportConfigContext
from mypy.types import Type
from typing_extensions import override

from mypy_session_plugin import __version__
from mypy_session_plugin.codes import CODES
from mypy_session_plugin.config import ConfigError, Options, load_options
from mypy_session_plugin.events import Events
from mypy_session_plugin.mypy_compat import PROBE
from mypy_session_plugin.mypy_compat.error_codes import make_error_codes
from mypy_session_plugin.mypy_compat.versions import refusal, refuse
from mypy_session_plugin.shipped_stubs import shipped_stubs
from mypy_session_plugin.stub_files import package_files, stub_files, stub_root

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat import TypeChecker
    from mypy_session_plugin.mypy_compat.module_syntax import ModuleSyntax
    from mypy_session_plugin.semantics.doubts import Doubt
    from mypy_session_plugin.semantics.sinks import Sinks


def session_plugin(mypy_version: str) -> type[Plugin]:
    """The plugin class for this mypy; of one that is not supported, a plugin that says so and ends the run."""
    make_error_codes(CODES)
    reason = refusal(mypy_version)
    if reason is None:
        return SessionPlugin
    return type("RefusingPlugin", (_RefusingPlugin,), {"lines": [reason]})


class _RefusingPlugin(Plugin):
    """Ends the run as soon as mypy gives it the modules: the first moment at which mypy adds no line of its own."""

    lines: list[str]

    @override
    def set_modules(self, modules: dict[str, MypyFile]) -> NoReturn:
        refuse(self.lines)


class SessionPlugin(Plugin):
    """Passes on what mypy asks its plugins: each question tells what is being checked, and none is answered."""

    def __init__(self, options: MypyOptions) -> None:
        super().__init__(options)
        from mypy_session_plugin.modules import Modules
        from mypy_session_plugin.mypy_compat.trigger import checker_state

        #: Mypy asks for names by the hundred thousand: where nothing can be found this is all that is looked at.
        self._at_work = checker_state
        self._faults: list[str] = []
        try:
            self._options = load_options(options.config_file)
            self._faults = _stub_faults(self._options.stub_paths)
            self._options = _with_shipped_stubs(self._options)
        except ConfigError as error:
            self._options, self._faults = Options(), error.lines
        stub_paths = [*self._options.stub_paths, stub_root()]
        events = Events(stub_paths, self._options, self.lookup_fully_qualified, self._sinks)
        self._events = events
        self._modules_checked = Modules(events, self._analyse, self._forget)
        self._config_data = _config_data(self._options)
        #: That of the module whose classes mypy builds, as long as it does so.
        self._syntax: ModuleSyntax | None = None
        self._has_analysed = False

    @override
    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        if self._faults:
            refuse(self._faults)
        super().set_modules(modules)
        self._modules_checked.new_build(modules)

    @override
    def report_config_data(self, ctx: ReportConfigContext) -> dict[str, str]:
        return self._config_data

    @override
    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        if fullname == PROBE:
            return self._probe_fired
        if self._at_work.type_checker is not self._modules_checked.unconcerned:
            self._modules_checked.looked_up(fullname)
        return None

    @override
    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        if self._at_work.type_checker is not self._modules_checked.unconcerned:
            self._modules_checked.looked_up(fullname)
        return None

    @override
    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        if self._at_work.type_checker is not self._modules_checked.unconcerned:
            self._modules_checked.looked_up(fullname)
        return None

    @override
    def get_class_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        if self._at_work.type_checker is not self._modules_checked.unconcerned:
            self._modules_checked.looked_up(fullname, of_class=True)
        return None

    @override
    def get_additional_indirect_deps(self, file: MypyFile) -> set[str]:
        self._syntax = None
        self._modules_checked.done(file)
        return set()

    @override
    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        if self._modules is not None and self._events.may_be_mapped(fullname, self._modules):
            self._note_body(fullname, self._modules)
        return None

    def _note_body(self, class_name: str, modules: dict[str, MypyFile]) -> None:
        """Mypy has built a class and not analysed its body yet: keep what its attributes are."""
        symbol = self.lookup_fully_qualified(class_name)
        if symbol is not None and isinstance(symbol.node, TypeInfo) and symbol.node.module_name in modules:
            from mypy_session_plugin.mypy_compat.class_bodies import note_body
            from mypy_session_plugin.mypy_compat.module_syntax import ModuleSyntax

            tree = modules[symbol.node.module_name]
            if self._syntax is None or not self._syntax.is_of(tree):
                self._syntax = ModuleSyntax(tree)
            note_body(symbol.node, self._syntax)

    def _probe_fired(self, context: FunctionContext) -> Type:
        self._modules_checked.probe_fired(context)
        return context.default_return_type

    def _sinks(self) -> Sinks:
        from mypy_session_plugin.checker import sinks

        return sinks(self._options)

    def _analyse(self, checker: TypeChecker, unit: FuncDef | MypyFile, doubts: frozenset[Doubt]) -> bool:
        from mypy_session_plugin.checker import analyse

        self._has_analysed = True
        return analyse(checker, unit, self._options, doubts)

    def _forget(self) -> None:
        if self._has_analysed:
            from mypy_session_plugin.checker import forget

            forget()


def _stub_faults(roots: Sequence[Path]) -> list[str]:
    """What is wrong in the stubs below some folders, a line a fault; they are read before mypy begins."""
    if not roots:
        return []
    from mypy_session_plugin.semantics.library import stub_faults

    return stub_faults(roots)


def _with_shipped_stubs(options: Options) -> Options:
    """The options with the stubs that libraries ship, after the user's own.

    What is wrong in those is nothing that the user can mend: they are left out, with a line that says so.
    """
    found: list[Path] = []
    for stubs in shipped_stubs():
        folder = stubs.folder
        faults = [f'there is no folder "{stubs.value}"'] if folder is None else _stub_faults([folder])
        if faults or folder is None:
            left_out = f"mypy-session-plugin: warning: the session stubs of {stubs.library} are left out"
            print(f"{left_out}: {'; '.join(faults)}", file=sys.stderr)
        else:
            found.append(folder)
    return replace(options, stub_paths=(*options.stub_paths, *found)) if found else options


def _config_data(options: Options) -> dict[str, str]:
    """What the results depend on beside the checked code; mypy compares it with what it finds in its cache.

    mypy itself takes into account one file alone, the one that defines `plugin`.
    """
    digest = hashlib.sha256()
    for path in [*package_files(), *stub_files([stub_root(), *options.stub_paths])]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return {"version": __version__, "digest": digest.hexdigest(), "options": repr(options)}
