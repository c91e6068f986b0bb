"""Phantom-typed signatures: what is declared of each parameter and of the result of a call, or of a body."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from mypy.nodes import (
    ARG_NAMED,
    ARG_NAMED_OPT,
    ARG_OPT,
    ARG_POS,
    ARG_STAR,
    ArgKind,
    CallExpr,
    Expression,
    FuncDef,
    FuncItem,
    MemberExpr,
    NameExpr,
    SuperExpr,
)
from mypy.types import CallableType, Type

from mypy_session_plugin.facts.effects import Parameter, ParameterKind, TypeExpression
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.flow.graph import Argument, ArgumentKind, Call
from mypy_session_plugin.mypy_compat.callees import is_generator, own_signature, phantom_signature
from mypy_session_plugin.mypy_compat.signatures import has_phantom_type
from mypy_session_plugin.mypy_compat.types import Types, is_manager
from mypy_session_plugin.semantics.binding import assign_arguments
from mypy_session_plugin.semantics.phantom_overrides import overridden
from mypy_session_plugin.semantics.phantom_types import Declared, awaited, declared_of, is_written_as, returned, yielded

#: What a parameter of a signature in the source has instead of a stub's annotation.
_NO_ANNOTATION = TypeExpression("typing.Any")


class Runs(Enum):
    """When the body of what is called runs."""

    NOW = "now"
    AWAITED = "awaited"
    ITERATED = "iterated"
    ENTERED = "entered"


@dataclass(frozen=True, slots=True)
class PhantomParameter:
    """One parameter that an argument is given to: its type as written, and what that declares of the argument."""

    name: str
    type: Type
    declared: Declared | None


@dataclass(frozen=True, slots=True)
class PhantomSignature:
    """A signature with phantom types, the arguments of a call assigned to its parameters.

    `name` is how a message calls the function, `result` the type that the caller gets once the body has run, and
    `declared` what that says; `live` where it needs its session for as long as it lives.
    """

    name: str
    given: tuple[tuple[PhantomParameter, Argument], ...]
    result: Type
    declared: Declared | None
    runs: Runs
    is_constructor: bool
    live: bool = False

    def of_elements(self) -> PhantomSignature | None:
        """The signature as that of a generator, where it gives a live iterator; None for every other one."""
        element = yielded(self.result) if self.live and self.runs is Runs.NOW else None
        if element is None:
            return None
        return replace(self, result=element, declared=declared_of(element), runs=Runs.ITERATED)


def signature_of_call(types: Types, instruction: Call, carried: Expression | None = None) -> PhantomSignature | None:
    """The phantom-typed signature that a call goes to; None if there is none, or it is not certain which one it is.

    `carried` is what is called where the callee only carries it, as a `partial` does.
    """
    node = instruction.node
    if not isinstance(node, CallExpr):
        return None
    arguments = {id(argument.node): argument for argument in instruction.arguments}
    callee = carried or node.callee
    found = phantom_signature(types, callee, lambda item: positions(item, instruction.arguments))
    if found is None:
        return None
    assigned = positions(found, instruction.arguments)
    if assigned is None:
        return None
    given = tuple(
        (_parameter(found, position, arguments[id(value)]), arguments[id(value)]) for position, value in assigned
    )
    runs, result = _result(types, node, found)
    live = is_written_as(awaited(found.ret_type) or found.ret_type, ("Live",))
    return PhantomSignature(name_of(callee), given, result, declared_of(result), runs, found.is_type_obj(), live)


def _result(types: Types, node: CallExpr, found: CallableType) -> tuple[Runs, Type]:
    inner = awaited(found.ret_type)
    if inner is not None:
        return Runs.AWAITED, inner
    element = yielded(found.ret_type)
    if element is not None and is_manager(types.of(node)):
        return Runs.ENTERED, element
    if element is not None and is_generator(found):
        return Runs.ITERATED, element
    return Runs.NOW, found.ret_type


def positions(signature: CallableType, arguments: Sequence[Argument]) -> list[tuple[int, Expression]] | None:
    """For each argument the position of the parameter that takes it; None if they do not fit."""
    parameters = [
        Parameter(name or f"<{position}>", _kind(kind, name), _NO_ANNOTATION, kind in (ARG_OPT, ARG_NAMED_OPT))
        for position, (kind, name) in enumerate(zip(signature.arg_kinds, signature.arg_names, strict=True))
    ]
    numbers = {id(parameter): position for position, parameter in enumerate(parameters)}
    assigned = assign_arguments(parameters, arguments)
    if assigned is None:
        return None
    return [
        (numbers[id(parameter)], argument.node)
        for parameter, argument in assigned
        if _is_one(parameter.kind, argument.kind)
    ]


def _is_one(parameter: ParameterKind, argument: ArgumentKind) -> bool:
    """Whether it is certain that the argument goes to this parameter: `*items` may go to several."""
    if argument is ArgumentKind.STAR:
        return parameter is ParameterKind.VAR_POSITIONAL
    return argument is not ArgumentKind.DOUBLE_STAR


def _kind(kind: ArgKind, name: str | None) -> ParameterKind:
    if kind in (ARG_POS, ARG_OPT):
        return ParameterKind.POSITIONAL_ONLY if name is None else ParameterKind.POSITIONAL_OR_KEYWORD
    if kind is ARG_STAR:
        return ParameterKind.VAR_POSITIONAL
    return ParameterKind.KEYWORD_ONLY if kind in (ARG_NAMED, ARG_NAMED_OPT) else ParameterKind.VAR_KEYWORD


def _parameter(signature: CallableType, position: int, argument: Argument) -> PhantomParameter:
    type_ = signature.arg_types[position]
    name = signature.arg_names[position] or f"<{position}>"
    declared = declared_of(type_)
    if declared is not None and argument.kind is ArgumentKind.STAR:
        declared = Declared(elements=declared)
    return PhantomParameter(name, type_, declared)


def name_of(callee: Expression) -> str:
    """How a message calls what is called: its own name, without what it is an attribute of."""
    if isinstance(callee, (NameExpr, MemberExpr, SuperExpr)):
        return f"{callee.name}()"
    return "the function"


@dataclass(frozen=True, slots=True)
class BodySignature:
    """What a function of the checked code has promised, itself or by the method that it overrides.

    `returns` and `yields` are the types that its body must give; `name` is how a message calls what declares them.
    """

    name: str
    returns: Type | None
    yields: Type | None


def signature_of_body(unit: FuncItem) -> BodySignature | None:
    """The promises of a function's own signature; None for a function without one.

    A method whose result has no phantom type has those of the phantom-typed method that it overrides.
    """
    signature = own_signature(unit)
    if signature is None:
        return None
    name = f"{unit.name}()" if isinstance(unit, FuncDef) else "the function"
    parent = overridden(unit) if isinstance(unit, FuncDef) else None
    if parent is not None and not has_phantom_type(signature.ret_type):
        name, signature = f"{name} of {parent[0]}", parent[1]
    generates = unit.is_generator or unit.is_async_generator
    returns = returned(signature.ret_type, unit.is_coroutine and not unit.is_async_generator, generates)
    yields = yielded(signature.ret_type) if generates else None
    return BodySignature(name, returns, yields)
