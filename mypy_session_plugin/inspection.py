"""The states in a file, line by line: what an editor shows, and the command `states`.

for record in states_of("app.py").records:
    print(record.function, record.place, record.range.line, record.standings)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from mypy_session_plugin.recorder import Range as Range
from mypy_session_plugin.recorder import Record as Record
from mypy_session_plugin.recorder import Recorder, recording
from mypy_session_plugin.recorder import Standing as Standing

MODULE = "<module>"
UNKNOWN = "unknown"
#: What a session whose life is not followed is called, and every way in which one stands.
NOT_FOLLOWED = "session"
#: Stands before what is so only if a line with a report did not raise.
ASSUMED = "assumed:"
SESSION_STATES = frozenset({NOT_FOLLOWED, "open", "closed"})
_REPORT = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<severity>error|note): (?P<text>.*)")


class InspectionError(Exception):
    """There is nothing to show: `lines` say why."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Report:
    """What mypy, or a plugin of it, says of a line: `severity` is "error" or "note"."""

    line: int
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a file by its qualified name (`Repository.save`), or the top level of the file.

    `first_line` is that of its decorators.  Without annotations mypy does not check it: then `is_checked` is False.
    """

    name: str
    line: int
    first_line: int
    last_line: int
    is_checked: bool
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a file: its functions with their records, and what mypy reports."""

    path: Path
    source: str
    functions: tuple[Function, ...]
    reports: tuple[Report, ...]

    @property
    def records(self) -> Iterator[Record]:
        """All records, function by function."""
        for function in self.functions:
            yield from function.records

    def at(self, line: int, column: int) -> Record | None:
        """The record of the innermost expression at a position: what an editor shows there."""
        found = [record for record in self.records if not record.is_after and _holds(record.range, line, column)]
        return min(found, key=lambda record: _size(record.range), default=None)


def states_of(
    path: str | Path,
    source: str | None = None,
    config_file: str | None = None,
    python_executable: str | None = None,
    lanes: bool = True,
) -> Inspection:
    """The states of all places in a file, as mypy with the user's own configuration sees them from here.

    Args:
        path: The file.
        source: Its text, where that is not what is stored there: the buffer of an editor.
        config_file: The configuration; by default the one that mypy finds.
        python_executable: The interpreter in whose environment mypy looks for libraries; by default as configured.
        lanes: Whether to tell of each place after each statement; else of expressions alone, in half of the time.

    Raises:
        InspectionError: there is no mypy, or no such file, or mypy cannot check it.
    """
    path = Path(path)
    text = text_of(path) if source is None else source
    try:
        from mypy_session_plugin.hooks import session_plugin
        from mypy_session_plugin.mypy_compat.builds import BuildError, plan, run
    except ImportError as error:
        raise InspectionError(missing(error)) from None
    recorder = Recorder(path, text, lanes)
    try:
        with recording(recorder):
            built = run(plan([str(path)], config_file, python_executable), {path.resolve(): text}, session_plugin)
    except BuildError as error:
        raise InspectionError(*error.lines) from None
    module = built.modules[path.resolve()]
    functions = functions_in(text, built.checks_untyped[module])
    by_line: dict[int, list[Record]] = {}
    for record in recorder.records():
        by_line.setdefault(record.function_line, []).append(record)
    return Inspection(path, text, tuple(_with_records(functions, by_line)), tuple(_reports(path, built.messages)))


def summary(standings: Sequence[Standing]) -> str:
    """How a place stands: `pending|persistent in session`, `list[persistent in session]`; of a session `open`.

    `assumed:` stands before what is so only if a line with a report did not raise.
    """
    parts: dict[str, list[Standing]] = {}
    for standing in standings:
        parts.setdefault(standing.container, []).append(standing)
    return " | ".join(f"{kind}[{_stated(ways)}]" if kind else _stated(ways) for kind, ways in sorted(parts.items()))


def reasons(standings: Sequence[Standing]) -> str:
    """What brought a place to where it stands: `added at line 3, committed at line 9`.

    Behind a line that raises: `deleted at line 9, after line 8, which raises`.
    """
    told = {(item.line, item.event) for item in standings if item.event}
    parts = [f"{event} at line {line}" if line else event for line, event in sorted(told)]
    parts += [f"after line {line}, which raises" for line in sorted({item.assumed for item in standings} - {0})]
    return ", ".join(parts)


