"""What the code of one module assigns to its variables and to attributes, wherever it does."""

from __future__ import annotations

from functools import cached_property

from mypy.nodes import AssignmentStmt, Expression, FuncItem, MemberExpr, MypyFile, Node, Var

from mypy_session_plugin.flow.syntax import assigned_targets, assignments, descendants


class ModuleAssignments:
    """Answers for one module, which is read once, and only if it is asked."""

    def __init__(self, tree: MypyFile) -> None:
        self._tree = tree

    def to_variable(self, variable: object) -> list[Expression | None]:
        """Each value that a variable is given; None for what is not told: a parameter gets that from every caller."""
        return self._variables.get(variable, [])

    def to_attribute(self, name: str) -> list[Expression | None]:
        """Each value that an attribute of this name is given, of any object or class; None for what is not told."""
        return self._attributes.get(name, [])

    @cached_property
    def _nodes(self) -> list[Node]:
        return list(descendants(self._tree, into_functions=True))

    @cached_property
    def _variables(self) -> dict[object, list[Expression | None]]:
        found: dict[object, list[Expression | None]] = {}
        for variable, value in assignments(self._nodes):
            found.setdefault(variable, []).append(value)
        for node in self._nodes:
            for argument in node.arguments if isinstance(node, FuncItem) else ():
                found.setdefault(argument.variable, []).append(None)
        return found

    @cached_property
    def _attributes(self) -> dict[str, list[Expression | None]]:
        found: dict[str, list[Expression | None]] = {}
        for variable, values in self._variables.items():
            if isinstance(variable, Var) and variable.info:
                found.setdefault(variable.name, []).extend(values)
        for node in self._nodes:
            for target in assigned_targets(node):
                for part in descendants(target, into_functions=False):
                    if isinstance(part, MemberExpr):
                        value = node.rvalue if isinstance(node, AssignmentStmt) and part is target else None
                        found.setdefault(part.name, []).append(value)
        return found
