"""Lowering of calls."""

from __future__ import annotations

from typing import TypeGuard

from mypy.nodes import (
    ARG_NAMED,
    ARG_NAMED_OPT,
    ARG_STAR,
    ARG_STAR2,
    ArgKind,
    CallExpr,
    Expression,
    GeneratorExpr,
    MemberExpr,
    SuperExpr,
)

from mypy_session_plugin.flow.build_closures import lower_waiting
from mypy_session_plugin.flow.build_elements import call_with_elements, is_lazy, lower_iterable, lower_sort
from mypy_session_plugin.flow.build_iterations import copy_of
from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import (
    Argument,
    ArgumentKind,
    Call,
    LoadAttribute,
    LoadName,
    Temporary,
)
from mypy_session_plugin.flow.names import class_function, module_attribute

ARGUMENT_KINDS: dict[ArgKind, ArgumentKind] = {
    ARG_STAR: ArgumentKind.STAR,
    ARG_NAMED: ArgumentKind.NAMED,
    ARG_NAMED_OPT: ArgumentKind.NAMED,
    ARG_STAR2: ArgumentKind.DOUBLE_STAR,
}


def lower_call(builder: Builder, call: CallExpr) -> Temporary:
    """Lower a call: receiver or callee first, then the arguments as written."""
    if call.analyzed is not None:
        return builder.value(call.analyzed)
    in_place = copy_of(builder, call) or call_with_elements(builder, call)
    if in_place is not None:
        return in_place()
    callee: Temporary | None = None
    receiver: Temporary | None = None
    method: str | None = None
    receiver_place = None
    written = call.callee
    if isinstance(written, SuperExpr):
        receiver, method = super_object(builder, written), written.name
    elif _is_method(written, builder):
        full_name = class_function(written)
        if full_name is None:
            receiver, method = builder.value(written.expr), written.name
            receiver_place = builder.names.place(written.expr)
        else:
            callee = builder.temporary()
            builder.emit(LoadName(written, callee, full_name))
    else:
        callee = builder.value(written)
    callee_place = builder.names.place(written)
    done = lower_sort(builder, call, receiver) if receiver is not None else frozenset()
    arguments = lower_arguments(builder, call, done)
    target = builder.temporary()
    builder.emit(Call(call, target, callee, receiver, method, receiver_place, callee_place, arguments))
    if builder.oracle.never_returns(call):
        builder.raise_out()
    return target


def _is_method(callee: Expression, builder: Builder) -> TypeGuard[MemberExpr]:
    """Whether an attribute is called that is a method of its object, as far as is known."""
    if not isinstance(callee, MemberExpr) or module_attribute(callee) is not None:
        return False
    return not builder.oracle.is_callable_object(callee)


def lower_arguments(
    builder: Builder, call: CallExpr, done: frozenset[Expression] = frozenset()
) -> tuple[Argument, ...]:
    """Lower the arguments in the order they are written, without those that are `done`."""
    return tuple(
        Argument(
            _lower_argument(builder, call, position),
            ARGUMENT_KINDS.get(kind, ArgumentKind.POSITIONAL),
            name,
            value,
            builder.names.place(value),
        )
        for position, (value, kind, name) in enumerate(zip(call.args, call.arg_kinds, call.arg_names, strict=True))
        if value not in done
    )


def _lower_argument(builder: Builder, call: CallExpr, position: int) -> Temporary:
    """Lower one argument: what the call goes through at once runs here, a generator expression for others waits."""
    value = call.args[position]
    if not is_lazy(value):
        return builder.value(value)
    if call.arg_kinds[position] is ARG_STAR or call in builder.gone_through:
        return builder.value(value)
    if builder.oracle.goes_through(call, position):
        return lower_iterable(builder, value)
    return lower_waiting(builder, value) if isinstance(value, GeneratorExpr) else builder.value(value)


def lower_super(builder: Builder, expression: SuperExpr) -> Temporary:
    """Lower `super().name` that is not called."""
    owner = super_object(builder, expression)
    target = builder.temporary()
    builder.emit(LoadAttribute(expression, target, owner, expression.name, None))
    return target


def super_object(builder: Builder, expression: SuperExpr) -> Temporary:
    """Lower the call `super(...)`, whose callee mypy leaves unresolved."""
    callee = builder.temporary()
    builder.emit(LoadName(expression.call.callee, callee, "builtins.super"))
    arguments = lower_arguments(builder, expression.call)
    target = builder.temporary()
    builder.emit(Call(expression.call, target, callee, None, None, None, ("builtins.super",), arguments))
    return target


def call_decorator(builder: Builder, decorator: Expression, function: Temporary, value: Temporary) -> Temporary:
    """Call a decorator, evaluated before as `function`, with what it decorates."""
    target = builder.temporary()
    argument = Argument(value, ArgumentKind.POSITIONAL, None, decorator, None)
    place = builder.names.place(decorator)
    builder.emit(Call(decorator, target, function, None, None, None, place, (argument,)))
    return target
