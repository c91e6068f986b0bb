"""What the syntax of a module says of sessions that it may make once for all of its code: one look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Decorator,
    Expression,
    FuncDef,
    GlobalDecl,
    MypyFile,
    NameExpr,
    Node,
    OverloadedFuncDef,
    RefExpr,
    Var,
)
from mypy.types import CallableType, Type


def may_share(made_once: list[Var | Type], is_session: Callable[[Type], bool]) -> bool:
    """Whether one of these is a session, as far as mypy knows by now; what is known to be none is taken out."""
    undecided: list[Var | Type] = []
    for item in made_once:
        type_ = item.type if isinstance(item, Var) else item
        if type_ is None:
            undecided.append(item)
        elif is_session(type_):
            return True
    made_once[:] = undecided
    return False


def made_once(tree: MypyFile) -> list[Var | Type]:
    """The variables and defaults that a module makes by a call, and what functions return that keep it."""
    return list(_made_by(tree.defs))


def _made_by(statements: Sequence[Node]) -> Iterator[Var | Type]:
    for statement in statements:
        match statement:
            case AssignmentStmt(lvalues=[NameExpr(node=Var() as variable)]) if _is_construction(statement.rvalue):
                yield variable
            case ClassDef():
                yield from _made_by(statement.defs.body)
            case FuncDef():
                yield from _defaults(statement)
                if any(isinstance(node, GlobalDecl) for node in statement.body.body):
                    yield from _returned(statement)
            case Decorator():
                yield from _defaults(statement.func)
                yield from _returned(statement.func)


def _returned(function: FuncDef) -> Iterator[Type]:
    """What a function without parameters returns, if that is written."""
    if isinstance(function.type, CallableType) and not function.arguments:
        yield function.type.ret_type


def _defaults(function: FuncDef) -> Iterator[Var]:
    return (argument.variable for argument in function.arguments if _is_construction(argument.initializer))


def _is_construction(value: Expression | None) -> bool:
    """Whether an expression calls a class or an object: a function, as `Depends` is, makes no session of its own."""
    callee = value.callee if isinstance(value, CallExpr) else None
    is_function = isinstance(callee, RefExpr) and isinstance(callee.node, (Decorator, FuncDef, OverloadedFuncDef))
    return callee is not None and not is_function
