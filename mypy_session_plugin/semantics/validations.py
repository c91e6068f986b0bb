"""`Model.model_validate(instance)` of pydantic: reads the attributes that are called as the fields of the model.

So does `TypeAdapter(Model).validate_python(instance)`.

All of them are read, whatever comes of the others, and any exception becomes a ValidationError: a default does not
help, and neither does a validator of the field.  Fields that are models read what they are called, in turn.
Source: https://docs.pydantic.dev/latest/concepts/models/#arbitrary-class-instances
"""

from __future__ import annotations

from mypy.nodes import CallExpr, MemberExpr, TypeInfo

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Value, objects
from mypy_session_plugin.flow.graph import Argument, ArgumentKind, Call
from mypy_session_plugin.mypy_compat.class_syntax import is_true
from mypy_session_plugin.mypy_compat.model_bodies import ADAPT, FROM_ATTRIBUTES, MAKING, VALIDATE
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import attribute_reads, loads, sessions
from mypy_session_plugin.semantics.model_fields import fields, is_made_from_attributes, model_made
from mypy_session_plugin.semantics.nested_models import Made, Making, read_model
from mypy_session_plugin.semantics.unknown_calls import reachable
from mypy_session_plugin.semantics.world import World

ERROR = "ValidationError"
#: Arguments that leave the names that are read as they are.
_PLAIN = frozenset({"obj", "strict", "context", FROM_ATTRIBUTES})


def validated(world: World, store: Store, instruction: Call) -> Value | None:
    """The value of a call that makes a model of an instance, after what it reads; None for every other call.

    Validators of fields are given what was read, and so may read of the related instances what they like.
    """
    node = instruction.node
    callee = node.callee if isinstance(node, CallExpr) else None
    if not isinstance(callee, MemberExpr) or callee.name not in MAKING:
        return None
    model = model_made(callee.name, world.type(callee.expr))
    given = next(iter(instruction.arguments), None)
    if model is None or given is None or given.name not in (None, "obj") or not _is_made_from(world, model, given):
        return None
    info, of_any = info_of(world.type(given.node)), _is_of_any(instruction)
    if info is None or of_any is None or not (of_any or is_made_from_attributes(model)) or not any(fields(model)):
        return None
    by = f"{model.name}.{VALIDATE}()" if callee.name == VALIDATE else f"{ADAPT}() of {model.name}"
    value = store.value(given.value)
    sessions.may_load(store, value)
    making = Making(node, by, ERROR, of_any, attribute_reads.read_by)
    read_model(world, store, making, Made(value, given.node, info, (model,)))
    loads.shown(store, reachable(store, [value]) - objects(value))
    return world.typed_value(store, node, "result")


def _is_made_from(world: World, model: TypeInfo, given: Argument) -> bool:
    """Whether a model is made of one object, which is none of its own."""
    class_ = info_of(world.type(given.node))
    is_one = given.kind in (ArgumentKind.POSITIONAL, ArgumentKind.NAMED)
    return is_one and class_ is not None and model not in class_.mro and world.shapes.mapped.is_mapped(class_)


def _is_of_any(instruction: Call) -> bool | None:
    """Whether a call says that models are made from attributes, and not the settings of each; None if it says else."""
    named = {argument.name: argument.node for argument in instruction.arguments[1:]}
    if not named.keys() <= _PLAIN:
        return None
    if FROM_ATTRIBUTES in named:
        return True if is_true(named[FROM_ATTRIBUTES]) else None
    return False
