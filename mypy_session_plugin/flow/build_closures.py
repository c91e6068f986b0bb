"""Lowering of code that runs later: functions and lambdas, and generator expressions that others go through."""

from __future__ import annotations

from mypy.nodes import (
    Block,
    Expression,
    FuncItem,
    GeneratorExpr,
    LambdaExpr,
    ListComprehension,
    Node,
    ReturnStmt,
)

from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import LoadFunction, Temporary
from mypy_session_plugin.flow.names import captured_names


def load_function(builder: Builder, node: Node, function: FuncItem) -> Temporary:
    """Evaluate the default values of parameters, which the code around a `def` does, and make the closure."""
    with_default = [argument for argument in function.arguments if argument.initializer is not None]
    values = builder.values([argument.initializer for argument in with_default])
    names = [argument.variable.name for argument in with_default]
    captured = captured_names(function, builder.names.module)
    variables = dict.fromkeys(builder.names.variable(name) for name in captured)
    target = builder.temporary()
    builder.emit(LoadFunction(node, target, function, tuple(variables), tuple(zip(names, values, strict=True))))
    return target


def lower_kept(builder: Builder, expression: Expression) -> Temporary:
    """Lower what is kept or given back: a generator expression waits until it is gone through, by whoever has it."""
    return lower_waiting(builder, expression) if isinstance(expression, GeneratorExpr) else builder.value(expression)


def lower_waiting(builder: Builder, expression: GeneratorExpr) -> Temporary:
    """Lower a generator expression that does not run where it stands, but for its first iterable."""
    builder.value(expression.sequences[0])
    return load_function(builder, expression, LambdaExpr([], Block([ReturnStmt(ListComprehension(expression))])))
