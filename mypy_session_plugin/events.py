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
from mypy.types import CallableType, Type

from mypy_session_plugin.attribute_names import (
    CONSTRUCTION,
    IN_PLACE,
    MAPPED,
    OPENING,
    AttributeKinds,
    may_answer,
    may_miss,
    may_miss_together,
    may_show,
    may_validate,
    may_validate_together,
)
from mypy_session_plugin.codes import CODES
from mypy_session_plugin.config import Options
from mypy_session_plugin.looks import Look
from mypy_session_plugin.module_hints import ModuleHints
from mypy_session_plugin.mypy_compat.signatures import (
    carries_phantom_types,
    has_phantom_signature,
    has_phantom_type,
    is_declared,
    takes_phantom_types,
)
from mypy_session_plugin.mypy_compat.types import info_of, is_none, union_items
from mypy_session_plugin.mypy_compat.units import source_of
from mypy_session_plugin.semantics.doubts import Doubt
from mypy_session_plugin.stub_files import ORDINARY_PACKAGES, described_packages
from mypy_session_plugin.texts import units_calling, untyped_names

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.sinks import Sinks

_OWN_PACKAGES = frozenset({"sqlalchemy", "mypy_session_plugin"})
_STANDARD_LIBRARY = sys.stdlib_module_names | ORDINARY_PACKAGES


#: What calls a function that it is given, now or when it is called itself.
CARRIERS = frozenset({"builtins.map", "functools.partial"})
#: What may take a session out of a generator that makes it.
TAKES_FROM_A_GENERATOR = "builtins.next"
#: Stands among a unit's names for every other use of a library.
USE = "<use>"

#: What commits: a call, or the end of a block.
COMMITTING = frozenset({"commit", "begin"})
#: The codes, off by default, that may be reported wherever a session of the unit's own is.
_OF_OPENING = frozenset(code.name for code in CODES if code.opening)

