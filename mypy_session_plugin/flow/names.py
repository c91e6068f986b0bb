"""Which variable a name stands for, the access path of an expression, and what functions capture."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    GDEF,
    LDEF,
    MDEF,
    AssignmentExpr,
    ClassDef,
    Decorator,
    Expression,
    FuncDef,
    FuncItem,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OverloadedFuncDef,
    RefExpr,
    SymbolNode,
    TypeInfo,
)

from mypy_session_plugin.flow.graph import Constant, Place, Variable
from mypy_session_plugin.flow.syntax import descendants

#: Names that are constants of the language.
CONSTANT_NAMES: dict[str, Constant] = {
    "builtins.None": None,
    "builtins.True": True,
    "builtins.False": False,
    "builtins.__debug__": True,
}


def written_name(variable: Variable) -> str:
    """Return the name as its author wrote it.

    An index variable of a comprehension is `name@number` in the graph, since it is not the local of the same name;
    mypy itself renames the targets of several `with` statements to `name'`.
    """
    return variable.rsplit(".", 1)[-1].split("@", 1)[0].rstrip("'")


class Names:
    """The scopes around the code being lowered."""

    def __init__(self, unit: FuncItem | MypyFile) -> None:
        self.module = unit.fullname if isinstance(unit, MypyFile) else None
        #: Full names of the classes whose bodies are being lowered, innermost last.
        self.classes: list[str] = []
        #: For each comprehension around, its index variables.
        self.comprehensions: list[dict[str, Variable]] = []
        self._unit = unit
        self._count = 0

    def all_of_unit(self) -> Iterator[NameExpr]:
        """Every name in the function that is lowered, and in the functions inside it."""
        body = self._unit if isinstance(self._unit, MypyFile) else self._unit.body
        return (node for node in descendants(body, into_functions=True) if isinstance(node, NameExpr))

    def variable(self, name: NameExpr) -> Variable:
        """Return the variable that a name reads or writes."""
        if name.kind == GDEF:
            return name.fullname or name.name
        for scope in reversed(self.comprehensions):
            if name.name in scope:
                return scope[name.name]
        if name.kind == MDEF and self.classes:
            return f"{self.classes[-1]}.{name.name}"
        return name.name

    def declared(self, name: str) -> Variable:
        """Return the variable that a `def`, `class` or `import` of this name binds here."""
        if self.classes:
            return f"{self.classes[-1]}.{name}"
        return name if self.module is None else f"{self.module}.{name}"

    def comprehension_scope(self, indices: list[Expression]) -> dict[str, Variable]:
        """Return fresh variables for the index names of a comprehension."""
        self._count += 1
        found = (node for index in indices for node in descendants(index, into_functions=False))
        return {node.name: f"{node.name}@{self._count}" for node in found if isinstance(node, NameExpr)}

    def place(self, expression: Expression) -> Place | None:
        """Return the access path of an expression made of names and attributes only, else None; constants have none."""
        attributes: list[str] = []
        while True:
            if isinstance(expression, NameExpr):
                if expression.fullname in CONSTANT_NAMES:
                    return None
                return (self.variable(expression), *reversed(attributes))
            if isinstance(expression, AssignmentExpr):
                return (self.variable(expression.target), *reversed(attributes))
            if not isinstance(expression, MemberExpr):
                return None
            full_name = module_attribute(expression)
            if full_name is not None:
                return (full_name, *reversed(attributes))
            attributes.append(expression.name)
            expression = expression.expr


def module_attribute(member: MemberExpr) -> str | None:
    """Return the full name that `module.attribute` stands for; None if the object is no module."""
    base = member.expr
    if isinstance(base, RefExpr) and isinstance(base.node, MypyFile):
        return member.fullname or f"{base.node.fullname}.{member.name}"
    return None


def class_function(member: MemberExpr) -> str | None:
    """Return the full name of the function that `Class.name` stands for, inherited ones included; else None."""
    base = member.expr
    if not isinstance(base, RefExpr) or not isinstance(base.node, TypeInfo):
        return None
    symbol = base.node.get(member.name)
    if symbol is None or not isinstance(symbol.node, (FuncDef, Decorator, OverloadedFuncDef)):
        return None
    return symbol.node.fullname


def captured_names(function: FuncItem, module: str | None) -> list[NameExpr]:
    """Return the names in a function's body, nested functions included, that are variables of the code around it.

    With `module`, the code around is that module's top level: its globals count too.
    """
    bound = {id(argument.variable) for argument in function.arguments}
    used: list[NameExpr] = []
    for node in descendants(function.body, into_functions=True):
        if isinstance(node, NameExpr):
            if node.is_new_def and node.kind == LDEF:
                bound.add(id(node.node))
            used.append(node)
        else:
            bound.update(map(id, bound_by(node)))
    return [name for name in used if id(name.node) not in bound and is_variable(name, module)]


def is_variable(name: NameExpr, module: str | None) -> bool:
    """Tell whether a name is a local of some function or a global of the module."""
    return name.kind == LDEF or (name.kind == GDEF and name.fullname == f"{module}.{name.name}")


def bound_by(node: Node) -> list[SymbolNode]:
    """Return the symbols that a definition binds, its arguments included."""
    if isinstance(node, FuncItem):
        arguments: list[SymbolNode] = [argument.variable for argument in node.arguments]
        return [*arguments, node] if isinstance(node, FuncDef) else arguments
    if isinstance(node, Decorator):
        return [node, node.var]
    if isinstance(node, OverloadedFuncDef):
        return [node]
    return [node.info] if isinstance(node, ClassDef) else []
