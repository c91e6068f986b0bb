"""What the plugin cannot see in a project: sessions whose type is Any, and functions that mypy does not check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Expression,
    FuncDef,
    FuncItem,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    Var,
)
from mypy.types import Type

from mypy_session_plugin.flow.names import module_attribute
from mypy_session_plugin.flow.syntax import children
from mypy_session_plugin.mypy_compat.builds import Built
from mypy_session_plugin.mypy_compat.types import info_of, is_any
from mypy_session_plugin.semantics.library import Library

#: The classes whose instances are sessions.
SESSIONS = frozenset(
    {
        "sqlalchemy.orm.session.Session",
        "sqlalchemy.orm.scoping.scoped_session",
        "sqlalchemy.ext.asyncio.session.AsyncSession",
        "sqlalchemy.ext.asyncio.scoping.async_scoped_session",
    }
)
#: What other sessions (`requests`, `aiohttp`) have as well: methods that tell nothing by themselves.
COMMON = frozenset({"begin", "close", "connection", "delete", "get"})
_SESSION = re.compile(r"session", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    path: str
    line: int

    def __str__(self) -> str:
        """As mypy would print it."""
        return f"{self.path}:{self.line}"


@dataclass(slots=True)
class AnySession:
    """An expression that by its name is a session, and of type Any: how the source calls it, and each call.

    `full_name` is the dotted name of something global, which the option `session_expressions` takes; else empty.  What
    is given to a variable counts with it.  `is_parameter`: it is one without annotation of the function that uses it.
    `is_told`: one of the calls is of what SQLAlchemy's sessions alone have.
    """

    text: str
    full_name: str
    is_parameter: bool = False
    calls: list[Place] = field(default_factory=list)
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A function that mypy does not check, and the number of calls in it that by their names are of a session."""

    name: str
    place: Place
    calls: int


@dataclass(slots=True)
class Coverage:
    """How much of a project the plugin sees: calls of sessions, and functions; what is ignored counts in nothing."""

    files: int = 0
    ignored: int = 0
    functions: int = 0
    seen_calls: int = 0
    any_sessions: list[AnySession] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)

    @property
    def unseen_calls(self) -> int:
        """The calls of sessions of type Any."""
        return sum(len(session.calls) for session in self.any_sessions)


def coverage(built: Built, known: frozenset[str]) -> Coverage:
    """How much the plugin sees of the modules that were built; `known` are the configured session expressions."""
    found = Coverage()
    sessions: dict[str, AnySession] = {}
    for module in built.modules.values():
        if module in built.ignored:
            found.ignored += 1
            continue
        tree = built.trees[module]
        found.files += 1
        given: dict[Node | None, str] = {}
        for node, function in _nodes(tree):
            if isinstance(node, FuncDef):
                found.functions += 1
                if _is_unchecked(node, built.checks_untyped[module]):
                    place = Place(tree.path, node.line)
                    found.unchecked.append(Unchecked(node.name, place, sum(1 for _ in _session_calls(node))))
            elif isinstance(node, AssignmentStmt):
                _note_assignment(node, given)
            elif isinstance(node, CallExpr) and not _is_unchecked(function, built.checks_untyped[module]):
                found.seen_calls += _note_call(node, tree, built.types, given, sessions)
    told = [session for session in sessions.values() if session.is_told]
    found.seen_calls += sum(len(session.calls) for session in told if session.full_name in known)
    found.any_sessions += [session for session in told if session.full_name not in known]
    return found


def _note_call(
    call: CallExpr,
    tree: MypyFile,
    types: Mapping[Expression, Type],
    given: Mapping[Node | None, str],
    sessions: dict[str, AnySession],
) -> bool:
    """Whether this is a call of a session that is seen; one of a session of type Any is noted.

    `given` are the variables that have been given something global, with its name.
    """
    if not isinstance(call.callee, MemberExpr) or call.callee.name not in _methods():
        return False
    receiver = call.callee.expr
    type_ = types.get(receiver)
    if type_ is None:
        return False
    if not is_any(type_):
        info = info_of(type_)
        return info is not None and any(base.fullname in SESSIONS for base in info.mro)
    text = _text(receiver)
    variable = receiver.node if isinstance(receiver, NameExpr) else None
    full_name = given.get(variable) or _full_name(receiver)
    if _is_called_session(text) or _is_called_session(full_name):
        is_parameter = isinstance(variable, Var) and variable.is_argument
        key = full_name or f"{text} in {tree.path}{is_parameter}"
        session = sessions.setdefault(key, AnySession(text, full_name, is_parameter))
        session.calls.append(Place(tree.path, call.line))
        session.is_told |= call.callee.name not in COMMON
    return False


def _note_assignment(statement: AssignmentStmt, given: dict[Node | None, str]) -> None:
    """Note a variable that is given a global session; one that is given something else as well is none."""
    for target in statement.lvalues:
        if isinstance(target, NameExpr) and isinstance(target.node, Var):
            name = _full_name(statement.rvalue)
            is_first = target.node not in given
            given[target.node] = name if _is_called_session(name) and is_first else ""


def _is_called_session(text: str) -> bool:
    return _SESSION.search(text.rpartition(".")[2]) is not None


@cache
def _methods() -> frozenset[str]:
    """The methods of sessions."""
    library = Library(())
    stubs = [library.class_stub(name) for name in SESSIONS]
    return frozenset(name for stub in stubs if stub is not None for name in stub.methods)


def _session_calls(function: FuncDef) -> Iterator[CallExpr]:
    """The calls in a function that by their names are of a session."""
    for node, inner in _nodes(function):
        if inner is not function or not isinstance(node, CallExpr) or not isinstance(node.callee, MemberExpr):
            continue
        if _is_called_session(_text(node.callee.expr)) and node.callee.name in _methods():
            yield node


def _nodes(root: MypyFile | FuncDef) -> Iterator[tuple[Node, FuncItem | None]]:
    """All nodes below a root, each with the innermost function around it."""
    pending: list[tuple[Node, FuncItem | None]] = [(root, None)]
    while pending:
        node, function = pending.pop()
        if node is not root:
            yield node, function
        inner = node if isinstance(node, FuncDef) else function
        pending.extend((child, inner) for child in reversed(children(node)))


def _is_unchecked(function: FuncItem | None, checks_untyped: bool) -> bool:
    return isinstance(function, FuncDef) and function.is_dynamic() and not checks_untyped


def _text(expression: Expression) -> str:
    match expression:
        case NameExpr():
            return expression.name
        case MemberExpr():
            outer = _text(expression.expr)
            return f"{outer}.{expression.name}" if outer else ""
        case CallExpr():
            inner = _text(expression.callee)
            return f"{inner}()" if inner else ""
        case _:
            return ""


def _full_name(expression: Expression) -> str:
    """The dotted name of something global, with parentheses behind what is called."""
    match expression:
        case NameExpr() if "." in (expression.fullname or ""):
            return expression.fullname or ""
        case MemberExpr():
            outer = module_attribute(expression)
            if outer is not None:
                return outer
            outer = _full_name(expression.expr)
            return f"{outer}.{expression.name}" if outer else ""
        case CallExpr():
            inner = _full_name(expression.callee)
            return f"{inner}()" if inner and not inner.endswith(")") else ""
        case _:
            return ""
