"""Whether something may be reported in a function: what its names and its syntax tell before it is analysed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from mypy.nodes import FuncDef, MypyFile, Var
from mypy.types import CallableType, Type

from mypy_session_plugin.attribute_names import (
    CONSTRUCTION,
    IN_PLACE,
    OPENING,
    may_answer,
    may_miss,
    may_miss_together,
    may_show,
    may_validate,
    may_validate_together,
)
from mypy_session_plugin.codes import CODES
from mypy_session_plugin.looks import Look
from mypy_session_plugin.module_hints import ModuleHints
from mypy_session_plugin.mypy_compat.types import info_of, is_none, union_items
from mypy_session_plugin.semantics.doubts import Doubt
from mypy_session_plugin.semantics.leaving_hints import LEAVING
from mypy_session_plugin.semantics.shared_hints import may_share
from mypy_session_plugin.semantics.watch import TRIGGERS

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.sinks import Sinks

#: What commits: a call, or the end of a block.
COMMITTING = frozenset({"commit", "begin"})
#: The codes, off by default, that may be reported wherever a session of the unit's own is.
_OF_OPENING = frozenset(code.name for code in CODES if code.opening)

#: The one certain sink that may report because of a caller.
MERGE = "merge"


class Judge:
    """Judges the units of one module; `sinks` are read with the first name of a library."""

    def __init__(self, module: ModuleHints, expires_on_commit: bool | None, sinks: Callable[[], Sinks]) -> None:
        self._module = module
        self._expires_on_commit = expires_on_commit
        self._read_sinks = sinks
        self._looks: dict[FuncDef | MypyFile, Look] = {}

    @cached_property
    def sinks(self) -> Sinks:
        """The libraries' calls at which a rule may report."""
        return self._read_sinks()

    def are_enough(self, names: set[str], unit: FuncDef | MypyFile) -> bool:
        """Whether something may be reported in a unit with these names of interest, to which others may come.

        One that is given two sessions has one of its own, as far as those are concerned that call it.
        """
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
        if not self.sinks.holding.isdisjoint(names) and _is_given_two_sessions(look.unit):
            names.add(OPENING)
            return True
        opens = OPENING in names
        if opens and not self._module.wanted.isdisjoint(_OF_OPENING):
            return True
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
        return (opens and isinstance(look.unit, MypyFile)) or self._may_share()

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
