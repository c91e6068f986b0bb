"""The fields of a pydantic or SQLModel model, which it reads of the object that it is made of."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import TypeInfo, Var
from mypy.types import Instance, Type, TypeAliasType, get_proper_type

from mypy_session_plugin.mypy_compat.model_bodies import (
    ADAPT,
    ADAPTER,
    BASE_MODEL,
    FIELDS,
    PLAIN_MODEL,
    VALIDATE,
)
from mypy_session_plugin.mypy_compat.types import class_named_by
from mypy_session_plugin.semantics.mapped import SQLMODEL
from mypy_session_plugin.semantics.relationships import kept

#: What stands behind every model, and has no fields.
_ROOTS = frozenset({BASE_MODEL, SQLMODEL, "abc.ABC", "builtins.object", "typing.Generic"})


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
        is_alias = isinstance(variable, Var) and isinstance(variable.type, TypeAliasType)
        if name not in known[owner][FIELDS] or is_alias:
            continue
        yield name
