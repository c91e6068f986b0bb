"""Where the unknown may come from in a random program: what the page on states lists, found in the program's source.

Behind such a line, and in all of a loop that has one, the analysis may say `Unknown`; nowhere else.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.random_lines import ADDRESSES, INSTANCES, NOTES

PAGE = Path(__file__).parent.parent / "docs" / "states.md"

_GIVEN = "of a parameter, an attribute or a global variable"
_SHARED = "of a variable that a nested function assigns"
_FOLLOWED = "that is [not followed](#functions)"
_REFUSED = "of an instance that a call refuses"
#: What stands in a line behind which the unknown is possible, and how the page says so.
_LINES = (
    (r"\bfor \w+ in |\bwhile ", "that another turn of a loop has worked on"),
    (r"\.(user|author)\b|\.(addresses|notes)\b(?!\.|\s=)", "of what comes out of a [relationship](#relationships)"),
    (r"\.addresses(\.(remove|clear)\b| = )|\.user = ", "that was taken out of a `delete-orphan` collection"),
    (r"\.(expunge|expunge_all)\(|make_transient\(", "that was taken out of a session which has inserted or deleted"),
    (r"\.execute\(delete\(", "that is given a `delete()`"),
    (r"\byield\b", "that was given out by a `yield`"),
    (r"\b(self|store)\.kept\b", "an attribute or a global variable"),
    # Ways that the runs may not go.
    (r"except |finally:|\bis None:", _REFUSED),
)
#: What the page must say.
PHRASES = frozenset({_GIVEN, _SHARED, _FOLLOWED, _REFUSED, *(phrase for _pattern, phrase in _LINES)})
#: So deep a function of the module is followed.
_FOLLOWED_DEEP = 2
_CALL = re.compile(r"\b((?:helper|inner|work)\w*)\(")


@dataclass(slots=True)
class _Function:
    """A function of the program.

    `given` are the instances that it is given, `shared` the variables that nested functions assign, `sources` the lines
    behind which the unknown is possible, each with the reason.
    """

    lines: range
    given: frozenset[str]
    shared: frozenset[str]
    sources: dict[int, str] = field(default_factory=dict)


class Sources:
    """The lines of one program behind which the unknown is possible; `refused` are those that raised something."""

    def __init__(self, source: str, refused: Collection[int]) -> None:
        self._lines = source.splitlines()
        self._tree = ast.parse(source)
        self._functions: dict[str, _Function] = {}
        self._owners: dict[int, _Function] = {}
        for node in _functions(self._tree):
            function = self._functions[node.name] = _Function(_lines_of(node), _given(node), _shared(node))
            self._owners |= dict.fromkeys(function.lines, function)
        for number, function in self._owners.items():
            reason = _REFUSED if number in refused else self._reason(number, function)
            if reason is not None:
                function.sources[number] = reason
        for number, function in self._owners.items():
            if any(self._has_source(called, 1) for called in self._called(number)):
                function.sources.setdefault(number, _FOLLOWED)

    def reasons(self, line: int) -> frozenset[str]:
        """Why an answer at this line may be unknown, as the page says it; nothing where it may not."""
        function = self._owners[line]
        loops = [_lines_of(node) for node in ast.walk(self._tree) if isinstance(node, ast.For | ast.While)]
        around = [loop for loop in loops if line in loop]
        return frozenset(
            reason
            for number, reason in function.sources.items()
            if number <= line or any(number in loop for loop in around)
        )

    def _reason(self, number: int, function: _Function) -> str | None:
        line = self._lines[number - 1]
        if number == function.lines.start:
            return None
        names = set(re.findall(r"(?<![.\"\w])\w+(?![\"\w=])", line))
        if not names.isdisjoint(function.given):
            return _GIVEN
        if not names.isdisjoint(function.shared):
            return _SHARED
        return next((phrase for pattern, phrase in _LINES if re.search(pattern, line)), None)

    def _called(self, number: int) -> Iterator[_Function]:
        for name in _CALL.findall(self._lines[number - 1]):
            function = self._functions[name]
            if number != function.lines.start:
                yield function

    def _has_source(self, function: _Function, depth: int) -> bool:
        """Whether a call may leave something unknown: what is a parameter there is known here."""
        if depth > _FOLLOWED_DEEP:
            return True
        own = any(reason not in (_GIVEN, _FOLLOWED) for reason in function.sources.values())
        return own or any(
            self._has_source(called, depth + 1)
            for number in function.lines
            if self._owners[number] is function
            for called in self._called(number)
        )


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """All functions; those nested in another one after it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield node
        yield from _functions(node)


def _lines_of(node: ast.FunctionDef | ast.For | ast.While) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _given(function: ast.FunctionDef) -> frozenset[str]:
    """The instances that a function is given: its parameters, and those that it shares with the function around it."""
    if function.name.startswith("program"):
        return frozenset()
    named = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    own = {node.id for node in named if isinstance(node.ctx, ast.Store)}
    outer = {node.id for node in named} - own | set(_assigned_around(function))
    parameters = {parameter.arg for parameter in function.args.args}
    return frozenset((outer | parameters) & {*INSTANCES, *ADDRESSES, *NOTES})


def _shared(function: ast.FunctionDef) -> frozenset[str]:
    """The variables of a function that those nested in it assign."""
    nested = [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef) and node is not function]
    return frozenset(name for node in nested for name in _assigned_around(node))


def _assigned_around(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Nonlocal):
            yield from node.names
