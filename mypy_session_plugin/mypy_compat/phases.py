"""Which bodies mypy has not checked yet, and whether it comes to them: its two phases, and the daemon's updates."""

from __future__ import annotations

from typing import cast

from mypy.checker import DEFAULT_LAST_PASS, DeferredNode, TypeChecker
from mypy.nodes import FuncDef

from mypy_session_plugin.mypy_compat.units import Unit

#: From 2.0 on mypy checks what a module exports first, and most functions' bodies in a second phase.
_HAS_TWO_PHASES = hasattr(TypeChecker, "check_partial_impl")


def bodies_follow(checker: TypeChecker) -> bool:
    """Whether mypy has only checked what the module exports, and has most functions' bodies before it.

    Without the phases, the same flag tells that it is at the module's top level: so is every probe.
    """
    return _HAS_TWO_PHASES and not checker.recurse_into_functions


def is_update(checker: TypeChecker) -> bool:
    """Whether mypy checks single functions, as the daemon does if another module has changed, and no others.

    It makes a checker for that, and gives it one pass more than others (`reprocess_nodes` in `mypy.server.update`).
    """
    return checker.last_pass > DEFAULT_LAST_PASS


def deferred(unit: Unit) -> DeferredNode:
    """What stands for a unit in the list of what mypy checks in its next pass.

    The daemon walks lists with modules in them, but has a type of its own for these.
    """
    return DeferredNode(cast(FuncDef, unit), unit.info or None if isinstance(unit, FuncDef) else None)


def check_too(checker: TypeChecker, unit: Unit) -> None:
    """Have mypy check one function more in its next pass, or the top level; what it reports again it shows once."""
    checker.deferred_nodes.append(deferred(unit))
    # It may have to defer the function, as it may those that it checks of itself.
    checker.last_pass = checker.pass_num + DEFAULT_LAST_PASS