#: The one certain sink that may report because of a caller.
MERGE = "merge"

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
        self._looks: dict[FuncDef | MypyFile, Look] = {}
        #: What each name that was looked up adds: mypy asks for a few thousand names again and again.
        self._interest: dict[str, str | None] = {}
        self._attributes = AttributeKinds(lookup)
        #: Whether the build knows the phantom types: without them no signature has one.
        self.phantom_types = False
        self._module = ModuleHints(MypyFile([], []), frozenset)

    def enter(self, tree: MypyFile, wanted: Callable[[], frozenset[str]]) -> None:
        """Mypy goes on with a module; `wanted` tells which codes are on in it that are off by default."""
        self._module, self._looks, self._attributes = ModuleHints(tree, wanted), {}, AttributeKinds(self._lookup)

    def is_at(self, tree: MypyFile) -> bool:
        """Whether this is the module that mypy has gone on with last."""
        return self._module.tree is tree

    def leave(self) -> None:
        """Mypy has done with the module: its tree is let go."""
        self.enter(MypyFile([], []), frozenset)

    def name_of_interest(self, full_name: str) -> str | None:
        """What a call or a read of `full_name` adds to what is known of the unit in which it stands; None: nothing."""
        try:
            found = self._interest[full_name]
        except KeyError:
            found = self._interest[full_name] = self._interest_of(full_name)
        return self._attributes.of(full_name) if found is MAPPED else found

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

    def are_enough(self, names: set[str], unit: FuncDef | MypyFile) -> bool:
        """Whether something may be reported in a unit with these names of interest, to which others may come."""
        look = self._look_at(unit)
        if look.judged < len(names):
            look.enough = look.enough or self._judge(names, look)
            look.judged = len(names)
            if not look.enough:
                look.doubts.update(self._doubts(names, look))
        return look.enough or bool(look.doubts)

    def is_worth_more(self, unit: FuncDef | MypyFile) -> None:
        """A unit is analysed for something else than its names of interest."""
        self._look_at(unit).enough = True

    def doubts_of(self, unit: FuncDef | MypyFile) -> frozenset[Doubt]:
        """Why something may be reported in a unit, which is to be analysed, if it is so only as far as types say."""
        look = self._looks.get(unit)
        return frozenset() if look is None or look.enough else frozenset(look.doubts)

    def _look_at(self, unit: FuncDef | MypyFile) -> Look:
        body = unit.body if isinstance(unit, FuncDef) else unit.defs
        look = self._looks.get(unit)
        if look is None or look.body is not body:
            look = self._looks[unit] = Look(unit, body, self._module.tree.fullname, lambda: self.sinks.session_packages)
        return look

    def _judge(self, names: set[str], look: Look) -> bool:
        from mypy_session_plugin.semantics.leaving_hints import LEAVING
        from mypy_session_plugin.semantics.watch import TRIGGERS

        opens = OPENING in names
        if self.sinks.are_enough(names, CONSTRUCTION in names, opens):
            return True
        if (opens or not LEAVING.isdisjoint(names)) and look.may_leave:
            return True
        if (opens or not TRIGGERS.isdisjoint(names)) and look.is_watched:
            return True
        if any(not names.isdisjoint(self.sinks.optional.get(code, ())) for code in self._module.wanted):
            return True
        if look.unit in self._module.answered and may_answer(names, look, self._expires_by_commit):
            return True
        if self._may_be_unnoticed(names, look) or may_miss(names, look, self._expires_by_commit):
            return True
        if opens and self._may_lose(names, look):
            return True
        if (opens and isinstance(look.unit, MypyFile)) or self._may_share():
            return True
        if self.sinks.holding.isdisjoint(names) or not _is_given_two_sessions(look.unit):
            return False
        names.add(OPENING)
        return True

    def _doubts(self, names: set[str], look: Look) -> Iterator[Doubt]:
        if not self.sinks.serialising.isdisjoint(names):
            yield Doubt.WRITES_OUT
        if not self.sinks.starting.isdisjoint(names):
            yield Doubt.STARTS
        if may_validate(names, look):
            yield Doubt.VALIDATES
        if may_show(names, look):
            yield Doubt.SHOWS
        if look.unit in self._module.answered and names != {CONSTRUCTION} and look.loading.is_async:
            yield Doubt.ANSWERS

    def _may_share(self) -> bool:
        """Whether the module may make a session once for all of its code, which any function may use."""
        from mypy_session_plugin.semantics.shared_hints import may_share

        return may_share(self._module.made_once, self._is_shared)

    def _is_shared(self, type_: Type) -> bool:
        """Whether what a module makes once is one session for all: a registry gives tasks of one thread the same."""
        return _is_session(type_) or (_is_registry(type_) and self._module.has_coroutines)

    def _may_be_unnoticed(self, names: set[str], look: Look) -> bool:
        """Whether something may be written of which no session takes notice."""
        if IN_PLACE in names and look.hints.changes_in_place():
            return True
        if OPENING in names and look.hints.writes_after_an_end():
            return True
        return not COMMITTING.isdisjoint(names) and CONSTRUCTION in names and look.hints.makes_and_forgets()

    def _expires_by_commit(self) -> bool:
        """Whether a session may be known to expire its instances at a commit: by the option, or as it was made."""
        return self._module.makes_sessions if self._expires_on_commit is None else self._expires_on_commit

    def _may_lose(self, names: set[str], look: Look) -> bool:
        """Whether a unit with a session of its own may write in it, or commit, on an engine that the module knows."""
        works = not self.sinks.working.isdisjoint(names) or look.hints.changes_attributes()
        return works and self._module.binds_to_engine

    def are_enough_together(self, unit: FuncDef | MypyFile, own: set[str], names: set[str]) -> bool:
        """Whether something may be reported in a unit with its `own` names that, with what it calls, has these."""
        if self._are_enough_with_calls(unit, own, names):
            self.is_worth_more(unit)
            return True
        look = self._look_at(unit)
        found = set(self._doubts_of_calls(own, names, look))
        look.doubts |= found
        return bool(found)

    def _doubts_of_calls(self, own: set[str], names: set[str], look: Look) -> Iterator[Doubt]:
        if not self.sinks.starting.isdisjoint(names):
            yield Doubt.STARTS
        if may_validate_together(own, names, look):
            yield Doubt.VALIDATES

    def _are_enough_with_calls(self, unit: FuncDef | MypyFile, own: set[str], names: set[str]) -> bool:
        states = names - self.sinks.certain
        if MERGE in names or self.sinks.are_enough(states, CONSTRUCTION in names, OPENING in names):
            return True
        if any(not names.isdisjoint(self.sinks.optional.get(code, ())) for code in self._module.wanted):
            return True
        if may_miss_together(own, names, self._look_at(unit), self._expires_by_commit):
            return True
        if OPENING in own or OPENING not in names:
            return False
        if not self._module.wanted.isdisjoint(_OF_OPENING):
            return True
        look = self._look_at(unit)
        return look.may_leave or self._may_lose(own, look)

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


def _is_given_two_sessions(unit: FuncDef | MypyFile) -> bool:
    """Whether a function has two parameters, or its class two attributes, that are sessions."""
    if not isinstance(unit, FuncDef):
        return False
    declared = unit.type.arg_types if isinstance(unit.type, CallableType) else []
    if sum(map(_is_session, declared)) > 1:
        return True
    variables = [entry.node for entry in unit.info.names.values()] if unit.info else []
    return sum(isinstance(node, Var) and node.type is not None and _is_session(node.type) for node in variables) > 1


def _is_session(type_: Type) -> bool:
    """Whether a type is a session class, as its name says, or an optional one."""
    items = [item for item in union_items(type_) if not is_none(item)]
    info = info_of(items[0]) if len(items) == 1 else None
    return info is not None and any(base.name.endswith("Session") for base in info.mro)


def _is_registry(type_: Type) -> bool:
    """Whether a type is a registry, as the name of its class says."""
    info = info_of(type_)
    return info is not None and info.name.endswith("scoped_session")


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
