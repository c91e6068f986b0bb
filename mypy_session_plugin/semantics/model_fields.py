"""The fields of a pydantic or SQLModel model, which it reads of the object that it is made of.

A field that is a model itself is made of what was read, and reads its own fields of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mypy.nodes import TypeInfo, Var
from mypy.types import Instance, Type, get_proper_type

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.mypy_compat.model_bodies import (
    ADAPT,
    ADAPTER,
    BASE_MODEL,
    EVERY,
    FIELDS,
    FROM_ATTRIBUTES,
    PLAIN_MODEL,
    PREPARED,
    VALIDATE,
)
from mypy_session_plugin.mypy_compat.types import class_named_by, is_none, union_items
from mypy_session_plugin.mypy_compat.written_types import is_alias
from mypy_session_plugin.semantics.mapped import SQLMODEL
from mypy_session_plugin.semantics.relationships import kept

#: Fields of these are made of each element of what was read.
_COLLECTIONS = frozenset(
    {
        "builtins.frozenset",
        "builtins.list",
        "builtins.set",
        "builtins.tuple",
        "typing.Sequence",
    }
)
#: What stands behind every model, and has no fields.
_ROOTS = frozenset({BASE_MODEL, SQLMODEL, "abc.ABC", "builtins.object", "typing.Generic"})


@dataclass(frozen=True, slots=True)
class Part:
    """A field that is a model, or several: `optional` if it may be None instead."""

    name: str
    model: TypeInfo
    many: bool
    optional: bool


def model_made(method: str, type_: Type | None) -> TypeInfo | None:
    """The model that a method makes of what it is given: of a class with `model_validate()`, or of a `TypeAdapter`."""
    if method == VALIDATE:
        return class_named_by(type_)
    adapter = get_proper_type(type_) if method == ADAPT and type_ is not None else None
    if not isinstance(adapter, Instance) or adapter.type.fullname != ADAPTER:
        return None
    made = get_proper_type(adapter.args[0])
    return made.type if isinstance(made, Instance) else None


def fields(model: TypeInfo) -> Iterator[str]:
    """The fields of a model that are certainly read by their names; none where it may have other ones."""
    bases = [base for base in model.mro if base.fullname not in _ROOTS]
    known = {base: kept(base) for base in bases}
    if model.fallback_to_any or not all(said.get(PLAIN_MODEL) for said in known.values()):
        return
    for name in dict.fromkeys(name for said in known.values() for name in said[FIELDS]):
        owner = next(base for base in bases if name in base.names)
        variable = owner.names[name].node
        written: Mapping[str, Sequence[str]] = known[owner][FIELDS]  # type: ignore[assignment]
        if name in written and isinstance(variable, Var) and not is_alias(written[name], variable.type):
            yield name


def parts(model: TypeInfo) -> Iterator[Part]:
    """The fields of a model that are made of what was read of them as it was read, each by one model alone."""
    prepared = {name for base in model.mro for name in kept(base).get(PREPARED, ())}
    if EVERY in prepared:
        return
    for name in fields(model):
        entry = model.get(name)
        type_ = entry.node.type if entry is not None and isinstance(entry.node, Var) else None
        part = _part(name, type_) if type_ is not None and name not in prepared else None
        if part is not None:
            yield part


def _part(name: str, type_: Type) -> Part | None:
    items = [item for item in union_items(type_) if not is_none(item)]
    optional = len(items) < len(list(union_items(type_)))
    made = _instance(items[0]) if len(items) == 1 else None
    if made is None or made.type.fullname not in _COLLECTIONS:
        return None if made is None or made.args else Part(name, made.type, False, optional)
    element = _instance(made.args[0]) if made.args else None
    return None if element is None or element.args else Part(name, element.type, True, optional)


def _instance(type_: Type) -> Instance | None:
    proper = get_proper_type(type_)
    return proper if isinstance(proper, Instance) else None


def is_made_from_attributes(model: TypeInfo) -> bool:
    """Whether a model may be made of the attributes of any object, by its settings; those of SQLModel are, mostly."""
    said = [bool(kept(base)[FROM_ATTRIBUTES]) for base in model.mro if FROM_ATTRIBUTES in kept(base)]
    return said[0] if said else any(base.fullname == SQLMODEL for base in model.mro)
