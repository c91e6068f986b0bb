"""The fields of a pydantic or SQLModel model, which it reads of the object that it is made of."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import TypeInfo, Var
from mypy.types import TypeAliasType

from mypy_session_plugin.mypy_compat.model_bodies import BASE_MODEL, FIELDS, PLAIN_MODEL
from mypy_session_plugin.semantics.mapped import SQLMODEL
from mypy_session_plugin.semantics.relationships import kept

#: What stands behind every model, and has no fields.
_ROOTS = frozenset({BASE_MODEL, SQLMODEL, "abc.ABC", "builtins.object", "typing.Generic"})


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
