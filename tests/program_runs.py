"""Runs a random program for real: the states that it meets, and what happens at the lines that mypy reports on."""

from __future__ import annotations

import ast
import re
import sys
import traceback
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from types import FrameType
from typing import Any
from unittest.mock import patch

from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session

from tests.random_checks import MARK
from tests.random_lines import FLAGS
from tests.session_models import PROGRAM, fresh_engine, run_program, state_of

#: A loop that asks its session more often than this whether it is in a transaction has no end.
MAXIMUM_TURNS = 20


class _Endless(BaseException):
    """A program did not end."""


#: What a program raises of its own will.
LEFT = "1"
#: What the instrumentation calls its variable in a function of the module.
_AS_ASSUMED = "_as_assumed"


@dataclass(slots=True)
class Happened:
    """What one passage over a line did: the exception raised, and of each `merge()` whether it returned its argument.

    `after` are the watched lines, and those of handlers, that ran before; `left`: what the line begins was left before
    its end.
    """

    after: frozenset[int]
    left: bool = False
    raised: BaseException | None = None
    merged: list[bool] = field(default_factory=list)


@dataclass(slots=True)
class Runs:
    """All that was met under all values of the flags, by line.

    `refused`: the lines at which SQLAlchemy, or Python, has raised something, and those that called them.  `locked`: a
    session waited in vain for another one's lock on the database, which no code in view shows.
    """

    states: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    locked: bool = False
    refused: set[int] = field(default_factory=set)
    passages: dict[int, list[Happened]] = field(default_factory=lambda: defaultdict(list))


