"""Names in session stubs: what a name refers to, by its full name as mypy writes it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

PHANTOM_PACKAGE = "mypy_session_plugin"
EFFECTS_MODULE = "mypy_session_plugin.effects"

ONE_ARGUMENT_ALIASES = frozenset(
    {
        "Transient",
        "Pending",
        "Persistent",
        "Deleted",
        "Detached",
        "Attached",
        "Unattached",
        "Added",
        "Owned",
        "Borrowed",
        "Synchronized",
        "CrossesThread",
        "CrossesTask",
        "CrossesProcess",
        "Live",
    }
)
TWO_ARGUMENT_ALIASES = frozenset({"Becomes", "In", "Loaded", "Performs"})
STUB_ALIASES = frozenset({"Marked"})
"""Aliases for stubs alone; they live beside the decorators in `mypy_session_plugin.effects`."""

TYPE_VARIABLE_MAKERS = frozenset({"typing.TypeVar", "typing.ParamSpec", "typing.TypeVarTuple"})

_SAME_MODULE = {
    "typing_extensions": "typing",
    "collections.abc": "typing",
    "mypy_session_plugin.phantom": PHANTOM_PACKAGE,
}
_TYPING_SPELLINGS = {
    "typing.Dict": "builtins.dict",
    "typing.FrozenSet": "builtins.frozenset",
    "typing.List": "builtins.list",
    "typing.Set": "builtins.set",
    "typing.Tuple": "builtins.tuple",
    "typing.Type": "builtins.type",
}
_DEFINING_MODULES = {
    "asyncio": {
        "asyncio.events": ("AbstractEventLoop", "get_event_loop", "get_running_loop", "new_event_loop"),
        "asyncio.futures": ("Future",),
        "asyncio.runners": ("Runner", "run"),
        "asyncio.taskgroups": ("TaskGroup",),
        "asyncio.tasks": (
            "Task",
            "as_completed",
            "create_task",
            "ensure_future",
            "gather",
            "run_coroutine_threadsafe",
            "shield",
            "wait",
            "wait_for",
        ),
        "asyncio.threads": ("to_thread",),
    },
    "concurrent.futures": {
        "concurrent.futures._base": ("Executor", "Future", "as_completed", "wait"),
        "concurrent.futures.process": ("ProcessPoolExecutor",),
        "concurrent.futures.thread": ("ThreadPoolExecutor",),
    },
    "sqlalchemy": {
        "sqlalchemy.engine.result": ("MappingResult", "Result", "ScalarResult"),
        "sqlalchemy.engine.row": ("Row", "RowMapping"),
        "sqlalchemy.sql.dml": ("Delete", "Insert", "Update", "UpdateBase"),
        "sqlalchemy.sql.elements": ("TextClause",),
        "sqlalchemy.sql.selectable": ("Select",),
    },
    "sqlalchemy.ext.asyncio": {
        "sqlalchemy.ext.asyncio.result": ("AsyncMappingResult", "AsyncResult", "AsyncScalarResult"),
        "sqlalchemy.ext.asyncio.scoping": ("async_scoped_session",),
        "sqlalchemy.ext.asyncio.session": ("AsyncSession", "AsyncSessionTransaction", "async_sessionmaker"),
    },
    "sqlalchemy.orm": {
        "sqlalchemy.orm.query": ("Query",),
        "sqlalchemy.orm.scoping": ("scoped_session",),
        "sqlalchemy.orm.session": (
            "Session",
            "SessionTransaction",
            "make_transient",
            "make_transient_to_detached",
            "object_session",
            "sessionmaker",
        ),
    },
}
_REEXPORTED = {
    f"{package}.{name}": f"{module}.{name}"
    for package, modules in _DEFINING_MODULES.items()
    for module, names in modules.items()
    for name in names
}


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


def canonical_name(full_name: str) -> str:
    """The full name that mypy gives to something, from any name under which a library exports it.

    Typing names have one spelling: `collections.abc.Sequence` and `typing_extensions.Sequence` are `typing.Sequence`.
    A name whose exports are not known comes back unchanged.
    """
    module, _, name = full_name.rpartition(".")
    full_name = f"{_SAME_MODULE.get(module, module)}.{name}" if module else name
    full_name = _TYPING_SPELLINGS.get(full_name, full_name)
    return _REEXPORTED.get(full_name, full_name)


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
            from mypy_session_plugin.semantics.stub_effects import DECORATORS

            self._check_member(node, package, name, {*DECORATORS, *STUB_ALIASES})

    def _check_member(self, node: ast.AST, package: str, name: str, valid: Iterable[str]) -> None:
        if name not in valid:
            raise self.error(node, f'"{package}" has no "{name}" for stubs{did_you_mean(name, valid)}')
