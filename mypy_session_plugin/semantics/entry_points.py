"""Functions that a framework calls, for many requests at once: known by their decorators, or by whom they are given to.

The library's stubs say which calls take them (`@entry_point`).
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    RefExpr,
    TypeInfo,
    Var,
)

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.events import SharedEvent
from mypy_session_plugin.semantics.functions import TRANSPARENT, decorator_name
from mypy_session_plugin.semantics.tests import is_test_module
from mypy_session_plugin.semantics.world import World

ENTRY_POINT = "entry_point"


def declared(world: World) -> None:
    """Let the rules see what an entry point shares with all others, where the unit is one."""
    unit = world.unit
    if isinstance(unit, FuncDef) and unit.is_decorated and world.own.shared.found and _is_entry_point(world, unit):
        _tell(world, unit)


def given(world: World, bound: BoundCall) -> None:
    """Let the rules see what functions share that a call gives to the framework, those of a class as well."""
    if bound.stub.effect(ENTRY_POINT) is None or not world.own.shared.found:
        return
    for item in bound.given:
        for function in _functions(world, item.argument.node):
            _tell(world, function)


def _functions(world: World, expression: Expression) -> Iterator[FuncDef]:
    node = expression.node if isinstance(expression, RefExpr) else None
    if isinstance(node, FuncDef):
        yield node
    info = class_named_by(world.type(expression)) if isinstance(node, TypeInfo) else None
    for entry in info.names.values() if info is not None and info.module_name == world.types.tree.fullname else ():
        if isinstance(entry.node, FuncDef) and not entry.node.name.startswith("__"):
            yield entry.node


def _tell(world: World, function: FuncDef) -> None:
    if is_test_module(world.types.tree) or world.surroundings.serves_one_by_one:
        return
    for shared, node in world.own.shared.used_by(function).items():
        if shared.is_async or not function.is_coroutine or world.own.shared.is_interrupted(function, shared):
            world.listener(SharedEvent(function, shared, node.line), Store())


def _is_entry_point(world: World, function: FuncDef) -> bool:
    """Whether one decorator hands the function to a framework, and no other puts code of its own before it."""
    names = function.info.names if function.info else world.types.tree.names
    entry = names.get(function.name)
    node = entry.node if entry is not None else None
    if not isinstance(node, Decorator) or node.func is not function:
        return False
    known = [takes(world, decorator) for decorator in node.original_decorators]
    others = {
        decorator_name(decorator) for decorator, takes in zip(node.original_decorators, known, strict=True) if not takes
    }
    return any(known) and others <= TRANSPARENT


def takes(world: World, decorator: Expression) -> bool:
    """Whether the stub of what decorates, or makes the decorator, says that a framework calls the function."""
    callee = decorator.callee if isinstance(decorator, CallExpr) else decorator
    stubs: tuple[FunctionStub, ...] | None = None
    if isinstance(callee, RefExpr):
        stubs = world.library.function(callee.fullname) if callee.fullname else None
    if stubs is None and isinstance(callee, MemberExpr):
        info = owner_class(world, callee)
        bases = [base.fullname for base in info.mro] if info is not None else []
        stubs = world.library.method(bases, callee.name)
    return stubs is not None and all(stub.effect(ENTRY_POINT) is not None for stub in stubs)


def owner_class(world: World, callee: MemberExpr) -> TypeInfo | None:
    """The class of the object whose method makes a decorator: `app` in `@app.get("/")`.

    The daemon checks a function again without its decorators, which have no types then: the variable has one.
    """
    owner = callee.expr.node if isinstance(callee.expr, RefExpr) else None
    return info_of(world.type(callee.expr) or (owner.type if isinstance(owner, Var) else None))
