"""The package holds to its layers: imports go one way, and mypy's internals are touched in one place."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "mypy_session_plugin"

LAYERS = [
    {"__main__", "command_line", "editors"},
    {"health", "inspection", "unseen"},
    {
        "attribute_kinds",
        "attribute_names",
        "events",
        "hooks",
        "judging",
        "looks",
        "module_hints",
        "modules",
        "stub_check",
        "texts",
    },
    {"checker"},
    {"rules"},
    {"semantics"},
    {"flow"},
    {"mypy_compat"},
    {"facts"},
]
"""From the highest to the lowest: a module imports from its own layer and from lower ones."""

RECORDS = "mypy_session_plugin.facts.records"
RECORD_LAYERS = {"rules", "semantics", "flow", "facts"}
"""The dataclasses of the analysis are made by `RECORDS`: copies of those are made by no other `replace`."""

PURE_DATA = {"codes", "config", "recorder", "rule_pages", "shipped_stubs", "stub_files"}
"""Beside the layers: any layer imports them, they import none."""

RUNTIME = {"phantom", "effects"}
"""What applications and stubs import."""

TESTING = {"testing"}
"""What test suites import: it works on the objects of SQLAlchemy."""

LANGUAGE_SERVER = "editors/language_server.py"
"""What a language server loads: nothing else imports that, so the package does not need it."""

PUBLIC_MYPY_MODULES = {"mypy.nodes", "mypy.options", "mypy.patterns", "mypy.plugin", "mypy.types"}
"""What layers above `mypy_compat` may import of mypy."""

NAMED_TUPLE_METHODS = {"_asdict", "_fields", "_replace"}

MAXIMUM_LINES = 400


def source_files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_stubs" not in path.parts)


def imported_names(path: Path) -> Iterator[str]:
    """Everything that a file imports, wherever in it: full names of modules, and of what is taken from them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(path: Path) -> str:
    """The part of the package that a file belongs to: `flow` for `flow/graph.py`, `hooks` for `hooks.py`."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def own_imports(path: Path) -> set[str]:
    """The other parts of the package that a file imports; the package itself gives its version to anybody."""
    names = (name.split(".") for name in imported_names(path))
    parts = {name[1] for name in names if name[0] == PACKAGE.name}
    return parts - {part(path), "__version__"}


def allowed_imports(importer: str) -> set[str]:
    if importer == "effects":
        return {"phantom"}
    if importer == "__init__" or importer in TESTING:
        return {"phantom"}
    for height, layer in enumerate(LAYERS):
        if importer in layer:
            return set().union(PURE_DATA if importer != "facts" else (), *LAYERS[height:])
    return set()


def imported_mypy_modules(path: Path) -> set[str]:
    """The modules of mypy that a file imports from: `mypy.nodes` for `from mypy.nodes import Var` as well."""
    return {".".join(name.split(".")[:2]) for name in imported_names(path) if name.split(".")[0] == "mypy"}


files = pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(PACKAGE)))


@files
def test_imports_go_downwards(path: Path) -> None:
    assert own_imports(path) - allowed_imports(part(path)) == set()


@files
def test_each_part_has_its_place(path: Path) -> None:
    assert part(path) in set().union(PURE_DATA, RUNTIME, TESTING, {"__init__"}, *LAYERS)


@files
def test_only_mypy_compat_imports_the_internals_of_mypy(path: Path) -> None:
    if part(path) != "mypy_compat":
        assert imported_mypy_modules(path) - PUBLIC_MYPY_MODULES == set()


@files
def test_only_mypy_compat_reads_underscore_attributes_of_others(path: Path) -> None:
    if part(path) == "mypy_compat":
        return
    private = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__")
        if node.attr not in NAMED_TUPLE_METHODS
        if not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls", "other"})
    ]
    assert private == []


@files
def test_nothing_imports_sqlalchemy_or_the_code_under_check(path: Path) -> None:
    packages = {name.split(".")[0] for name in imported_names(path)}
    allowed = {"pytest", "sqlalchemy"} if part(path) in TESTING else {"mypy", "typing_extensions"}
    if path == PACKAGE / LANGUAGE_SERVER:
        allowed |= {"pluggy"}
    assert packages - sys.stdlib_module_names - {PACKAGE.name} - allowed == set()


def test_nothing_imports_what_a_language_server_loads() -> None:
    module = f"{PACKAGE.name}.{LANGUAGE_SERVER.removesuffix('.py').replace('/', '.')}"
    assert [path for path in source_files() if module in set(imported_names(path))] == []


@files
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAXIMUM_LINES


def test_pure_data_and_facts_do_not_import_mypy() -> None:
    importers = [path for path in source_files() if part(path) in PURE_DATA | RUNTIME | {"facts"}]
    assert [path for path in importers if imported_mypy_modules(path)] == []


@pytest.mark.parametrize("path", source_files(), ids=str)
def test_dataclasses_of_the_analysis_are_made_in_one_place(path: Path) -> None:
    if part(path) in RECORD_LAYERS and path.name != "records.py":
        assert not [name for name in imported_names(path) if name.startswith("dataclasses")], f"import from {RECORDS}"


@pytest.mark.parametrize("name", sorted(RUNTIME))
def test_the_runtime_side_imports_only_typing(name: str) -> None:
    packages = {imported.split(".")[0] for imported in imported_names(PACKAGE / f"{name}.py")}
    assert packages <= {"collections", "typing", "typing_extensions", PACKAGE.name}


def test_no_import_statement_leads_from_the_phantom_types_to_the_plugin() -> None:
    """mypy would follow it, and check itself along with each project that imports a phantom type."""
    assert own_imports(PACKAGE / "__init__.py") == {"phantom"}
    assert own_imports(PACKAGE / "phantom.py") == set()


def test_no_module_is_called_plugin() -> None:
    """Importing it would replace the function `plugin` of the package, which mypy looks up again at each build."""
    assert [path for path in PACKAGE.rglob("*") if path.stem == "plugin"] == []
