"""Names of attributes among those that mypy looks up in a unit: whether one may be read that cannot be loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mypy.nodes import SymbolTableNode, TypeInfo

from mypy_session_plugin.looks import Look

#: Stands among a unit's names for the construction of an object of the user's.
CONSTRUCTION = "<construction>"
#: Stands among a unit's names for what gives it a session of its own, or two.
OPENING = "<opening>"
#: Stands among a unit's names for a column whose values can be changed in place.
IN_PLACE = "<in place>"
#: Stand among a unit's names for a mapped attribute, for one that needs SQL of its own, and one that may raise.
MAPPED, LAZY, RAISING = "<mapped>", "<lazy>", "<raising>"
#: Stands among a unit's names for a call that reads attributes which it does not name.
HIDDEN = "<hidden>"
#: What stands there for the read of a mapped attribute.
ATTRIBUTES = frozenset({HIDDEN, IN_PLACE, MAPPED, LAZY, RAISING})


class AttributeKinds:
    """What the attributes that one module names add to the names of a unit; each class is looked at once."""

    def __init__(self, lookup: Callable[[str], SymbolTableNode | None]) -> None:
        self._lookup = lookup
        self._found: dict[str, str | None] = {}
        self._classes: dict[str, _Told | None] = {}

    def of(self, full_name: str) -> str | None:
        """What a mapped attribute adds; None for every other one."""
        try:
            return self._found[full_name]
        except KeyError:
            class_name, _, name = full_name.rpartition(".")
            if class_name not in self._classes:
                self._classes[class_name] = self._told(class_name)
            told = self._classes[class_name]
            found = self._found[full_name] = None if told is None else _kind_of(told, name)
            return found

    def _told(self, class_name: str) -> _Told | None:
        symbol = self._lookup(class_name)
        info = symbol.node if symbol is not None else None
        if not isinstance(info, TypeInfo):
            return None
        from mypy_session_plugin.mypy_compat.class_bodies import attributes_told

        return _Told(info, attributes_told(info))


class _Told(NamedTuple):
    """A class, and the attributes of which its body, or that of a base, tells more than that they are mapped."""

    info: TypeInfo
    names: set[str]


def _kind_of(told: _Told, name: str) -> str | None:
    from mypy_session_plugin.mypy_compat.model_bodies import ADAPT, ADAPTER, VALIDATE
    from mypy_session_plugin.semantics.mapped import is_mapped_attribute
    from mypy_session_plugin.semantics.model_fields import fields

    info = told.info
    if name == ADAPT and info.fullname == ADAPTER:
        return HIDDEN
    if name == VALIDATE:
        return HIDDEN if any(fields(info)) else None
    kind = _kept_of(info, name) if name in told.names else None
    return MAPPED if kind is None and is_mapped_attribute(info, name) else kind


def _kept_of(info: TypeInfo, name: str) -> str | None:
    """What the bodies of a class, and of its bases, tell of an attribute."""
    from mypy_session_plugin.semantics.columns import tells_of_no_change
    from mypy_session_plugin.semantics.loading_hints import is_read_apart, is_reference, is_to_raise

    if tells_of_no_change(info, name):
        return IN_PLACE
    if is_to_raise(info, name):
        return RAISING
    if is_read_apart(info, name):
        return LAZY
    return MAPPED if is_reference(info, name) else None


def may_miss(names: set[str], look: Look, by_commit: Callable[[], bool]) -> bool:
    """Whether a mapped attribute may be read that cannot be loaded; `by_commit`: because of a commit as well."""
    if names.isdisjoint(ATTRIBUTES) or names <= ATTRIBUTES | {CONSTRUCTION}:
        return False
    loading = look.loading
    if RAISING in names or (LAZY in names and loading.is_async) or loading.leaves_out:
        return True
    return loading.reads_after_end or (loading.is_async and loading.reads_after_expiry(by_commit()))


def may_validate(names: set[str], look: Look) -> bool:
    """Whether a unit may make models where what they read cannot be loaded, if it is not: the types tell."""
    return HIDDEN in names and not names <= ATTRIBUTES | {CONSTRUCTION} and look.loading.is_async


def may_show(names: set[str], look: Look) -> bool:
    """Whether a unit may show, as text, an instance that has lost what its `repr` reads, if it has one: types tell."""
    if names <= ATTRIBUTES | {CONSTRUCTION}:
        return False
    loading = look.loading
    return (loading.is_async or bool(loading.ends) or loading.leaves_out) and look.shows


def may_answer(names: set[str], look: Look, by_commit: Callable[[], bool]) -> bool:
    """Whether a unit may return what has lost what a response model reads once the unit has returned."""
    loading = look.loading
    if names == {CONSTRUCTION}:
        return False
    return bool(loading.ends) or loading.leaves_out or (loading.is_async and loading.expires(by_commit()))


def may_miss_together(own: set[str], names: set[str], look: Look, by_commit: Callable[[], bool]) -> bool:
    """Whether what a unit calls may read what it has, or give it what it reads."""
    if names.isdisjoint(ATTRIBUTES):
        return False
    if not own.isdisjoint(ATTRIBUTES) and OPENING in names - own:
        return True
    loading = look.loading
    if own <= ATTRIBUTES:
        return False
    if loading.calls_after_end or not loading.is_async:
        return loading.calls_after_end
    return not names.isdisjoint((LAZY, RAISING)) or loading.calls_after_expiry(by_commit())


def may_validate_together(own: set[str], names: set[str], look: Look) -> bool:
    """Whether what a unit calls may make models of what it has, where that cannot be loaded: the types tell."""
    return HIDDEN in names and not own <= ATTRIBUTES and look.loading.is_async
