"""The analysis of one unit, and the guard that keeps its failures from mypy's run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mypy.nodes import CallExpr, FuncDef, MypyFile, Node, RefExpr
from mypy.types import Instance, get_proper_type

from mypy_session_plugin.config import Options
from mypy_session_plugin.mypy_compat import report

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat import TypeChecker

#: Set to 1, a failure of the analysis is raised instead of reported: for the plugin's own tests.
RAISE_VARIABLE = "MYPY_SESSION_PLUGIN_RAISE"


def analyse(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options) -> None:
    """Analyse one function, or the top level of a module, and report what is found through `checker`.

    A failure of the analysis becomes one note at the unit, and nothing else of mypy's run changes: an exception in a
    plugin would end the whole run with "INTERNAL ERROR" and lose every other result.
    """
    try:
        _analyse_unit(checker, unit, options)
    except Exception as failure:
        if os.environ.get(RAISE_VARIABLE) == "1":
            raise
        report.note(
            checker,
            f'mypy-session-plugin: internal error in "{unit.fullname}" '
            f"({type(failure).__name__}: {failure}); this function was skipped",
            unit,
        )


def _analyse_unit(checker: TypeChecker, unit: FuncDef | MypyFile, options: Options) -> None:
    """Answer each `reveal_state(session)` in the unit."""
    for call in _calls(unit):
        callee = call.callee
        if isinstance(callee, RefExpr) and callee.fullname in _REVEAL_NAMES and len(call.args) == 1:
            revealed = get_proper_type(checker.lookup_type_or_none(call.args[0]))
            if revealed is not None:
                is_session = isinstance(revealed, Instance) and any(map(revealed.type.has_base, _SESSION_NAMES))
                text = "Session" if is_session else "Unknown"
                report.note(checker, f'Revealed state is "{text}"', call)


_REVEAL_NAMES = ("mypy_session_plugin.reveal_state", "mypy_session_plugin.phantom.reveal_state")
_SESSION_NAMES = ("sqlalchemy.orm.session.Session", "sqlalchemy.ext.asyncio.session.AsyncSession")
_REFERENCES = frozenset({"node", "info", "definition", "original_def", "expanded", "unanalyzed_items", "method_type"})


def _calls(unit: Node) -> Iterator[CallExpr]:
    todo: list[object] = [unit]
    seen: set[int] = set()
    while todo:
        node = todo.pop()
        if isinstance(node, (list, tuple)):
            todo.extend(node)
        elif isinstance(node, Node) and id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, CallExpr):
                yield node
            if isinstance(node, FuncDef) and isinstance(unit, MypyFile):
                todo.extend(argument.initializer for argument in node.arguments)
                continue
            names = {name for base in type(node).__mro__ for name in getattr(base, "__mypyc_attrs__", ())}
            todo.extend(getattr(node, name, None) for name in sorted(names - _REFERENCES))
