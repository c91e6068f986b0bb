"""The self-test: which mypy releases the plugin runs on, and whether this one has what the plugin uses."""

from __future__ import annotations

import importlib
import re
from typing import NoReturn

from mypy.errors import CompileError
from mypy.version import __version__

LOWEST = (1, 20)
HIGHEST = (2, 4)
#: The mypy that is installed here.
RUNNING = __version__
SUPPORTED = f"{LOWEST[0]}.{LOWEST[1]} - {HIGHEST[0]}.{HIGHEST[1]}"

#: What the plugin reads of mypy, by class; in a compiled mypy some attributes exist on instances only.
_USED_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "mypy.checker.TypeChecker": (
        "_type_maps",
        "can_skip_diagnostics",
        "deferred_nodes",
        "errors",
        "fail",
        "modules",
        "msg",
        "named_type",
        "note",
        "options",
        "pass_num",
        "path",
        "scope",
        "tree",
        "tscope",
    ),
    "mypy.checker.DeferredNode": ("node", "active_typeinfo"),
    "mypy.checker_state.TypeCheckerState": ("type_checker",),
    "mypy.checker_shared.CheckerScope": ("stack", "top_level_function"),
    "mypy.scope.Scope": ("module_scope", "class_scope", "function_scope"),
    "mypy.nodes.Decorator": ("func",),
    "mypy.nodes.ForStmt": ("inferred_item_type",),
    "mypy.nodes.IndexExpr": ("method_type",),
    "mypy.nodes.OpExpr": ("method_type",),
    "mypy.types.TypeAliasType": ("alias", "args", "_expand_once"),
    "mypy.types.CallableType": ("definition",),
    "mypy.plugin.Plugin": ("report_config_data", "lookup_fully_qualified", "set_modules"),
}


def refusal(version: str) -> str | None:
    """Why the plugin does not run on mypy `version`: one line for the user, or None if it does.

    A release outside the tested range is refused even if it has all attributes: what it does with them is unknown.
    """
    numbers = re.match(r"(\d+)\.(\d+)", version)
    release = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    if LOWEST <= release <= HIGHEST and not _absent_attributes():
        return None
    return f"mypy-session-plugin: mypy {version} is not supported ({SUPPORTED})"


def refuse(lines: list[str]) -> NoReturn:
    """End mypy's run with exit status 2 and nothing but `lines`.

    Only a CompileError does: any other exception in a plugin is an "INTERNAL ERROR" to mypy.  It must not be raised
    while the plugin is loaded, where mypy adds a line of its own.
    """
    raise CompileError(lines)


def _absent_attributes() -> list[str]:
    return [
        f"{class_name}.{attribute}"
        for class_name, attributes in _USED_ATTRIBUTES.items()
        for attribute in attributes
        if not _has_attribute(class_name, attribute)
    ]


def _has_attribute(class_name: str, attribute: str) -> bool:
    module_name, _, name = class_name.rpartition(".")
    try:
        owner = getattr(importlib.import_module(module_name), name, None)
    except ImportError:
        return False
    declared = (
        names
        for base in getattr(owner, "__mro__", ())
        for names in (getattr(base, "__mypyc_attrs__", ()), getattr(base, "__annotations__", ()))
    )
    return hasattr(owner, attribute) or any(attribute in names for names in declared)
