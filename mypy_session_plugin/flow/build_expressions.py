"""Lowering of expressions: each returns the temporary that holds its value."""

from __future__ import annotations

from mypy import nodes
from mypy.nodes import Expression, Node

from mypy_session_plugin.flow.build_calls import lower_call, lower_super
from mypy_session_plugin.flow.build_closures import load_function, lower_kept
from mypy_session_plugin.flow.build_comprehensions import (
    lower_dictionary_comprehension,
    lower_generator,
    lower_list_comprehension,
    lower_set_comprehension,
)
from mypy_session_plugin.flow.build_conditions import (
    comparison_value,
    conditional_value,
    operation_value,
    unary_value,
)
from mypy_session_plugin.flow.build_iterations import lower_delegation, lower_yielded
from mypy_session_plugin.flow.builder import Builder, ExpressionTable
from mypy_session_plugin.flow.graph import (
    Await,
    BuildContainer,
    Constant,
    ContainerKind,
    Copy,
    Item,
    LoadAttribute,
    LoadConstant,
    LoadItem,
    LoadName,
    Operation,
    StoreName,
    Temporary,
)
from mypy_session_plugin.flow.names import CONSTANT_NAMES, module_attribute
from mypy_session_plugin.flow.syntax import children


def lower_opaque(builder: Builder, expression: Expression) -> Temporary:
    """Give a type-level expression a value of its own, that of evaluating what is below it."""
    operands = builder.values([node for node in children(expression) if isinstance(node, Expression)])
    target = builder.temporary()
    builder.emit(Operation(expression, target, operands))
    return target


def constant(builder: Builder, node: Node, value: Constant) -> Temporary:
    """Load a constant."""
    target = builder.temporary()
    builder.emit(LoadConstant(node, target, value))
    return target


def lower_literal(
    builder: Builder, expression: nodes.IntExpr | nodes.StrExpr | nodes.FloatExpr | nodes.ComplexExpr
) -> Temporary:
    """Lower a number or text."""
    return constant(builder, expression, expression.value)


def lower_bytes(builder: Builder, expression: nodes.BytesExpr) -> Temporary:
    """Lower bytes; mypy keeps their source form, without prefix and quotes."""
    return constant(builder, expression, expression.value.encode("latin-1", "backslashreplace"))


def lower_name(builder: Builder, expression: nodes.NameExpr) -> Temporary:
    """Lower the read of a name."""
    if expression.fullname in CONSTANT_NAMES:
        return constant(builder, expression, CONSTANT_NAMES[expression.fullname])
    target = builder.temporary()
    builder.emit(LoadName(expression, target, builder.names.variable(expression)))
    return target


def lower_member(builder: Builder, expression: nodes.MemberExpr) -> Temporary:
    """Lower an attribute, or the name of a module's member."""
    full_name = module_attribute(expression)
    if full_name is not None:
        target = builder.temporary()
        builder.emit(LoadName(expression, target, full_name))
        return target
    place = builder.names.place(expression)
    owner = builder.value(expression.expr)
    target = builder.temporary()
    builder.emit(LoadAttribute(expression, target, owner, expression.name, place))
    return target


def lower_index(builder: Builder, expression: nodes.IndexExpr) -> Temporary:
    """Lower a subscript; the type arguments of a class or function are not evaluated."""
    if expression.analyzed is not None:
        return builder.value(expression.analyzed)
    owner = builder.value(expression.base)
    index = builder.value(expression.index)
    target = builder.temporary()
    builder.emit(LoadItem(expression, target, owner, index))
    return target


def lower_same(builder: Builder, expression: nodes.StarExpr | nodes.TypeApplication) -> Temporary:
    """Lower an expression that is the value of the one inside."""
    return builder.value(expression.expr)


def lower_copy(builder: Builder, expression: nodes.CastExpr | nodes.AssertTypeExpr | nodes.RevealExpr) -> Temporary:
    """Lower a form through which a value passes; `reveal_locals()` has none."""
    if expression.expr is None:
        return lower_opaque(builder, expression)
    source = builder.value(expression.expr)
    target = builder.temporary()
    builder.emit(Copy(expression, target, source))
    return target


def lower_walrus(builder: Builder, expression: nodes.AssignmentExpr) -> Temporary:
    """Lower `name := value`."""
    value = lower_kept(builder, expression.value)
    builder.emit(StoreName(expression.target, builder.names.variable(expression.target), value, expression))
    return value


