"""Phantom-typed methods that are called by syntax: `store[key]`, `store[key] = user`, `user in store`, `store + user`.

A property's setter is one of them: `store.owner = user`.
"""

from __future__ import annotations

from collections.abc import Sequence

from mypy.nodes import ComparisonExpr, Expression, IndexExpr, MemberExpr, OpExpr
from mypy.types import CallableType, Type

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Value
from mypy_session_plugin.flow.graph import (
    Argument,
    ArgumentKind,
    Call,
    Compare,
    Instruction,
    LoadItem,
    Operation,
    StoreAttribute,
    StoreItem,
    Temporary,
)
from mypy_session_plugin.mypy_compat.callees import method_of, setter_of, written_method
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics.phantom_calls import PhantomCalls
from mypy_session_plugin.semantics.phantom_signatures import PhantomParameter, PhantomSignature, Runs
from mypy_session_plugin.semantics.phantom_types import declared_of
from mypy_session_plugin.semantics.world import World


class PhantomOperators:
    """Interprets the operators, subscripts and attributes of one graph that are calls of phantom-typed methods."""

    def __init__(self, world: World, calls: PhantomCalls) -> None:
        self._world = world
        self._calls = calls
        self._found: dict[Instruction, tuple[Call, PhantomSignature] | None] = {}

    def load_item(self, instruction: LoadItem, store: Store) -> Value | None:
        """The value of a subscript, after the effects of its method; None if that has no phantom types."""
        node = instruction.node
        if not self._may_be_one(instruction) or not isinstance(node, IndexExpr):
            return None
        given = ((instruction.index, node.index),)
        return self._run(instruction, node.method_type, instruction.object, given, store)

    def store_item(self, instruction: StoreItem, store: Store) -> bool:
        """Whether the assignment to a subscript was a call of a phantom-typed method; its effects have taken place."""
        node = instruction.node
        if not self._may_be_one(instruction) or not isinstance(node, IndexExpr):
            return False
        value = getattr(instruction.statement, "rvalue", None)
        given = ((instruction.index, node.index), (instruction.value, value if isinstance(value, Expression) else node))
        return self._run(instruction, node.method_type, instruction.object, given, store) is not None

    def operation(self, instruction: Operation, store: Store) -> Value | None:
        """The value of an operator, after the effects of its method; None if that has no phantom types."""
        node = instruction.node
        if not self._may_be_one(instruction) or not isinstance(node, OpExpr) or len(instruction.operands) != 2:
            return None
        method = written_method(node.method_type)
        if method is None:
            return None
        operands = list(zip(instruction.operands, (node.left, node.right), strict=True))
        if _name(method).startswith("__r"):
            operands.reverse()
        (receiver, _), argument = operands
        return self._run(instruction, node.method_type, receiver, (argument,), store)

    def compare(self, instruction: Compare, store: Store) -> None:
        """The effects of `user in store`, where its method has phantom types."""
        node = instruction.node
        if instruction.operator not in ("in", "not in") or not self._may_be_one(instruction):
            return
        if isinstance(node, ComparisonExpr) and len(node.operators) == 1:
            method = method_of(info_of(self._world.type(node.operands[1])), "__contains__")
            self._run(instruction, method, instruction.right, ((instruction.left, node.operands[0]),), store)

    def store_attribute(self, instruction: StoreAttribute, store: Store) -> bool:
        """The effects of an assignment to a property, if its setter has phantom types; False where it has none."""
        node = instruction.node
        if not self._may_be_one(instruction) or not isinstance(node, MemberExpr):
            return False
        method = setter_of(info_of(self._world.type(node.expr)), node.name)
        value = getattr(instruction.statement, "rvalue", None)
        given = ((instruction.value, value if isinstance(value, Expression) else node),)
        return self._run(instruction, method, instruction.object, given, store) is not None

    def _may_be_one(self, instruction: Instruction) -> bool:
        return self._world.types.has_phantom_types and self._found.get(instruction, ()) is not None

    def _run(
        self,
        instruction: Instruction,
        method_type: Type | None,
        receiver: Temporary,
        given: Sequence[tuple[Temporary, Expression]],
        store: Store,
    ) -> Value | None:
        if instruction not in self._found:
            self._found[instruction] = _as_call(instruction, method_type, receiver, given)
        found = self._found[instruction]
        return None if found is None else self._calls.perform(*found, store.value(receiver), store)


def _as_call(
    instruction: Instruction,
    method_type: Type | None,
    receiver: Temporary,
    given: Sequence[tuple[Temporary, Expression]],
) -> tuple[Call, PhantomSignature] | None:
    method = written_method(method_type)
    if method is None or len(method.arg_types) != len(given):
        return None
    arguments = tuple(Argument(value, ArgumentKind.POSITIONAL, None, node, None) for value, node in given)
    parameters = (
        PhantomParameter(name or "value", type_, declared_of(type_))
        for name, type_ in zip(method.arg_names, method.arg_types, strict=True)
    )
    name = _name(method)
    text = f"{name}()" if name.startswith("__") else f'the setter of "{name}"'
    signature = PhantomSignature(
        text,
        tuple(zip(parameters, arguments, strict=True)),
        method.ret_type,
        declared_of(method.ret_type),
        Runs.NOW,
        is_constructor=False,
    )
    call = Call(instruction.node, receiver, None, receiver, name, None, None, arguments)
    return call, signature


def _name(method: CallableType) -> str:
    return method.definition.name if method.definition is not None else "__call__"
