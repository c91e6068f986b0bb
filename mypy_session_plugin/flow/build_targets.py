"""Lowering of the targets of assignments and `del`."""

from __future__ import annotations

from mypy.nodes import (
    Context,
    Expression,
    IndexExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    OperatorAssignmentStmt,
    StarExpr,
    TupleExpr,
)

from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import (
    DeleteAttribute,
    DeleteItem,
    DeleteName,
    LoadAttribute,
    LoadItem,
    LoadName,
    Operation,
    StoreAttribute,
    StoreItem,
    StoreName,
    Temporary,
    Unpack,
)
from mypy_session_plugin.flow.names import module_attribute


def store(builder: Builder, target: Expression, value: Temporary, statement: Context | None) -> None:
    """Store a value in a target, which may unpack it."""
    if isinstance(target, NameExpr):
        builder.emit(StoreName(target, builder.names.variable(target), value, statement))
    elif isinstance(target, (TupleExpr, ListExpr)):
        unpack(builder, target, value, statement)
    elif isinstance(target, MemberExpr):
        store_attribute(builder, target, value, statement)
    elif isinstance(target, IndexExpr):
        owner, index = builder.value(target.base), builder.value(target.index)
        builder.emit(StoreItem(target, owner, index, value, statement))
    elif isinstance(target, StarExpr):
        store(builder, target.expr, value, statement)
    else:
        # Not valid Python (or `super().name = ...`): what can be evaluated is.
        builder.value(target)


def store_attribute(builder: Builder, target: MemberExpr, value: Temporary, statement: Context | None) -> None:
    """Store in an attribute, or in a variable of another module."""
    full_name = module_attribute(target)
    if full_name is not None:
        builder.emit(StoreName(target, full_name, value, statement))
        return
    owner = builder.value(target.expr)
    builder.emit(StoreAttribute(target, owner, target.name, value, builder.names.place(target), statement))


def unpack(builder: Builder, target: TupleExpr | ListExpr, value: Temporary, statement: Context | None) -> None:
    """Unpack a value, then store each part."""
    parts = tuple(builder.temporary() for _ in target.items)
    starred = next((number for number, item in enumerate(target.items) if isinstance(item, StarExpr)), None)
    builder.emit(Unpack(target, parts, value, starred))
    for item, part in zip(target.items, parts, strict=True):
        store(builder, item, part, statement)


def delete(builder: Builder, target: Expression) -> None:
    """Lower `del target`."""
    if isinstance(target, NameExpr):
        builder.emit(DeleteName(target, builder.names.variable(target)))
    elif isinstance(target, (TupleExpr, ListExpr)):
        for item in target.items:
            delete(builder, item)
    elif isinstance(target, MemberExpr):
        owner = builder.value(target.expr)
        builder.emit(DeleteAttribute(target, owner, target.name, builder.names.place(target)))
    elif isinstance(target, IndexExpr):
        owner, index = builder.value(target.base), builder.value(target.index)
        builder.emit(DeleteItem(target, owner, index))
    else:
        builder.value(target)


def lower_augmented(builder: Builder, statement: OperatorAssignmentStmt) -> None:
    """Lower `target += value`: load, operation, store; the object and the index are evaluated once."""
    target = statement.lvalue
    if isinstance(target, NameExpr):
        variable = builder.names.variable(target)
        result = operate(builder, statement, load_variable(builder, target, variable))
        builder.emit(StoreName(target, variable, result, statement))
    elif isinstance(target, MemberExpr):
        augment_attribute(builder, statement, target)
    elif isinstance(target, IndexExpr):
        owner, index = builder.value(target.base), builder.value(target.index)
        old = builder.temporary()
        builder.emit(LoadItem(target, old, owner, index))
        result = operate(builder, statement, old)
        builder.emit(StoreItem(target, owner, index, result, statement))
    else:
        operate(builder, statement, builder.value(target))


def augment_attribute(builder: Builder, statement: OperatorAssignmentStmt, target: MemberExpr) -> None:
    """Lower `object.name += value`."""
    full_name = module_attribute(target)
    if full_name is not None:
        result = operate(builder, statement, load_variable(builder, target, full_name))
        builder.emit(StoreName(target, full_name, result, statement))
        return
    owner, place = builder.value(target.expr), builder.names.place(target)
    old = builder.temporary()
    builder.emit(LoadAttribute(target, old, owner, target.name, place))
    result = operate(builder, statement, old)
    builder.emit(StoreAttribute(target, owner, target.name, result, place, statement))


def load_variable(builder: Builder, node: Expression, variable: str) -> Temporary:
    """Load a variable."""
    target = builder.temporary()
    builder.emit(LoadName(node, target, variable))
    return target


def operate(builder: Builder, statement: OperatorAssignmentStmt, old: Temporary) -> Temporary:
    """Combine the old value with the right side."""
    right = builder.value(statement.rvalue)
    result = builder.temporary()
    builder.emit(Operation(statement, result, (old, right)))
    return result
