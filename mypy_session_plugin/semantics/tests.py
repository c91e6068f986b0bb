"""Which functions are tests or fixtures: they lose writes and leave sessions open on purpose."""

from __future__ import annotations

from mypy.nodes import CallExpr, Decorator, Expression, FuncDef, MypyFile, RefExpr

#: The base of the classes of which every method belongs to a test.
TEST_CASE = "unittest.case.TestCase"
FIXTURES = frozenset(
    {"_pytest.fixtures.fixture", "pytest.fixture", "pytest_asyncio.plugin.fixture", "pytest_asyncio.fixture"}
)
#: What pytest calls around the tests of a module or class, by name.
AROUND = frozenset(
    f"{when}_{what}" for when in ("setup", "teardown") for what in ("module", "function", "class", "method")
)


def is_test_module(tree: MypyFile) -> bool:
    """Whether the module is one that pytest collects, or shares among its tests: what it defines serves tests alone."""
    name = tree.fullname.rpartition(".")[2]
    return name.startswith("test_") or name.endswith("_test") or name in ("conftest", "tests")


def is_test(tree: MypyFile, unit: FuncDef | MypyFile) -> bool:
    """Whether the function is one that pytest or unittest call: a test, a fixture, what runs before or after it."""
    if not isinstance(unit, FuncDef):
        return False
    if unit.info and any(base.fullname == TEST_CASE for base in unit.info.mro):
        return True
    return unit.name.startswith("test") or unit.name in AROUND or _is_fixture(tree, unit)


def _is_fixture(tree: MypyFile, unit: FuncDef) -> bool:
    if not unit.is_decorated:
        return False
    names = unit.info.names if unit.info else tree.names
    symbol = names.get(unit.name)
    node = symbol.node if symbol is not None else None
    return (
        isinstance(node, Decorator)
        and node.func is unit
        and any(_full_name(item) in FIXTURES for item in node.original_decorators)
    )


def _full_name(decorator: Expression) -> str:
    callee = decorator.callee if isinstance(decorator, CallExpr) else decorator
    return callee.fullname if isinstance(callee, RefExpr) else ""
