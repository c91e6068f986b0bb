"""What a module says beside the class bodies in it, as syntax, read once for all of them.

Mypy has not bound its names yet, so the imports tell whose they are.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Decorator,
    Expression,
    ExpressionStmt,
    Import,
    ImportFrom,
    MemberExpr,
    MypyFile,
    NameExpr,
    Statement,
    StrExpr,
)

from mypy_session_plugin.mypy_compat.class_syntax import last_name

_PACKAGES = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")
#: What makes columns that are there already tell of changes.
_TRACKING = frozenset({"associate_with", "associate_with_attribute"})
#: Events at which code of the user's may load attributes, or map them in another way.
_EVENTS = frozenset(
    {
        "load",
        "refresh",
        "refresh_flush",
        "class_instrument",
        "instrument_class",
        "attribute_instrument",
        "before_mapper_configured",
        "mapper_configured",
        "before_configured",
        "after_configured",
    }
)


class ModuleSyntax:
    """Reads one module, whose text the daemon may replace: then it is of that module no longer."""

    def __init__(self, tree: MypyFile) -> None:
        self.tree = tree
        self._statements, self._imports = tree.defs, tree.imports

    def is_of(self, tree: MypyFile) -> bool:
        """Whether this was read of a module as it is now."""
        return tree is self.tree and tree.defs is self._statements and tree.imports is self._imports

    def is_of_library(self, callee: Expression, wanted: frozenset[str]) -> bool:
        """Whether this is one of SQLAlchemy's or SQLModel's names: the imports tell."""
        return not wanted.isdisjoint(self.originals(callee))

    def originals(self, callee: Expression) -> Collection[str]:
        """What this is called where it is defined, if it is SQLAlchemy's; an attribute is taken for that."""
        if isinstance(callee, MemberExpr):
            return (callee.name,)
        return self.imported.get(callee.name, ()) if isinstance(callee, NameExpr) else ()

    @cached_property
    def imported(self) -> dict[str, set[str]]:
        """What it imports from SQLAlchemy and its like: by the name here, the names there."""
        found: dict[str, set[str]] = {}
        for statement in self._imports:
            if isinstance(statement, ImportFrom) and statement.id.partition(".")[0] in _PACKAGES:
                for original, alias in statement.names:
                    found.setdefault(alias or original, set()).add(original)
            elif isinstance(statement, Import):
                for full_name, alias in statement.ids:
                    package = full_name.partition(".")[0]
                    if package in _PACKAGES:
                        found.setdefault(alias or package, set()).add(full_name)
        return found

    @cached_property
    def classes(self) -> set[str]:
        """The names of the classes at its top level."""
        return {statement.name for statement in self._statements if isinstance(statement, ClassDef)}

    @cached_property
    def tracks(self) -> bool:
        """Whether a statement makes all columns of a type, or one of them, tell of changes."""
        calls = [statement.expr for statement in self._statements if isinstance(statement, ExpressionStmt)]
        return any(isinstance(call, CallExpr) and last_name(call.callee) in _TRACKING for call in calls)

    @cached_property
    def hooks_into_loading(self) -> bool:
        """Whether a statement listens to what happens when classes are mapped or loaded."""
        return any(map(_hooks_into_loading, self._statements))

    @cached_property
    def mapped_afterwards(self) -> dict[str, list[str]]:
        """The attributes that statements assign to each class: `User.name = deferred(...)`."""
        found: dict[str, list[str]] = {}
        for statement in self._statements:
            for target in statement.lvalues if isinstance(statement, AssignmentStmt) else ():
                if isinstance(target, MemberExpr):
                    found.setdefault(last_name(target.expr), []).append(target.name)
        return found


def _hooks_into_loading(statement: Statement) -> bool:
    calls: list[Expression] = []
    if isinstance(statement, Decorator):
        calls = statement.original_decorators or statement.decorators
    elif isinstance(statement, ExpressionStmt):
        calls = [statement.expr]
    for call in calls:
        if isinstance(call, CallExpr) and last_name(call.callee) in ("listens_for", "listen"):
            event = call.args[1] if len(call.args) > 1 else None
            if not isinstance(event, StrExpr) or event.value in _EVENTS:
                return True
    return False
