"""The units of analysis of a module: its top level, and each outermost function with all that is nested in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from mypy.nodes import (
    Decorator,
    ExpressionStmt,
    FuncDef,
    IntExpr,
    MypyFile,
    OverloadedFuncDef,
    Statement,
    SymbolNode,
    TypeInfo,
    UnaryExpr,
)
from mypy.semanal import is_trivial_body

from mypy_session_plugin.recorder import recorder_for

Unit: TypeAlias = FuncDef | MypyFile


def units_of(tree: MypyFile) -> Iterator[tuple[Unit, list[TypeInfo]]]:
    """The units of a module, each with the class it stands in."""
    yield tree, []
    for _, symbol, info in tree.local_definitions():
        for function in _functions(symbol.node):
            yield function, [] if info is None else [info]


def is_part(unit: Unit, node: SymbolNode) -> bool:
    """Whether `node` is the decorator or the overloaded function around `unit`."""
    return isinstance(node, (Decorator, OverloadedFuncDef)) and any(unit is part for part in _functions(node))


def rouse(unit: Unit) -> None:
    """Give a unit a statement of which mypy looks up a name, for there may be none in it.

    The daemon checks a function with errors again at each of its updates, and the function alone: without a name to
    look up the plugin would not be asked again, and its report would be gone.
    """
    statements = unit.defs if isinstance(unit, MypyFile) else unit.body.body
    if not statements or _rouses(statements[0]) or (isinstance(unit, FuncDef) and is_trivial_body(unit.body)):
        return
    zero = IntExpr(0)
    negation = UnaryExpr("-", zero)
    statement = ExpressionStmt(negation)
    for node in (zero, negation, statement):
        node.set_line(statements[0])
    statements.insert(0, statement)


def _rouses(statement: Statement) -> bool:
    match statement:
        case ExpressionStmt(expr=UnaryExpr(op="-", expr=IntExpr(value=0))):
            return True
        case _:
            return False


def _functions(node: SymbolNode | None) -> Iterator[FuncDef]:
    match node:
        case FuncDef():
            yield node
        case Decorator():
            yield node.func
        case OverloadedFuncDef():
            for item in node.items:
                yield from _functions(item)
            yield from _functions(node.impl)
        case _:
            pass


def source_of(tree: MypyFile) -> str:
    """The source of a module; nothing where its file cannot be read."""
    recorder = recorder_for(tree.path)
    if recorder is not None:
        return recorder.source
    try:
        return Path(tree.path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
