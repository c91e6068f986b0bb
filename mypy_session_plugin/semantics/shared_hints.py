"""What the syntax of a module says of sessions that it may make once for all of its code: one look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mypy.nodes import AssignmentStmt, CallExpr, ClassDef, Decorator, FuncDef, MypyFile, NameExpr, Node, Var
from mypy.types import CallableType, Type


def may_share(tree: MypyFile, is_session: Callable[[Type], bool]) -> bool:
    """Whether a variable, a default or a decorated function of the module is a session, as far as mypy knows by now."""
    return any(type_ is not None and is_session(type_) for type_ in _made_once(tree.defs))


def _made_once(statements: Sequence[Node]) -> Iterator[Type | None]:
    for statement in statements:
        match statement:
            case AssignmentStmt(lvalues=[NameExpr(node=Var() as variable)], rvalue=CallExpr()):
                yield variable.type
            case ClassDef():
                yield from _made_once(statement.defs.body)
            case FuncDef():
                yield from _defaults(statement)
            case Decorator():
                yield from _defaults(statement.func)
                if isinstance(statement.func.type, CallableType) and not statement.func.arguments:
                    yield statement.func.type.ret_type


def _defaults(function: FuncDef) -> Iterator[Type | None]:
    return (argument.variable.type for argument in function.arguments if isinstance(argument.initializer, CallExpr))
