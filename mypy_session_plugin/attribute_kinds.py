"""What an attribute of a class, as mypy looks it up, tells of the unit in which it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mypy.nodes import SymbolTableNode, TypeInfo

from mypy_session_plugin.attribute_names import HIDDEN, IN_PLACE, LAZY, MAPPED, RAISING
from mypy_session_plugin.mypy_compat.class_bodies import attributes_told
from mypy_session_plugin.mypy_compat.model_bodies import ADAPT, ADAPTER, VALIDATE
from mypy_session_plugin.semantics.columns import tells_of_no_change
from mypy_session_plugin.semantics.loading_hints import is_read_apart, is_reference, is_to_raise
from mypy_session_plugin.semantics.mapped import is_mapped_attribute
from mypy_session_plugin.semantics.model_fields import fields


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
        return _Told(info, attributes_told(info))


class _Told(NamedTuple):
    """A class, and the attributes of which its body, or that of a base, tells more than that they are mapped."""

    info: TypeInfo
    names: set[str]


def _kind_of(told: _Told, name: str) -> str | None:
    info = told.info
    if name == ADAPT and info.fullname == ADAPTER:
        return HIDDEN
    if name == VALIDATE:
        return HIDDEN if any(fields(info)) else None
    kind = _kept_of(info, name) if name in told.names else None
    return MAPPED if kind is None and is_mapped_attribute(info, name) else kind


def _kept_of(info: TypeInfo, name: str) -> str | None:
    """What the bodies of a class, and of its bases, tell of an attribute."""
    if tells_of_no_change(info, name):
        return IN_PLACE
    if is_to_raise(info, name):
        return RAISING
    if is_read_apart(info, name):
        return LAZY
    return MAPPED if is_reference(info, name) else None
