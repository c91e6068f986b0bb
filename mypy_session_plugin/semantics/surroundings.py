"""What a module says that changes what its sessions do: AUTOCOMMIT engines, listeners, scopes of dependencies."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    DictExpr,
    Expression,
    IntExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    StrExpr,
)

from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.class_syntax import last_name
from mypy_session_plugin.mypy_compat.units import source_of
from mypy_session_plugin.semantics.dependencies import ended_early

AUTOCOMMIT = "autocommit"
ISOLATION_LEVEL = "isolation_level"
LISTENING = frozenset({"listen", "listens_for", "reconstructor"})


class Surroundings:
    """Answers for one module; each question reads it once, and only if it is asked."""

    def __init__(self, tree: MypyFile) -> None:
        self._tree = tree

    def _may_name(self, words: Iterable[str]) -> bool:
        """Whether one of these words stands in the source, in capitals or not: else no node need be looked at."""
        return not self._source or any(word in self._source for word in words)

    @cached_property
    def _source(self) -> str:
        return source_of(self._tree).lower()

    @cached_property
    def may_autocommit(self) -> bool:
        """Whether the module names AUTOCOMMIT, or an isolation level that is not told: each statement is a commit."""
        return self._may_name((AUTOCOMMIT, ISOLATION_LEVEL)) and any(
            (isinstance(node, StrExpr) and AUTOCOMMIT in node.value.lower())
            or (isinstance(node, CallExpr) and _names_level(node))
            or (isinstance(node, DictExpr) and any(_is_level(key, value) for key, value in node.items))
            for node in descendants(self._tree, into_functions=True)
        )

    @cached_property
    def serves_one_by_one(self) -> bool:
        """Whether the module runs its server in one thread: `app.run(threaded=False)`."""
        return any(
            name == "threaded" and isinstance(value, NameExpr) and value.name == "False"
            for node in descendants(self._tree, into_functions=True)
            if isinstance(node, CallExpr)
            for name, value in zip(node.arg_names, node.args, strict=True)
        )

    @cached_property
    def pools_of_one(self) -> frozenset[str]:
        """The names of variables and attributes to which the module assigns an executor or pool of one worker."""
        if not self._may_name(("pool",)):
            return frozenset()
        return frozenset(
            last_name(target)
            for node in descendants(self._tree, into_functions=True)
            if isinstance(node, AssignmentStmt) and _makes_pool_of_one(node.rvalue)
            for target in node.lvalues
        )

    @cached_property
    def has_listeners(self) -> bool:
        """Whether the module listens to events, whatever they are of."""
        return self._may_name(LISTENING) and any(
            isinstance(node, (NameExpr, MemberExpr)) and node.name in LISTENING
            for node in descendants(self._tree, into_functions=True)
        )

    @cached_property
    def hears_constructors(self) -> bool:
        """Whether the module may listen to the construction of instances, which it may add to a session."""
        return self._may_name(LISTENING) and any(
            isinstance(node, CallExpr) and last_name(node.callee) in LISTENING and _is_of_constructors(node)
            for node in descendants(self._tree, into_functions=True)
        )

    def ends_early(self, unit: Node, parameter: str) -> bool:
        """Whether the dependency that gives a function its parameter ends before the response is sent."""
        return parameter in self._ended_early.get(unit.line, ())

    @cached_property
    def _ended_early(self) -> dict[int, frozenset[str]]:
        return ended_early(self._tree.path)


def _makes_pool_of_one(made: Expression) -> bool:
    return (
        isinstance(made, CallExpr)
        and "pool" in last_name(made.callee).lower()
        and any(isinstance(given, IntExpr) and given.value == 1 for given in made.args)
    )


def _is_of_constructors(listening: CallExpr) -> bool:
    """Whether a listener is told of constructors, or of what is not said."""
    event = listening.args[1] if len(listening.args) > 1 else None
    return not isinstance(event, StrExpr) or event.value == "init"


def _names_level(call: CallExpr) -> bool:
    named = zip(call.arg_names, call.args, strict=True)
    return any(
        name == AUTOCOMMIT or (name == ISOLATION_LEVEL and not isinstance(value, StrExpr)) for name, value in named
    )


def _is_level(key: Expression | None, value: Expression) -> bool:
    return isinstance(key, StrExpr) and key.value == ISOLATION_LEVEL and not isinstance(value, StrExpr)