def run(source: str, watched: Iterable[int] = ()) -> Runs:
    """Run a program under all values of those flags that it names; the `watched` lines are told about."""
    runs = Runs()
    tree = _Instrument(frozenset(watched)).visit(ast.parse(source))
    names = run_program(tree, lambda instance: _record(runs, instance))
    watcher = _Watcher(runs)
    names["_watcher"] = watcher
    used = [flag for flag in FLAGS if re.search(rf"\b{flag}\b(?!: bool)", source)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for values in product((False, True), repeat=len(used)):
            watcher.ran.clear()
            given = dict.fromkeys(FLAGS, False) | dict(zip(used, values, strict=True))
            _run(names[f"program{MARK}"], given, runs)
    return runs


def _run(program: Callable[..., None], flags: dict[str, bool], runs: Runs) -> None:
    left, asked = [MAXIMUM_TURNS], Session.in_transaction

    def in_transaction(session: Session) -> bool:
        left[0] -= sys._getframe(1).f_code.co_filename == PROGRAM
        if left[0] < 0:
            raise _Endless
        return asked(session)

    def note_lock(context: ExceptionContext) -> None:
        runs.locked |= "locked" in str(context.original_exception)

    with fresh_engine() as engine, patch.object(Session, "in_transaction", in_transaction):
        event.listen(engine, "handle_error", note_lock)
        try:
            program(engine, **flags)
        except (Exception, _Endless) as error:
            _note_refusal(runs, error)
        finally:
            event.remove(engine, "handle_error", note_lock)


def _note_refusal(runs: Runs, error: BaseException) -> None:
    if str(error) != LEFT:
        frames = traceback.walk_tb(error.__traceback__)
        runs.refused |= {line for frame, line in frames if frame.f_code.co_filename == PROGRAM}


def _record(runs: Runs, instance: object) -> Any:
    frame = sys._getframe(2)
    if frame.f_locals.get(_AS_ASSUMED, True):
        runs.states[frame.f_lineno].add("none" if instance is None else state_of(instance))
    return instance


def _is_as_assumed(parameters: dict[str, Any]) -> bool:
    """Whether a function is given what the analysis assumes of parameters: a session without marked instances."""
    sessions = [getattr(value, "session", value) for value in parameters.values()]
    return not any(isinstance(session, Session) and session.deleted for session in sessions)


@dataclass(slots=True)
class _Watcher:
    """What the instrumented program calls."""

    runs: Runs
    ran: set[int] = field(default_factory=set)

    as_assumed = staticmethod(_is_as_assumed)

    def entered(self, line: int) -> None:
        """A handler is entered."""
        self.ran.add(line)
        error = sys.exception()
        assert error is not None
        _note_refusal(self.runs, error)

    @contextmanager
    def passage(self, line: int) -> Iterator[Happened]:
        """A watched statement runs."""
        passage = Happened(frozenset(self.ran))
        self.ran.add(line)
        if _calling_frame().f_locals.get(_AS_ASSUMED, True):
            self.runs.passages[line].append(passage)
        try:
            yield passage
        except BaseException as error:
            passage.raised = error
            raise

    def merge(self, line: int, merge: Callable[..., Any], *given: Any, **options: Any) -> Any:
        """A watched call of `merge()`."""
        result = merge(*given, **options)
        if self.runs.passages[line]:
            self.runs.passages[line][-1].merged.append(result is (given[0] if given else options["instance"]))
        return result

    @contextmanager
    def block(self, line: int, make: Callable[[], Any]) -> Iterator[Any]:
        """The manager of a watched block is made and entered, and left."""
        with ExitStack() as stack:
            with self.passage(line) as passage:
                entered = stack.enter_context(make())
            passage.left = True
            try:
                with stack.pop_all():
                    yield entered
                    passage.left = False
            except BaseException as error:
                passage.raised = None if passage.left else error
                raise

    def loop(self, line: int, make: Callable[[], Any]) -> Iterator[Any]:
        """A watched loop: what it goes through is made, and gives its elements."""
        with self.passage(line) as passage:
            iterator = iter(make())
            element = next(iterator, self)
        while element is not self:
            passage.left = True
            yield element
            passage.left = False
            try:
                element = next(iterator, self)
            except BaseException as error:
                passage.raised = error
                raise


def _calling_frame() -> FrameType:
    """The frame of the program that is running."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (frame.f_code.co_filename != PROGRAM or frame.f_code.co_name == "<lambda>"):
        frame = frame.f_back
    assert frame is not None
    return frame


class _Instrument(ast.NodeTransformer):
    """Has the statements on watched lines watched, and notes the entry into each handler."""

    def __init__(self, watched: frozenset[int]) -> None:
        self._watched = watched

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        """The entry into a handler is noted."""
        self.generic_visit(node)
        node.body.insert(0, _written(f"_watcher.entered({node.lineno})", node))
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """A function of the module notes whether it is given what is assumed."""
        self.generic_visit(node)
        if node.name.startswith(("helper", "work")):
            node.body.insert(0, _written(f"{_AS_ASSUMED} = _watcher.as_assumed(locals())", node))
        return node

    def visit_With(self, node: ast.With) -> ast.With:
        """The head of a block."""
        self.generic_visit(node)
        if node.lineno in self._watched:
            node.items[0].context_expr = self._made("block", node.items[0].context_expr)
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        """The head of a loop."""
        self.generic_visit(node)
        if node.lineno in self._watched:
            node.iter = self._made("loop", node.iter)
        return node

    def visit(self, node: ast.AST) -> Any:
        """Any node; a simple statement is watched as a whole."""
        if not isinstance(node, ast.Expr | ast.Assign | ast.Return | ast.Assert | ast.Raise):
            return super().visit(node)
        if node.lineno not in self._watched:
            return super().visit(node)
        around = _written(f"with _watcher.passage({node.lineno}): pass", node)
        around.body = [_Merges().visit(node)]
        return around

    def _made(self, method: str, expression: ast.expr) -> ast.expr:
        watched: ast.Call = _written(f"_watcher.{method}({expression.lineno}, lambda: 0)", expression).value
        made = watched.args[1]
        assert isinstance(made, ast.Lambda)
        made.body = expression
        return watched


class _Merges(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.Call:
        """A call of `merge()` tells what it returns."""
        self.generic_visit(node)
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "merge":
            return node
        watched: ast.Call = _written(f"_watcher.merge({node.lineno})", node).value
        watched.args += [node.func, *node.args]
        watched.keywords = node.keywords
        return watched


def _written(text: str, place: ast.AST) -> Any:
    """A statement, at the place of another."""
    (statement,) = ast.parse(text).body
    for node in ast.walk(statement):
        if "lineno" in node._attributes:
            ast.copy_location(node, place)
    return statement
