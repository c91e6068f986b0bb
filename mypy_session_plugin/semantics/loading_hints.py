"""Whether a unit may read what cannot be loaded there: by the syntax, and the names, alone, before any analysis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

from mypy.nodes import (
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    Decorator,
    Expression,
    ForStmt,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    RefExpr,
    TypeInfo,
    Var,
    WhileStmt,
    WithStmt,
)
from mypy.types import CallableType, get_proper_type

from mypy_session_plugin.facts.loading import AfterFlush, Strategy
from mypy_session_plugin.flow.syntax import written_targets
from mypy_session_plugin.mypy_compat.class_bodies import RELATIONSHIPS
from mypy_session_plugin.mypy_compat.loading_bodies import ATTRIBUTES
from mypy_session_plugin.mypy_compat.model_bodies import MAKING, VALIDATE
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics.relationships import kept, target_of

#: Calls after which an instance may be in no session.
_ENDING = frozenset(
    {"aclose", "close", "expunge", "expunge_all", "invalidate", "make_transient_to_detached", "remove", "reset"}
)
#: Calls after which all attributes may be gone, whatever the session is like; columns of their own are told of.
_EXPIRING = frozenset({"begin", "begin_nested", "expire", "expire_all", "rollback"})
#: The call after which they are gone where the session is known to expire them.
_COMMITTING = frozenset({"commit"})
#: Options of a statement after which plain attributes are not loaded, or raise where they are read.
_LEAVING_OUT = frozenset({"defer", "load_only", "noload", "raiseload"})
#: What closes the session that it is given.
_CLOSING = frozenset(f"contextlib.{name}" for name in ("AsyncExitStack", "ExitStack", "aclosing", "closing"))


def is_read_apart(info: TypeInfo, name: str) -> bool:
    """Whether an attribute of a class may certainly need SQL of its own, though its instance is loaded.

    That is a collection, a deferred column, and one that a flush may expire.
    """
    return any(_is_read_apart(base, name) for base in info.mro)


def is_reference(info: TypeInfo, name: str) -> bool:
    """Whether an attribute of a class is a relationship to one, which the session may have without SQL."""
    return any(name in kept(base).get(RELATIONSHIPS, {}) for base in info.mro)


def _is_read_apart(info: TypeInfo, name: str) -> bool:
    said = kept(info).get(ATTRIBUTES, {}).get(name, {})
    if not isinstance(said, dict):
        return False
    strategy = said.get("strategy", "")
    if name in kept(info).get(RELATIONSHIPS, {}):
        return strategy != Strategy.EAGER.value and target_of(info, name)[1]
    deferred = strategy not in ("", Strategy.EAGER.value) or "of" in said
    return deferred or AfterFlush.EXPIRED.value in (said.get("inserted"), said.get("updated"))


def is_to_raise(info: TypeInfo, name: str) -> bool:
    """Whether an attribute of a class is mapped to raise where it is read and not loaded."""
    said = (kept(base).get(ATTRIBUTES, {}).get(name) for base in info.mro)
    return any(isinstance(item, dict) and str(item.get("strategy", "")).startswith("raise") for item in said)


class LoadingHints:
    """Reads one unit of a module; the packages are those where sessions and what belongs to them are defined."""

    def __init__(self, nodes: Sequence[Node], module: str, session_packages: Container[str]) -> None:
        self._by_kind: dict[type[Node], list[Any]] = defaultdict(list)
        for node in nodes:
            self._by_kind[type(node)].append(node)
        self._module = module
        self._session_packages = session_packages

    @cached_property
    def is_async(self) -> bool:
        """Whether the unit waits for anything."""
        return bool(self._by_kind[AwaitExpr])

    @cached_property
    def leaves_out(self) -> bool:
        """Whether a statement of the unit leaves out what it could load."""
        return any(node.name in _LEAVING_OUT for node in chain(self._by_kind[NameExpr], self._by_kind[MemberExpr]))

    @cached_property
    def reads_after_end(self) -> bool:
        """Whether an attribute is read where a session may have ended."""
        return self._any_after(self._reads, self.ends)

    @cached_property
    def calls_after_end(self) -> bool:
        """Whether anything is called where a session may have ended."""
        return self._any_after(self._called, self.ends)

    def reads_after_expiry(self, by_commit: bool) -> bool:
        """Whether an attribute is read where all may have been thrown away; `by_commit`: a commit does that too."""
        return self._any_after(self._reads, self._expiries(by_commit))

    def expires(self, by_commit: bool) -> bool:
        """Whether all attributes may have been thrown away somewhere."""
        return bool(self._expiries(by_commit))

    def calls_after_expiry(self, by_commit: bool) -> bool:
        """Whether anything is called where all attributes may have been thrown away."""
        return self._any_after(self._called, self._expiries(by_commit))

    def _expiries(self, by_commit: bool) -> list[int]:
        return [*self._calls(_EXPIRING | _COMMITTING if by_commit else _EXPIRING)]

    def _calls(self, names: frozenset[str]) -> Iterator[int]:
        for call in self._by_kind[CallExpr]:
            if isinstance(call.callee, (MemberExpr, NameExpr)) and call.callee.name in names:
                yield call.line

    @cached_property
    def ends(self) -> list[int]:
        """The lines behind which a session may have ended."""
        blocks = self._by_kind[WithStmt]
        ends = [block.end_line or block.line for block in blocks if any(map(self._may_end, block.expr))]
        return [*ends, *self._calls(_ENDING)]

    def _may_end(self, manager: Expression) -> bool:
        """Whether the end of a block may be known to be that of a session: the code of other modules tells nothing."""
        callee = manager.callee if isinstance(manager, CallExpr) else manager
        node = callee.node if isinstance(callee, RefExpr) else None
        if node is None or node.fullname.startswith(f"{self._module}.") or node.fullname in _CLOSING:
            return True
        if isinstance(node, TypeInfo):
            return self._is_of_library(node)
        declared = node.var.type if isinstance(node, Decorator) else getattr(node, "type", None)
        if declared is None or isinstance(node, Var):
            return declared is None or self._may_manage(info_of(declared))
        items = get_proper_type(declared)
        return isinstance(items, CallableType) and self._may_manage(info_of(items.ret_type))

    def _may_manage(self, info: TypeInfo | None) -> bool:
        """Whether an object of a class may be a session, or close one that is in view."""
        return info is not None and (info.module_name == self._module or self._is_of_library(info))

    def _is_of_library(self, info: TypeInfo) -> bool:
        """Whether a class, or a base of it, is one of a library that has sessions."""
        return any(base.module_name.partition(".")[0] in self._session_packages for base in info.mro)

    def _any_after(self, looked_at: Sequence[int], lines: Sequence[int]) -> bool:
        if not lines:
            return False
        first = min(lines)
        return any(line > first or self._in_one_loop(line, lines) for line in looked_at)

    def _in_one_loop(self, read: int, lines: Sequence[int]) -> bool:
        return any(
            loop.line <= read <= (loop.end_line or 0)
            and any(loop.line <= line <= (loop.end_line or 0) for line in lines)
            for loop in chain(self._by_kind[ForStmt], self._by_kind[WhileStmt])
        )

    @property
    def _called(self) -> list[int]:
        return [call.line for call in self._by_kind[CallExpr]]

    @cached_property
    def _reads(self) -> list[int]:
        """The lines on which attributes of objects are read that are not called, but by a model."""
        others = {id(call.callee) for call in self._by_kind[CallExpr] if not _validates(call)}
        writing = chain(self._by_kind[AssignmentStmt], self._by_kind[OperatorAssignmentStmt])
        others |= {id(target) for statement in writing for target in written_targets(statement)}
        return [node.line for node in self._by_kind[MemberExpr] if id(node) not in others and not _is_of_class(node)]


def _validates(call: CallExpr) -> bool:
    """Whether a call may make a model of an instance, whose attributes it reads."""
    return isinstance(call.callee, MemberExpr) and call.callee.name in MAKING


def _is_of_class(node: MemberExpr) -> bool:
    """Whether it is an attribute of a class or a module: `User.name`; not if it makes a model of an instance."""
    is_of_class = isinstance(node.expr, RefExpr) and isinstance(node.expr.node, (TypeInfo, MypyFile))
    return is_of_class and node.name != VALIDATE
