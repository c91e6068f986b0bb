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
    """The calls whose result only a variable has, or that stand where its method is called or its block begins."""
    called = {id(node.callee) for node in nodes if isinstance(node, CallExpr)}
    harmless = {id(name) for node in nodes for name in _uses_by_name(node, called, type_of)}
    shared = {node.name for node in nodes if isinstance(node, NameExpr) and id(node) not in harmless}
    return frozenset(made for node in nodes for made in _kept_by(node, shared, type_of))


def only_keeps(info: TypeInfo) -> bool:
    """Whether the constructor of a class does nothing but keep what it is given: that of a dataclass."""
    constructor = info.get("__init__")
    return constructor is not None and constructor.plugin_generated and info.get("__post_init__") is None


def _kept_by(node: Node, shared: set[str], type_of: TypeOf) -> Iterator[Expression]:
    """The calls whose result a statement or expression keeps to itself."""
    match node:
        case AssignmentStmt(lvalues=[NameExpr(name=name)], rvalue=CallExpr() | AwaitExpr() as made) if (
            name not in shared
        ):
            yield made
        case AssignmentExpr(target=NameExpr(name=name), value=CallExpr() as made) if name not in shared:
            yield made
        case AssignmentStmt(lvalues=[MemberExpr(expr=NameExpr(name="self"))], rvalue=CallExpr() as made):
            yield made
        case CallExpr(callee=MemberExpr(expr=CallExpr() as made)):
            yield made
        case ExpressionStmt(expr=CallExpr() as made):
            yield made
        case ReturnStmt(expr=AwaitExpr() as made):
            yield made
        case ReturnStmt(expr=CallExpr() as made):
            info = class_named_by(type_of(made.callee))
            if info is None or only_keeps(info):
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
