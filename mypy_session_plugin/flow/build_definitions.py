"""Lowering of definitions: functions, classes, imports, type aliases."""

from __future__ import annotations

from mypy.nodes import (
    ClassDef,
    Decorator,
    Expression,
    FuncDef,
    Import,
    ImportFrom,
    MemberExpr,
    OverloadedFuncDef,
    Statement,
    TypeAliasStmt,
)

from mypy_session_plugin.flow.build_calls import call_decorator
from mypy_session_plugin.flow.build_closures import load_function
from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import Operation, StoreName, Temporary

#: What completes a property: no calls of the author's.
PROPERTY_PARTS = frozenset({"getter", "setter", "deleter"})


def bind(builder: Builder, statement: Statement, name: str, value: Temporary) -> None:
    """Bind the name that a statement defines."""
    builder.emit(StoreName(statement, builder.names.declared(name), value, statement))


def lower_function(builder: Builder, statement: FuncDef) -> None:
    """Lower `def`."""
    bind(builder, statement, statement.name, load_function(builder, statement, statement))


def lower_decorator(builder: Builder, statement: Decorator) -> None:
    """Lower a decorated `def`; mypy has taken out `property`, `classmethod` and the like."""
    lower_decorated(builder, statement, statement.decorators)


def lower_decorated(builder: Builder, statement: Decorator, decorators: list[Expression]) -> None:
    """Lower a `def` under these decorators: evaluated first, called last to first."""
    functions = builder.values(decorators)
    value = load_function(builder, statement, statement.func)
    for decorator, function in zip(reversed(decorators), reversed(functions), strict=True):
        value = call_decorator(builder, decorator, function, value)
    bind(builder, statement, statement.func.name, value)


def lower_overloaded(builder: Builder, statement: OverloadedFuncDef) -> None:
    """Lower an overloaded function, which is its implementation, or the parts of a property."""
    parts = statement.items if statement.impl is None else [statement.impl]
    for part in parts:
        if isinstance(part, Decorator):
            lower_decorated(builder, part, [each for each in part.decorators if not completes_property(each)])
        else:
            lower_function(builder, part)


def completes_property(decorator: Expression) -> bool:
    """Tell whether this is the `name.setter` of a property."""
    return isinstance(decorator, MemberExpr) and decorator.name in PROPERTY_PARTS


def lower_class(builder: Builder, statement: ClassDef) -> None:
    """Lower `class`: decorators, bases and keywords, the body in place, then the class is made and bound."""
    functions = builder.values(statement.decorators)
    operands = builder.values([*statement.base_type_exprs, statement.metaclass, *statement.keywords.values()])
    builder.names.classes.append(statement.fullname or builder.names.declared(statement.name))
    loops, builder.loops = builder.loops, []
    builder.statements(statement.defs.body)
    builder.loops = loops
    builder.names.classes.pop()
    value = builder.temporary()
    builder.emit(Operation(statement, value, operands))
    for decorator, function in zip(reversed(statement.decorators), reversed(functions), strict=True):
        value = call_decorator(builder, decorator, function, value)
    bind(builder, statement, statement.name, value)


def lower_import(builder: Builder, statement: Import) -> None:
    """Lower `import a.b`, which binds `a`, and `import a.b as c`, which binds `c`."""
    for module, alias in statement.ids:
        bind_import(builder, statement, alias or module.split(".", 1)[0])


def lower_import_from(builder: Builder, statement: ImportFrom) -> None:
    """Lower `from a import b as c`."""
    for name, alias in statement.names:
        bind_import(builder, statement, alias or name)


def bind_import(builder: Builder, statement: Import | ImportFrom, name: str) -> None:
    """Bind an imported name here; reads of it go by the full name of what is imported, which this does not change."""
    value = builder.temporary()
    builder.emit(Operation(statement, value, ()))
    bind(builder, statement, name, value)


def lower_type_alias(builder: Builder, statement: TypeAliasStmt) -> None:
    """Lower `type Name = ...`; its value is not evaluated."""
    value = builder.temporary()
    builder.emit(Operation(statement, value, ()))
    builder.emit(StoreName(statement.name, builder.names.variable(statement.name), value, statement))
