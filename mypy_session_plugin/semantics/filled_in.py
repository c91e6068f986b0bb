"""Parameters that a framework fills in: FastAPI's dependencies, of which one request may give the same to several.

See https://fastapi.tiangolo.com/tutorial/dependencies/sub-dependencies/#using-the-same-dependency-multiple-times
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import CallExpr, FuncItem
from mypy.types import CallableType, Type, TypeAliasType, UnboundType

from mypy_session_plugin.mypy_compat.signatures import is_phantom_name
from mypy_session_plugin.mypy_compat.types import info_of, parameters_of


def filled_in(unit: FuncItem) -> Iterator[str]:
    """The names of the parameters that a framework gives the argument for: by `Annotated`, an alias, or a call."""
    written = getattr(unit, "unanalyzed_type", None)
    types = written.arg_types if isinstance(written, CallableType) else []
    for position, (argument, (variable, type_)) in enumerate(zip(unit.arguments, parameters_of(unit), strict=True)):
        given = types[position] if position < len(types) else None
        if _is_alias(type_, given) or _names_annotated(given) or isinstance(argument.initializer, CallExpr):
            yield variable.name


def _is_alias(type_: Type | None, written: Type | None) -> bool:
    """Whether a type is called by another name than its class has: mypy expands most aliases at once."""
    if isinstance(type_, TypeAliasType):
        return type_.alias is not None and not is_phantom_name(type_.alias.fullname)
    info = info_of(type_)
    return info is not None and isinstance(written, UnboundType) and written.name.rpartition(".")[2] != info.name


def _names_annotated(type_: Type | None) -> bool:
    """Whether `Annotated` stands in a type as it was written."""
    if not isinstance(type_, UnboundType):
        return False
    return type_.name.rpartition(".")[2] == "Annotated" or any(map(_names_annotated, type_.args))
