"""Annotations as they are written: mypy expands most aliases, and forgets what `Annotated` says beside a type."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mypy.nodes import ImportFrom, MypyFile
from mypy.types import Instance, TupleType, Type, TypeAliasType, UnboundType, UnionType, get_proper_type

#: Names of the language and of `typing` that are no aliases of the program's, though mypy calls the types otherwise.
_PLAIN = frozenset(
    {"Any", "Dict", "FrozenSet", "List", "Literal", "None", "Optional", "Set", "Tuple", "Type", "Union", "tuple"}
)


def names_written(annotation: Type | None, module: MypyFile) -> list[str]:
    """The names in an annotation that mypy may call otherwise; those of pydantic's types say nothing of a field."""
    of_pydantic = {
        alias or name
        for statement in module.imports
        if isinstance(statement, ImportFrom) and statement.id.partition(".")[0] == "pydantic"
        for name, alias in statement.names
    }
    found = {
        unbound.name.rpartition(".")[2]
        for unbound in _unbound(annotation)
        if unbound.args or unbound.name not in of_pydantic
    }
    return sorted(found - _PLAIN)


def _unbound(annotation: Type | None) -> Iterator[UnboundType]:
    match proper := None if annotation is None else get_proper_type(annotation):
        case UnionType():
            parts: Sequence[Type] = proper.items
        case UnboundType():
            yield proper
            parts = proper.args if proper.name.rpartition(".")[2] != "Literal" else ()
        case _:
            parts = ()
    for part in parts:
        yield from _unbound(part)


def is_alias(names: Collection[str], type_: Type | None) -> bool:
    """Whether a type may have been written as an alias, with these names in its annotation."""
    return type_ is None or not set(names) <= set(_names_of(type_))


def _names_of(type_: Type) -> Iterator[str]:
    if isinstance(type_, TypeAliasType):
        return
    match proper := get_proper_type(type_):
        case Instance():
            yield proper.type.name
            parts: Sequence[Type] = proper.args
        case UnionType() | TupleType():
            parts = proper.items
        case _:
            parts = ()
    for part in parts:
        yield from _names_of(part)
