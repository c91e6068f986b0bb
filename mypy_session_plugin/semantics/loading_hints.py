"""Whether a unit may read what cannot be loaded there: by the syntax, and the names, alone, before any analysis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from mypy.nodes import (
    AwaitExpr,
    CallExpr,
    ForStmt,
    MemberExpr,
    NameExpr,
    Node,
    SymbolTableNode,
    TypeInfo,
    WhileStmt,
    WithStmt,
)

from mypy_session_plugin.flow.syntax import written_targets
from mypy_session_plugin.mypy_compat.loading_bodies import ATTRIBUTES
from mypy_session_plugin.semantics.mapped import is_mapped_attribute
from mypy_session_plugin.semantics.relationships import kept

#: Calls after which an instance may be in no session.
_ENDING = frozenset(
    {"aclose", "close", "expunge", "expunge_all", "invalidate", "make_transient_to_detached", "remove", "reset"}
)
#: Calls after which attributes may be gone.
_EXPIRING = frozenset({"begin", "begin_nested", "commit", "expire", "expire_all", "flush", "refresh", "rollback"})
_RAISING = "raiseload"


def is_mapped_in(symbol: SymbolTableNode | None, name: str) -> bool:
    """Whether a symbol is a class with this mapped attribute."""
    return symbol is not None and isinstance(symbol.node, TypeInfo) and is_mapped_attribute(symbol.node, name)


def is_told_of(symbol: SymbolTableNode | None, name: str) -> bool:
    """Whether an attribute of a class is a relationship, or another one that may not come with its row."""
    return any(name in told.get(part, {}) for told in _told(symbol) for part in ("relationships", ATTRIBUTES))


def is_to_raise(symbol: SymbolTableNode | None, name: str) -> bool:
    """Whether an attribute of a class is mapped to raise where it is read and not loaded."""
    said = (told.get(ATTRIBUTES, {}).get(name) for told in _told(symbol))
    return any(isinstance(item, dict) and str(item.get("strategy", "")).startswith("raise") for item in said)


def _told(symbol: SymbolTableNode | None) -> Iterator[dict[str, dict[str, object]]]:
    """What mypy keeps, with a class and its bases, of their attributes that are not plain columns."""
    info = symbol.node if symbol is not None else None
    return map(kept, info.mro if isinstance(info, TypeInfo) else ())


class LoadingHints:
    """Reads one unit."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes

    @cached_property
    def is_async(self) -> bool:
        """Whether the unit waits for anything."""
        return any(isinstance(node, AwaitExpr) for node in self._nodes)

    @cached_property
    def names_raising(self) -> bool:
        """Whether a statement of the unit says that reads are to raise."""
        return any(isinstance(node, (NameExpr, MemberExpr)) and node.name == _RAISING for node in self._nodes)

    @cached_property
    def reads_after_end(self) -> bool:
        """Whether an attribute is read where a session may have ended."""
        return self._any_after(self._reads, self._ends)

    @cached_property
    def calls_after_end(self) -> bool:
        """Whether anything is called where a session may have ended."""
        calls = [node.line for node in self._nodes if isinstance(node, CallExpr)]
        return self._any_after(calls, self._ends)

    @cached_property
    def reads_after_expiry(self) -> bool:
        """Whether an attribute is read where all may have been thrown away."""
        return self._any_after(self._reads, [*self._calls(_EXPIRING)])

    @cached_property
    def expires(self) -> bool:
        """Whether attributes may be thrown away."""
        return any(self._calls(_EXPIRING))

    def _calls(self, names: frozenset[str]) -> Iterator[int]:
        for node in self._nodes:
            callee = node.callee if isinstance(node, CallExpr) else None
            if isinstance(callee, (MemberExpr, NameExpr)) and callee.name in names:
                yield node.line

    @cached_property
    def _ends(self) -> list[int]:
        """The lines behind which a session may have ended."""
        blocks = [node.end_line or node.line for node in self._nodes if isinstance(node, WithStmt)]
        return [*blocks, *self._calls(_ENDING)]

    def _any_after(self, looked_at: Sequence[int], lines: Sequence[int]) -> bool:
        if not lines:
            return False
        first = min(lines)
        return any(line > first or self._in_one_loop(line, lines) for line in looked_at)

    def _in_one_loop(self, read: int, lines: Sequence[int]) -> bool:
        return any(
            loop.line <= read <= (loop.end_line or 0)
            and any(loop.line <= line <= (loop.end_line or 0) for line in lines)
            for loop in self._nodes
            if isinstance(loop, (ForStmt, WhileStmt))
        )

    @cached_property
    def _reads(self) -> list[int]:
        """The lines on which attributes are read that are not called."""
        others = {id(node.callee) for node in self._nodes if isinstance(node, CallExpr)}
        others |= {id(target) for node in self._nodes for target in written_targets(node)}
        return [node.line for node in self._nodes if isinstance(node, MemberExpr) and id(node) not in others]
