"""Names in session stubs: what a name refers to, by its full name as mypy writes it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from mypy_session_plugin.facts.effects import PHANTOM_PACKAGE
from mypy_session_plugin.semantics.exports import canonical_name
from mypy_session_plugin.semantics.stub_vocabulary import (
    CLASS_DECORATORS,
    DECORATORS,
    EFFECTS_MODULE,
    ONE_ARGUMENT_ALIASES,
    REFERENCES,
    STUB_ALIASES,
    TWO_ARGUMENT_ALIASES,
)

TYPE_VARIABLE_MAKERS = frozenset({"typing.TypeVar", "typing.ParamSpec", "typing.TypeVarTuple"})


class StubError(Exception):
    """A session stub that cannot be read: `FILE:LINE: error: TEXT`, in one line."""

    def __init__(self, path: Path | str, line: int, text: str) -> None:
        super().__init__(f"{path}:{line}: error: {text}")
        self.path = str(path)
        self.line = line
        self.text = text


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """The end of an error message: the valid name nearest to a wrong one, or nothing if none is near."""
    nearest = get_close_matches(name, sorted(valid), n=1)
    return f'; did you mean "{nearest[0]}"?' if nearest else ""


def dotted(expression: ast.expr) -> str | None:
    """`a.b.c` as text, or None for an expression that is not a dotted name."""
    if isinstance(expression, ast.Name):
        return expression.id
    if isinstance(expression, ast.Attribute):
        prefix = dotted(expression.value)
        return f"{prefix}.{expression.attr}" if prefix else None
    return None


class Scope:
    """The names of one stub module: its imports, classes and type variables, and the builtins."""

    def __init__(self, path: Path, module: str, is_package: bool) -> None:
        self.path = path
        self.module = module
        self.type_variables: set[str] = set()
        self._is_package = is_package
        self._names: dict[str, str] = {}
        self._resolved: dict[str, str] = {}
        self._modules: set[str] = set()

    def error(self, node: ast.AST, text: str) -> StubError:
        """A `StubError` at a node of this module."""
        return StubError(self.path, getattr(node, "lineno", 1), text)

    def add_class(self, name: str) -> None:
        """Make a class of this module known, so that annotations above it may use it."""
        self._names[name] = f"{self.module}.{name}"

    def add_import(self, statement: ast.Import) -> None:
        """`import a.b` and `import a.b as c`."""
        for alias in statement.names:
            if alias.asname:
                self._names[alias.asname] = alias.name
            else:
                self._modules.add(alias.name)

    def add_import_from(self, statement: ast.ImportFrom) -> None:
        """`from a import b`; a name of this plugin must be one that stubs can use."""
        module = self._imported_module(statement)
        if module == "__future__":
            return
        for alias in statement.names:
            if alias.name == "*":
                raise self.error(statement, "import the names one by one, not with *")
            full_name = canonical_name(f"{module}.{alias.name}")
            self._check_own_name(statement, full_name)
            self._names[alias.asname or alias.name] = full_name

    def resolve(self, expression: ast.expr) -> str:
        """The full name of a name or dotted name; a type variable keeps its bare name.

        Raises `StubError` if the name is neither imported, defined in this stub, nor a builtin.
        """
        text = dotted(expression)
        if text is None:
            raise self.error(expression, f'"{ast.unparse(expression)}" is not a name')
        if text not in self._resolved:
            self._resolved[text] = self._resolve(text, expression)
        return self._resolved[text]

    def _resolve(self, text: str, expression: ast.expr) -> str:
        for module in self._modules:
            if text.startswith(module + "."):
                return self._checked(expression, canonical_name(text))
        first, _, rest = text.partition(".")
        if first in self.type_variables:
            return text
        if first in self._names:
            full_name = f"{self._names[first]}.{rest}" if rest else self._names[first]
            return self._checked(expression, canonical_name(full_name))
        if not rest and hasattr(builtins, text):
            return f"builtins.{text}"
        known = [*self._names, *self.type_variables, *dir(builtins)]
        raise self.error(expression, f'name "{text}" is not imported or defined{did_you_mean(text, known)}')

    def _imported_module(self, statement: ast.ImportFrom) -> str:
        if not statement.level:
            return statement.module or ""
        parts = self.module.split(".")
        kept = len(parts) - statement.level + self._is_package
        return ".".join([*parts[:kept], *([statement.module] if statement.module else [])])

    def _checked(self, node: ast.AST, full_name: str) -> str:
        self._check_own_name(node, full_name)
        return full_name

    def _check_own_name(self, node: ast.AST, full_name: str) -> None:
        package, _, name = full_name.rpartition(".")
        if package == PHANTOM_PACKAGE and name != "effects":
            self._check_member(node, package, name, ONE_ARGUMENT_ALIASES | TWO_ARGUMENT_ALIASES)
        elif package == EFFECTS_MODULE:
            self._check_member(node, package, name, {*DECORATORS, *CLASS_DECORATORS, *REFERENCES, *STUB_ALIASES})

    def _check_member(self, node: ast.AST, package: str, name: str, valid: Iterable[str]) -> None:
        if name not in valid:
            raise self.error(node, f'"{package}" has no "{name}" for stubs{did_you_mean(name, valid)}')
