"""Which objects are called by their names wherever they are used: what they keep is found under these names.

What is put into a container, into another object or under another name by a condition is not, nor is an object one
of whose methods is a value: whoever gets these gets all that the object keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mypy.nodes import (
    AssertStmt,
    AssignmentExpr,
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ComparisonExpr,
    DelStmt,
    Expression,
    ExpressionStmt,
    IfStmt,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    ReturnStmt,
    TypeInfo,
    UnaryExpr,
    WithStmt,
)
from mypy.types import Type

from mypy_session_plugin.mypy_compat.types import class_named_by, is_method

TypeOf = Callable[[Expression], Type | None]


def kept_objects(nodes: Sequence[Node], type_of: TypeOf) -> frozenset[Node]:
    """The calls whose result only a variable has, or that stand where its method is called or its block begins.

    What is given back in the end is one if its constructor only keeps what it is given, or if a function makes it.
    """
    called = {id(node.callee) for node in nodes if isinstance(node, CallExpr)}
    harmless = {id(name) for node in nodes for name in _uses_by_name(node, called, type_of)}
    returned = {id(node.expr) for node in nodes if isinstance(node, ReturnStmt)}
    others = [node for node in nodes if isinstance(node, NameExpr) and id(node) not in harmless]
    shared = {node.name for node in others if id(node) not in returned}
    given_back = {node.name for node in others if id(node) in returned}

    def is_kept(name: str, made: CallExpr | AwaitExpr) -> bool:
        return name not in shared and (name not in given_back or _only_keeps(made, type_of))

    return frozenset(made for node in nodes for made in _kept_by(node, is_kept, type_of))


def _only_keeps(made: CallExpr | AwaitExpr, type_of: TypeOf) -> bool:
    """Whether a call runs a function, or a constructor that only keeps what it is given."""
    info = class_named_by(type_of(made.callee)) if isinstance(made, CallExpr) else None
    return info is None or only_keeps(info)


def only_keeps(info: TypeInfo) -> bool:
    """Whether the constructor of a class does nothing but keep what it is given: that of a dataclass."""
    constructor = info.get("__init__")
    return constructor is not None and constructor.plugin_generated and info.get("__post_init__") is None


def _kept_by(node: Node, is_kept: Callable[[str, CallExpr | AwaitExpr], bool], type_of: TypeOf) -> Iterator[Expression]:
    """The calls whose result a statement or expression keeps to itself."""
    match node:
        case AssignmentStmt(lvalues=[NameExpr(name=name)], rvalue=CallExpr() | AwaitExpr() as made) if is_kept(
            name, made
        ):
            yield made
        case AssignmentExpr(target=NameExpr(name=name), value=CallExpr() as made) if is_kept(name, made):
            yield made
        case AssignmentStmt(lvalues=[MemberExpr(expr=NameExpr(name="self"))], rvalue=CallExpr() as made):
            yield made
        case CallExpr(callee=MemberExpr(expr=CallExpr() as made)):
            yield made
        case ExpressionStmt(expr=CallExpr() as made):
            yield made
        case ReturnStmt(expr=CallExpr() | AwaitExpr() as made) if _only_keeps(made, type_of):
            yield made
        case WithStmt():
            yield from (manager for manager in node.expr if isinstance(manager, CallExpr))


def _uses_by_name(node: Node, called: set[int], type_of: TypeOf) -> Iterator[Expression]:
    """The parts of a node that use an object by its name, or give it to a function by that."""
    match node:
        case MemberExpr():
            if id(node) in called or not is_method(type_of(node)):
                yield node.expr
        case CallExpr():
            yield node.callee
            is_class = isinstance(node.callee, RefExpr) and isinstance(node.callee.node, TypeInfo)
            if not is_class and class_named_by(type_of(node.callee)) is None:
                yield from node.args
        case AssignmentStmt():
            yield from node.lvalues
            if all(isinstance(target, NameExpr) for target in node.lvalues):
                yield node.rvalue
        case AssignmentExpr():
            yield node.target
        case WithStmt():
            yield from node.expr
            yield from (target for target in node.target if target is not None)
        case DelStmt() | ExpressionStmt() | AssertStmt() | UnaryExpr():
            yield node.expr
        case IfStmt():
            yield from node.expr
        case ComparisonExpr():
            yield from node.operands
