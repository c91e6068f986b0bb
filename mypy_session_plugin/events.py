"""Which names, looked up by mypy in a module, are worth a look at the function they stand in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mypy.nodes import (
    GDEF,
    AssignmentStmt,
    FuncDef,
    MypyFile,
    NameExpr,
    Node,
    SymbolTableNode,
    TypeInfo,
    Var,
)

from mypy_session_plugin.attribute_names import (
    CONSTRUCTION,
    MAPPED,
    OPENING,
)
from mypy_session_plugin.config import Options
from mypy_session_plugin.module_hints import ModuleHints
from mypy_session_plugin.mypy_compat.signatures import (
    carries_phantom_types,
    has_phantom_signature,
    has_phantom_type,
    is_declared,
    takes_phantom_types,
)
from mypy_session_plugin.mypy_compat.units import source_of
from mypy_session_plugin.stub_files import ORDINARY_PACKAGES, described_packages
from mypy_session_plugin.texts import units_calling, untyped_names

if TYPE_CHECKING:
    from mypy_session_plugin.attribute_kinds import AttributeKinds
    from mypy_session_plugin.judging import Judge
    from mypy_session_plugin.semantics.sinks import Sinks

_OWN_PACKAGES = frozenset({"sqlalchemy", "mypy_session_plugin"})
_STANDARD_LIBRARY = sys.stdlib_module_names | ORDINARY_PACKAGES


#: What calls a function that it is given, now or when it is called itself.
CARRIERS = frozenset({"builtins.map", "functools.partial"})
#: What may take a session out of a generator that makes it.
TAKES_FROM_A_GENERATOR = "builtins.next"
#: Stands among a unit's names for every other use of a library.
USE = "<use>"

#: The method of a library that mypy looks up as one of the user's own subclass, whose constructor takes the sessions.
STARTS_A_THREAD = "start"


class Events:
    """Tells the names that matter: calls at which a rule may report, and phantom-typed code.

    `sinks` are asked for with the first name of a library, so that a project without any never reads a stub.
    """

    def __init__(
        self,
        stub_paths: Iterable[Path],
        options: Options,
        lookup: Callable[[str], SymbolTableNode | None],
        sinks: Callable[[], Sinks],
    ) -> None:
        self._libraries = (described_packages(stub_paths) | _OWN_PACKAGES) - ORDINARY_PACKAGES
        self._foreign = self._libraries | _STANDARD_LIBRARY
        self._expressions = options.session_expressions
        self._expires_on_commit = options.expire_on_commit
        self._lookup = lookup
        self._read_sinks = sinks
        self._sinks: Sinks | None = None
        self._names: frozenset[str] = frozenset()
        #: What each name that was looked up adds: mypy asks for a few thousand names again and again.
        self._interest: dict[str, str | None] = {}
        self._attributes: AttributeKinds | None = None
        #: Whether the build knows the phantom types: without them no signature has one.
        self.phantom_types = False

    def enter(self) -> None:
        """Mypy goes on with another module, or has done with one."""
        self._attributes = None

    def name_of_interest(self, full_name: str) -> str | None:
        """What a call or a read of `full_name` adds to what is known of the unit in which it stands; None: nothing."""
        try:
            found = self._interest[full_name]
        except KeyError:
            found = self._interest[full_name] = self._interest_of(full_name)
        return self._attribute(full_name) if found is MAPPED else found

    def _attribute(self, full_name: str) -> str | None:
        if self._attributes is None:
            from mypy_session_plugin.attribute_kinds import AttributeKinds

            self._attributes = AttributeKinds(self._lookup)
        return self._attributes.of(full_name)

    def _interest_of(self, full_name: str) -> str | None:
        if full_name == TAKES_FROM_A_GENERATOR:
            return OPENING
        package, _, rest = full_name.partition(".")
        if package in _STANDARD_LIBRARY and package not in self._libraries:
            return None
        name = full_name.rpartition(".")[2]
        if package in self._libraries or name == STARTS_A_THREAD:
            if full_name in self.sinks.opening:
                return OPENING
            from mypy_session_plugin.semantics.sinks import STATEMENT, STATEMENTS

            if name in STATEMENTS and not self._is_method(full_name):
                return STATEMENT
            crossing = f"{package}.{name}"
            return crossing if crossing in self.names else name if name in self.names else USE
        if rest and name[:1].isupper():
            return CONSTRUCTION
        return MAPPED if "." in rest else None

    def _is_method(self, full_name: str) -> bool:
        symbol = self._lookup(full_name.rpartition(".")[0])
        return symbol is not None and isinstance(symbol.node, TypeInfo)

    def may_be_mapped(self, class_name: str, modules: Container[str]) -> bool:
        """Whether a class is one of the user's, by its name alone, in a build that has SQLAlchemy."""
        package = class_name.partition(".")[0]
        is_library = package in self._libraries or package in _STANDARD_LIBRARY
        return not is_library and "sqlalchemy" in modules

    def is_phantom_typed(self, full_name: str) -> bool:
        """Whether a function or class of the user's has phantom types in its signature."""
        if not self.phantom_types or full_name.partition(".")[0] in self._foreign:
            return False
        return self._concerns(full_name)

    def carries(self, full_name: str, unit: FuncDef | MypyFile) -> bool:
        """Whether this is a call by which a phantom-typed function is called, or made ready for it."""
        return self.phantom_types and full_name in CARRIERS and carries_phantom_types(_written_in(unit))

    @property
    def sinks(self) -> Sinks:
        """The libraries' calls at which a rule may report."""
        if self._sinks is None:
            self._sinks = self._read_sinks()
        return self._sinks

    @property
    def names(self) -> frozenset[str]:
        """The names of all sinks and of what makes them report."""
        if not self._names:
            from mypy_session_plugin.semantics.leaving_hints import LEAVING
            from mypy_session_plugin.semantics.watch import TRIGGERS

            sinks = self.sinks
            named = (LEAVING, TRIGGERS, sinks.crossing, sinks.stateful, sinks.unsettling, sinks.holding, sinks.working)
            self._names = sinks.serialising.union(*named, *sinks.optional.values())
        return self._names

    def judge(self, module: ModuleHints) -> Judge:
        """What judges the units of a module by the names in them."""
        from mypy_session_plugin.judging import Judge

        return Judge(module, self._expires_on_commit, lambda: self.sinks)

    def units_in_text(self, tree: MypyFile, modules: Container[str]) -> Callable[[FuncDef | MypyFile], bool] | None:
        """Which units may report on what is Any: a configured session expression, the object of an untyped library.

        Of an expression whose type is Any mypy looks up no name at all, so the text is all there is to go by.  None if
        the module names neither.
        """
        names = {name.removesuffix("()").rpartition(".")[2] for name in self._expressions}
        untyped = untyped_names(tree, self._libraries - _STANDARD_LIBRARY, lambda: self.sinks, modules)
        text = source_of(tree) if names or untyped else ""
        if any(name in text for name in names):
            untyped |= {
                name.rpartition(".")[2] for name in self.sinks.crossing | self.sinks.stateful | self.sinks.serialising
            }
        return units_calling(text, untyped) if untyped else None

    def _concerns(self, full_name: str) -> bool:
        symbol = self._lookup(full_name)
        if symbol is None:
            return False
        if isinstance(symbol.node, TypeInfo):
            constructor = symbol.node.get("__init__")
            return constructor is not None and takes_phantom_types(constructor.node)
        return takes_phantom_types(symbol.node)