def lower_await(builder: Builder, expression: nodes.AwaitExpr) -> Temporary:
    """Lower `await value`."""
    value = builder.value(expression.expr)
    target = builder.temporary()
    builder.emit(Await(expression, target, value))
    return target


def lower_yield(builder: Builder, expression: nodes.YieldExpr) -> Temporary:
    """Lower `yield`."""
    value = constant(builder, expression, None) if expression.expr is None else builder.value(expression.expr)
    return lower_yielded(builder, expression, value)


def lower_lambda(builder: Builder, expression: nodes.LambdaExpr) -> Temporary:
    """Lower a lambda: its defaults are evaluated here, its body when it is called."""
    return load_function(builder, expression, expression)


DISPLAYS: dict[type[Node], ContainerKind] = {
    nodes.ListExpr: ContainerKind.LIST,
    nodes.TupleExpr: ContainerKind.TUPLE,
    nodes.SetExpr: ContainerKind.SET,
}


def lower_display(builder: Builder, expression: nodes.ListExpr | nodes.TupleExpr | nodes.SetExpr) -> Temporary:
    """Lower `[a, *b]`, `(a, *b)` and `{a, *b}`."""
    items = tuple(Item(lower_kept(builder, item), None, isinstance(item, nodes.StarExpr)) for item in expression.items)
    target = builder.temporary()
    builder.emit(BuildContainer(expression, target, DISPLAYS[type(expression)], items, False))
    return target


def lower_dict(builder: Builder, expression: nodes.DictExpr) -> Temporary:
    """Lower `{key: value, **items}`."""
    items = []
    for key, value in expression.items:
        key_value = None if key is None else builder.value(key)
        items.append(Item(lower_kept(builder, value), key_value, key is None))
    target = builder.temporary()
    builder.emit(BuildContainer(expression, target, ContainerKind.DICT, tuple(items), False))
    return target


EXPRESSIONS: ExpressionTable = {
    nodes.IntExpr: lower_literal,
    nodes.StrExpr: lower_literal,
    nodes.FloatExpr: lower_literal,
    nodes.ComplexExpr: lower_literal,
    nodes.BytesExpr: lower_bytes,
    nodes.EllipsisExpr: lower_opaque,
    nodes.StarExpr: lower_same,
    nodes.NameExpr: lower_name,
    nodes.MemberExpr: lower_member,
    nodes.CallExpr: lower_call,
    nodes.SuperExpr: lower_super,
    nodes.YieldExpr: lower_yield,
    nodes.YieldFromExpr: lower_delegation,
    nodes.AwaitExpr: lower_await,
    nodes.IndexExpr: lower_index,
    nodes.SliceExpr: lower_opaque,
    nodes.UnaryExpr: unary_value,
    nodes.OpExpr: operation_value,
    nodes.ComparisonExpr: comparison_value,
    nodes.ConditionalExpr: conditional_value,
    nodes.AssignmentExpr: lower_walrus,
    nodes.CastExpr: lower_copy,
    nodes.AssertTypeExpr: lower_copy,
    nodes.RevealExpr: lower_copy,
    nodes.LambdaExpr: lower_lambda,
    nodes.ListExpr: lower_display,
    nodes.TupleExpr: lower_display,
    nodes.SetExpr: lower_display,
    nodes.DictExpr: lower_dict,
    nodes.GeneratorExpr: lower_generator,
    nodes.ListComprehension: lower_list_comprehension,
    nodes.SetComprehension: lower_set_comprehension,
    nodes.DictionaryComprehension: lower_dictionary_comprehension,
    nodes.TypeApplication: lower_same,
    **dict.fromkeys(
        (
            nodes.TypeVarExpr,
            nodes.ParamSpecExpr,
            nodes.TypeVarTupleExpr,
            nodes.TypeAliasExpr,
            nodes.NamedTupleExpr,
            nodes.TypedDictExpr,
            nodes.EnumCallExpr,
            nodes.PromoteExpr,
            nodes.NewTypeExpr,
            nodes.TempNode,
        ),
        lower_opaque,
    ),
    # Only newer versions of mypy know these.
    **{getattr(nodes, name): lower_opaque for name in ("TemplateStrExpr", "TypeFormExpr") if hasattr(nodes, name)},
}
