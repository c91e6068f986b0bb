"""Functions of which a library's decorator has made more, with methods that mypy does not know."""

from __future__ import annotations

from mypy.nodes import CallExpr, Decorator, Expression, RefExpr

from mypy_session_plugin.mypy_compat.types import is_any
from mypy_session_plugin.semantics.world import World


def class_of(world: World, expression: Expression) -> str:
    """The library's class that a function of the module has become by its outermost decorator; empty for all else.

    That is a class with `__call__`, as a stub says, of which the decorator makes an object: `@job("high")`.
    """
    node = expression.node if isinstance(expression, RefExpr) else None
    if not isinstance(node, Decorator) or not node.original_decorators or not is_any(world.type(expression)):
        return ""
    outermost = node.original_decorators[0]
    if node.fullname != f"{world.types.tree.fullname}.{node.name}" or not isinstance(outermost, CallExpr):
        return ""
    callee = outermost.callee
    name = world.own.untyped.name_of(callee) or (callee.fullname if isinstance(callee, RefExpr) else "")
    calls = world.library.method(name, "__call__") if name else None
    made = {stub.returns.name for stub in calls or ()}
    return made.pop() if len(made) == 1 else ""