def is_phantom_typed(unit: FuncDef | MypyFile) -> bool:
    """Whether a unit of analysis has a phantom type in its signature, or declares a variable or function with one.

    A method that overrides a phantom-typed one has inherited what that promises.
    """
    if isinstance(unit, FuncDef):
        inherited = (base.names.get(unit.name) for base in (unit.info.mro[1:] if unit.info else ()))
        if has_phantom_signature(unit) or any(entry and has_phantom_signature(entry.node) for entry in inherited):
            return True
    return any(_declares_phantom_type(node) for node in _written_in(unit))


def _written_in(unit: FuncDef | MypyFile) -> Iterator[Node]:
    from mypy_session_plugin.flow.syntax import descendants

    return descendants(unit, into_functions=isinstance(unit, FuncDef))


def _is_phantom_global(target: Node) -> bool:
    variable = target.node if isinstance(target, NameExpr) and target.kind == GDEF else None
    return isinstance(variable, Var) and is_declared(variable) and has_phantom_type(variable.type)


def _declares_phantom_type(node: Node) -> bool:
    if isinstance(node, AssignmentStmt):
        return has_phantom_type(node.type) or any(map(_is_phantom_global, node.lvalues))
    return isinstance(node, FuncDef) and not node.info and has_phantom_signature(node)
