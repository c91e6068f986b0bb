"""Libraries without types: mypy knows nothing of what is imported from them, but the import says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from mypy.nodes import (
    GDEF,
    AssignmentStmt,
    CallExpr,
    Expression,
    Import,
    ImportFrom,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    Var,
)

from mypy_session_plugin.flow.syntax import assigned_targets, descendants


class Untyped:
    """Answers for one module."""

    def __init__(self, tree: MypyFile) -> None:
        self._tree = tree
        self._made: dict[Var, str] = {}

    def name_of(self, expression: Node) -> str:
        """The full name of what an expression names that was imported without types; empty for everything else."""
        match expression:
            case NameExpr(node=Var(is_suppressed_import=True)):
                return self._imported.get(expression.name, "")
            case MemberExpr():
                owner = self.name_of(expression.expr)
                return f"{owner}.{expression.name}" if owner else ""
            case _:
                return ""

    def made_as(self, variable: Node) -> str:
        """The full name of the class that makes what a name of the module holds, which nothing else is assigned to."""
        if not isinstance(variable, NameExpr) or variable.kind != GDEF or not isinstance(variable.node, Var):
            return ""
        if variable.node not in self._made:
            self._made[variable.node] = self._class_of(variable.node) if self._imported else ""
        return self._made[variable.node]

    def _class_of(self, variable: Var) -> str:
        made = [
            statement.rvalue
            for statement in self._tree.defs
            if isinstance(statement, AssignmentStmt) and any(_is(target, variable) for target in statement.lvalues)
        ]
        only = made[0] if len(made) == 1 else None
        found = self.name_of(only.callee) if isinstance(only, CallExpr) else ""
        if not found:
            return ""
        nodes = descendants(self._tree, into_functions=True)
        targets = [target for node in nodes for target in assigned_targets(node) if _is(target, variable)]
        return found if len(targets) == 1 else ""

    @cached_property
    def _imported(self) -> dict[str, str]:
        """The full name by each name that imports bind; not of one that two imports bind differently."""
        found: dict[str, set[str]] = {}
        for name, full_name in _bound(self._tree):
            found.setdefault(name, set()).add(full_name)
        return {name: full_names.pop() for name, full_names in found.items() if len(full_names) == 1}


def _bound(tree: MypyFile) -> Iterator[tuple[str, str]]:
    for statement in tree.imports:
        if isinstance(statement, ImportFrom) and not statement.relative:
            yield from ((alias or name, f"{statement.id}.{name}") for name, alias in statement.names)
        elif isinstance(statement, Import):
            for name, alias in statement.ids:
                first = name.partition(".")[0]
                yield (alias, name) if alias else (first, first)


def _is(target: Expression, variable: Var) -> bool:
    return isinstance(target, NameExpr) and target.node is variable
