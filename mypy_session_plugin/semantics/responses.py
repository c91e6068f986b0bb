"""What FastAPI reads of the instance that a path operation returns: the fields of the model by which it answers.

The function has returned by then, with all its blocks; the session of a dependency is still open.  Whatever cannot be
read becomes a ResponseValidationError.
Source: https://fastapi.tiangolo.com/tutorial/response-model/
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    IndexExpr,
    MemberExpr,
    NameExpr,
    ReturnStmt,
    TypeInfo,
)

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE_VALUE, Bound, Value, objects
from mypy_session_plugin.flow.graph import Return
from mypy_session_plugin.semantics import attribute_reads, containers, entry_points
from mypy_session_plugin.semantics.model_fields import fields
from mypy_session_plugin.semantics.nested_models import Made, Making, read_model
from mypy_session_plugin.semantics.response_models import KEYWORD, models_of
from mypy_session_plugin.semantics.world import World

#: The variable that holds what a path gives back, with its statement.
RESPONSE = "response"
ERROR = "ResponseValidationError"


class Responses:
    """Follows what one unit returns, where it is a path operation with a response model."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._model = _model_of(world)
        self._reads = self._model is not None and any(fields(self._model))

    def returned(self, instruction: Return, store: Store) -> None:
        """A path gives a value back."""
        if self._reads and isinstance(instruction.node, ReturnStmt) and instruction.value is not None:
            value = store.value(instruction.value)
            store.variables[RESPONSE] = frozenset({Bound(RESPONSE, value, (), instruction.node)})

    def leave(self, store: Store) -> None:
        """The unit has returned, and is answered with what it has given back."""
        for atom in store.variables.get(RESPONSE, ()):
            if isinstance(atom, Bound) and isinstance(atom.call, ReturnStmt) and atom.call.expr is not None:
                self._read(store, atom.function - NONE_VALUE, atom.call.expr)

    def _read(self, store: Store, value: Value, returned: Expression) -> None:
        named, held = returned, [store.heap.get(item) for item in objects(value)]
        if held and all(isinstance(facts, ContainerFacts) for facts in held):
            value, named = containers.elements_of(store, value), IndexExpr(returned, NameExpr("..."))
            held = [store.heap.get(item) for item in objects(value)]
        classes = {facts.class_name for facts in held if isinstance(facts, InstanceFacts)}
        info = self._world.types.class_of(classes.pop()) if len(classes) == 1 else None
        if info is None or self._model is None or self._model in info.mro:
            return
        making = Making(returned, f"the response model {self._model.name}", ERROR, True, attribute_reads.told)
        # What is found in relationships only now is nothing that the unit ever had.
        read_model(self._world, store.copy(), making, Made(value, named, info, (self._model,)))


def _model_of(world: World) -> TypeInfo | None:
    """The model by which a path operation is answered, or each element of its list."""
    unit = world.unit
    if not isinstance(unit, FuncDef) or not unit.is_decorated or len(world.frames) > 1:
        return None
    models = [model for call in _operations(world, unit) for model in _models_in(world, call, unit)]
    return models[0] if len(models) == 1 else None


def _operations(world: World, unit: FuncDef) -> Iterator[CallExpr]:
    """The decorators that make a path operation of a function, if nothing else decorates it."""
    entry = world.types.tree.names.get(unit.name)
    node = entry.node if entry is not None else None
    if not isinstance(node, Decorator) or node.func is not unit:
        return
    if all(entry_points.takes(world, decorator) for decorator in node.original_decorators):
        yield from (decorator for decorator in node.original_decorators if isinstance(decorator, CallExpr))


def _models_in(world: World, call: CallExpr, unit: FuncDef) -> Iterator[TypeInfo]:
    owner = entry_points.owner_class(world, call.callee) if isinstance(call.callee, MemberExpr) else None
    if owner is None or not any(base.module_name.startswith("fastapi.") for base in owner.mro):
        return
    entry = owner.get(call.callee.name) if isinstance(call.callee, MemberExpr) else None
    # What a websocket's function returns is no answer.
    if entry is not None and isinstance(entry.node, FuncDef) and KEYWORD in entry.node.arg_names:
        yield from models_of(call, unit, world.types.tree)
