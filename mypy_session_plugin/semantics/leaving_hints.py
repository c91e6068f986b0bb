"""Whether anything that needs a session may leave the block that closes it: by the syntax alone, before any analysis.

Most functions that close a session give back what they have read.  Only those in which a session, a result, or code
that runs later is returned, kept or used after the block are worth an analysis for this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.nodes import (
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ConditionalExpr,
    Decorator,
    DictExpr,
    Expression,
    FuncDef,
    GlobalDecl,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    NonlocalDecl,
    RefExpr,
    ReturnStmt,
    TupleExpr,
    WithStmt,
)

#: Looked up where a session is closed: by its block, by a call, by the block of a factory or a stack.
LEAVING = frozenset({"__exit__", "__aexit__", "aclose", "begin", "close"})
#: Methods whose results must still be read.
LIVE = frozenset(
    {
        "columns",
        "exec",
        "execute",
        "mappings",
        "scalars",
        "stream",
        "stream_scalars",
        "tuples",
        "unique",
        "yield_per",
    }
)
#: Methods of an AsyncSession whose results must still be read.
STREAMING = frozenset({"stream", "stream_scalars"})
_CLOSES = frozenset({"aclose", "close"})
_ENTERS = frozenset({"enter_async_context", "enter_context"})


def may_leave(unit: FuncDef | MypyFile, nodes: Sequence[Node]) -> bool:
    """Whether a function of these nodes returns, keeps or later uses what may need a session that it closes."""
    return _Reader(unit, nodes).finds()


class _Reader:
    """Reads one unit: `_sessions` are the names of what it closes, `_suspects` those of what may need it."""

    def __init__(self, unit: FuncDef | MypyFile, nodes: Sequence[Node]) -> None:
        self._unit = unit
        self._nodes = nodes
        self._own = (
            unit.arguments[0].variable.name if isinstance(unit, FuncDef) and unit.info and unit.arguments else ""
        )
        self._sessions = set(self._closed())
        self._suspects: dict[str, int] = {}
        self._functions = {node.name for node in self._nodes if isinstance(node, FuncDef) and node is not unit}

    def finds(self) -> bool:
        if not self._sessions:
            return False
        outer = {name for node in self._nodes if isinstance(node, (GlobalDecl, NonlocalDecl)) for name in node.names}
        for node in self._nodes:
            if isinstance(node, ReturnStmt) and node.expr is not None and self._leads(node.expr):
                return True
            if isinstance(node, AssignmentStmt) and self._leads(node.rvalue):
                for target in node.lvalues:
                    if self._is_own(target) or (isinstance(target, NameExpr) and target.name in outer):
                        return True
                    if isinstance(target, NameExpr):
                        self._suspects[target.name] = self._end_of_block(node)
        return any(
            isinstance(node, NameExpr) and 0 < self._suspects.get(node.name, 0) < node.line for node in self._nodes
        )

    def _closed(self) -> Iterator[str]:
        for node in self._nodes:
            if isinstance(node, WithStmt):
                named = [*node.expr, *(target for target in node.target if target is not None)]
                yield from (item.name for item in named if isinstance(item, NameExpr))
            elif isinstance(node, CallExpr) and isinstance(node.callee, MemberExpr):
                if node.callee.name in _CLOSES and isinstance(node.callee.expr, NameExpr):
                    yield node.callee.expr.name
            elif isinstance(node, AssignmentStmt) and isinstance(node.lvalues[0], NameExpr):
                value = node.rvalue.expr if isinstance(node.rvalue, AwaitExpr) else node.rvalue
                callee = value.callee if isinstance(value, CallExpr) else None
                if isinstance(callee, MemberExpr) and callee.name in _ENTERS:
                    yield node.lvalues[0].name

    def _is_own(self, target: Expression) -> bool:
        """Whether an attribute of the method's own object is assigned."""
        return isinstance(target, MemberExpr) and isinstance(target.expr, NameExpr) and target.expr.name == self._own

    def _end_of_block(self, node: Node) -> int:
        """The last line of the innermost `with` statement around a node; 0 where there is none."""
        ends = [
            block.end_line or 0
            for block in self._nodes
            if isinstance(block, WithStmt) and block.line <= node.line <= (block.end_line or 0)
        ]
        return min(ends, default=0)

    def _leads(self, value: Expression) -> bool:
        match value:
            case NameExpr():
                return value.name in self._sessions or value.name in self._suspects or value.name in self._functions
            case LambdaExpr():
                return True
            case MemberExpr():
                named = isinstance(value.expr, NameExpr) and value.expr.name in self._sessions | self._suspects.keys()
                return named or _method_called(value.expr) in LIVE
            case AwaitExpr():
                return _method_called(value.expr) in STREAMING
            case TupleExpr() | ListExpr():
                return any(map(self._leads, value.items))
            case DictExpr():
                return any(self._leads(item) for _key, item in value.items)
            case ConditionalExpr():
                return self._leads(value.if_expr) or self._leads(value.else_expr)
            case CallExpr():
                return self._leads_call(value)
            case _:
                return False

    def _leads_call(self, call: CallExpr) -> bool:
        callee = call.callee
        if _method_called(call) in LIVE:
            return True
        if isinstance(callee, NameExpr | MemberExpr) and callee.name == "partial":
            return True
        function = callee.node if isinstance(callee, RefExpr) else None
        if isinstance(callee, MemberExpr) and self._is_own(callee) and isinstance(self._unit, FuncDef):
            entry = self._unit.info.get(callee.name)
            function = entry.node if entry is not None else None
        if isinstance(function, Decorator | FuncDef):
            lazy = isinstance(function, FuncDef) and (
                function.is_generator or function.is_async_generator or function.is_coroutine
            )
            return lazy and any(self._names_session(item) or self._leads(item) for item in call.args)
        if isinstance(callee, MemberExpr) and isinstance(callee.expr, NameExpr) and callee.expr.name in self._sessions:
            return False
        return any(self._leads(argument) for argument in call.args if not self._names_session(argument))

    def _names_session(self, argument: Expression) -> bool:
        return isinstance(argument, NameExpr) and (argument.name in self._sessions or argument.name in self._suspects)


def _method_called(value: Expression) -> str:
    """The name of the method that an expression calls; empty for every other expression."""
    callee = value.callee if isinstance(value, CallExpr) else None
    return callee.name if isinstance(callee, MemberExpr) else ""
