"""Columns whose values can be changed in place without the session's notice: JSON, ARRAY and PickleType, as mapped."""

from __future__ import annotations

from mypy.nodes import TypeInfo

from mypy_session_plugin.mypy_compat.class_bodies import COLUMNS, KEY, TRACKED


def tells_of_no_change(info: TypeInfo, name: str) -> bool:
    """Whether an attribute is such a column; not where anything in the modules of its class may make it tell."""
    if any(_kept(base).get(TRACKED) for base in info.mro):
        return False
    return any(name in _names(base) for base in info.mro[: _defining(info, name) + 1])


def _defining(info: TypeInfo, name: str) -> int:
    """The position of the class that defines an attribute."""
    return next((position for position, base in enumerate(info.mro) if name in base.names), -1)


def _names(info: TypeInfo) -> list[object]:
    names = _kept(info).get(COLUMNS, [])
    return names if isinstance(names, list) else []


def _kept(info: TypeInfo) -> dict[str, object]:
    kept: dict[str, object] = info.metadata.get(KEY, {})
    return kept
