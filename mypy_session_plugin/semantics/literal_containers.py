"""Containers of functions that a module writes down at its top level and never changes: a registry of commands."""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ComparisonExpr,
    Decorator,
    DelStmt,
    DictExpr,
    Expression,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    IndexExpr,
    ListExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    SetExpr,
    TupleExpr,
    Var,
)

from mypy_session_plugin.flow.syntax import descendants

#: Methods that leave a container as it is.
READING = frozenset({"copy", "count", "get", "index", "items", "keys", "values"})
#: Functions that only look at what they are given.
LOOKING = frozenset({"builtins.len", "builtins.list", "builtins.tuple", "builtins.sorted", "builtins.set"})


class LiteralContainers:
    """Answers for one module, each question once."""

    def __init__(self, tree: MypyFile) -> None:
        self._tree = tree
        self._known: dict[Var, tuple[bool, tuple[FuncDef, ...]]] = {}

    def functions_in(self, variable: Var, of_dict: bool) -> tuple[FuncDef, ...]:
        """The functions in a variable of the module; none where it may hold anything else, or be changed.

        `of_dict` asks for the values of a dict, else for the elements of a list, tuple or set.
        """
        if variable not in self._known:
            self._known[variable] = self._read(variable)
        is_dict, functions = self._known[variable]
        return functions if is_dict is of_dict else ()

    def _read(self, variable: Var) -> tuple[bool, tuple[FuncDef, ...]]:
        values = [
            statement.rvalue
            for statement in self._tree.defs
            if isinstance(statement, AssignmentStmt) and any(_is(target, variable) for target in statement.lvalues)
        ]
        functions = _functions(values[0]) if len(values) == 1 else ()
        if not functions or not self._is_unchanged(variable):
            return False, ()
        return isinstance(values[0], DictExpr), functions

    def _is_unchanged(self, variable: Var) -> bool:
        """Whether the variable is named, but for its assignment, only where it is read."""
        nodes = list(descendants(self._tree, into_functions=True))
        named = sum(_is(node, variable) for node in nodes)
        return named == 1 + sum(_reads(node, variable) for node in nodes)


def _reads(node: Node, variable: Var) -> int:
    """How often a node reads the container without handing it on."""
    match node:
        case AssignmentStmt():
            # What is assigned to an item of it is written; that makes up for the read that the item looks like.
            return -sum(isinstance(target, IndexExpr) and _is(target.base, variable) for target in node.lvalues)
        case DelStmt(expr=IndexExpr(base=base)):
            return -int(_is(base, variable))
        case IndexExpr():
            return int(_is(node.base, variable))
        case MemberExpr():
            return int(node.name in READING and _is(node.expr, variable))
        case ForStmt():
            return int(_is(node.expr, variable))
        case GeneratorExpr():
            return sum(_is(part, variable) for part in node.sequences)
        case ComparisonExpr():
            return sum(_is(part, variable) for part in node.operands)
        case CallExpr(callee=NameExpr(fullname=name)) if name in LOOKING:
            return sum(_is(part, variable) for part in node.args)
        case _:
            return 0


def _functions(value: Expression) -> tuple[FuncDef, ...]:
    """The functions of a display, if it holds nothing else."""
    items: list[Expression] = []
    if isinstance(value, DictExpr):
        items = [item for key, item in value.items if key is not None]
        if len(items) < len(value.items):
            return ()
    elif isinstance(value, (ListExpr, TupleExpr, SetExpr)):
        items = value.items
    found = [item.node for item in items if isinstance(item, NameExpr)]
    known = [item.func if isinstance(item, Decorator) and not item.decorators else item for item in found]
    functions = tuple(item for item in known if isinstance(item, FuncDef))
    return functions if len(functions) == len(items) else ()


def _is(node: Node, variable: Var) -> bool:
    return isinstance(node, NameExpr) and node.node is variable