def is_session(standings: Sequence[Standing]) -> bool:
    """Whether a place holds a session."""
    return any(item.state in SESSION_STATES for item in standings)


def _stated(ways: Sequence[Standing]) -> str:
    """The states of one place; those in one session stand together, with the session behind them."""
    if any(item.state == NOT_FOLLOWED for item in ways):
        ways = [item for item in ways if item.state not in SESSION_STATES or item.state == NOT_FOLLOWED]
    groups: list[str] = []
    for (assumed, session), group in groupby(sorted(ways, key=_is_assumed), _with_what):
        states = dict.fromkeys(f"{item.state} (to be deleted)" if item.marked else item.state for item in group)
        stated = f"{'|'.join(states)} in {session}" if session else "|".join(states)
        groups.append(f"{ASSUMED} {stated}" if assumed else stated)
    return " | ".join(groups)


def _is_assumed(standing: Standing) -> bool:
    return standing.assumed > 0 and standing.state not in {UNKNOWN, NOT_FOLLOWED}


def _with_what(standing: Standing) -> tuple[bool, str]:
    """What states have in common that are told together: nothing is assumed where nothing is known."""
    return _is_assumed(standing), standing.session if standing.state not in SESSION_STATES else ""


def missing(error: ImportError) -> str:
    """What to say where mypy cannot be imported."""
    if (error.name or "").partition(".")[0] == "mypy":
        return 'mypy is not installed here; pip install "mypy-session-plugin[mypy]"'
    return f"mypy cannot be imported: {error}"


def text_of(path: Path) -> str:
    """The text of a source file.

    Raises:
        InspectionError: it cannot be read, or is no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InspectionError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InspectionError(f"{path}: no UTF-8 text") from None


def functions_in(text: str, checks_untyped: bool) -> list[Function]:
    """The functions of a source, nested ones included, in the order of their lines; the top level is the first."""
    top_level = Function(MODULE, 0, 1, max(1, len(text.splitlines())), is_checked=True)
    return [top_level, *_functions_below(ast.parse(text), "", checks_untyped)]


def _functions_below(node: ast.AST, outer: str, checks_untyped: bool) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = f"{outer}{child.name}"
            first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
            is_checked = checks_untyped or _is_annotated(child)
            yield Function(name, child.lineno, first, child.end_lineno or child.lineno, is_checked)
            yield from _functions_below(child, f"{name}.", checks_untyped)
        elif isinstance(child, ast.ClassDef):
            yield from _functions_below(child, f"{outer}{child.name}.", checks_untyped)
        else:
            yield from _functions_below(child, outer, checks_untyped)


def _is_annotated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether mypy takes a function for annotated: its result is, or one of its parameters."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return function.returns is not None or any(item is not None and item.annotation is not None for item in every)


def _with_records(functions: Sequence[Function], by_line: Mapping[int, list[Record]]) -> Iterator[Function]:
    """The functions with their records; those of a lambda belong to the function around it."""
    own = {item.line: list(by_line.get(item.line, ())) if item.is_checked else [] for item in functions}
    for line, records in by_line.items():
        if line not in own:
            around = [item for item in functions if item.is_checked and item.first_line <= line <= item.last_line]
            own[max(around, key=lambda item: item.line).line] += [item for item in records if not item.is_after]
    for function in functions:
        yield replace(function, records=tuple(sorted(own[function.line], key=_order)))


def _order(record: Record) -> tuple[int, int, bool, str]:
    return record.range.line, record.range.column, record.is_after, record.place


def _reports(path: Path, messages: Sequence[str]) -> Iterator[Report]:
    for message in messages:
        match = _REPORT.fullmatch(message)
        if match is not None and Path(match["file"]).resolve() == path.resolve():
            yield Report(int(match["line"]), match["severity"], match["text"])


def _holds(part: Range, line: int, column: int) -> bool:
    return (part.line, part.column) <= (line, column) < (part.end_line, part.end_column)


def _size(part: Range) -> tuple[int, int]:
    return part.end_line - part.line, part.end_column - part.column
