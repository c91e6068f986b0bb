"""`states FILE[:FUNCTION]`: in which state, and in which session, each variable is on each line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from mypy_session_plugin.command_line import states_html, states_text
from mypy_session_plugin.command_line.failures import Failure
from mypy_session_plugin.command_line.mypy_arguments import add_mypy_arguments
from mypy_session_plugin.command_line.sheets import sheets
from mypy_session_plugin.inspection import MODULE, Function, Inspection, InspectionError, states_of

HELP = "show in which state and in which session each variable is, line by line"
DESCRIPTION = """\
Show the source of a file, or of one of its functions, with a lane for each variable that holds an instance or a
session: in which state it is after each line, and in which session. Several states joined by "|" are those of several
ways to the line; "unknown" is what the plugin cannot see. A bar says that nothing has changed since the line above.
Behind a line that raises, as its report says, the plugin goes on as if it did not: "assumed:" stands before that.
mypy runs with the configuration that it finds here, and what it reports stands below the line that it is of. Exit
status: 0 where there is something to show, 1 where there is not, 2 if the file cannot be read or checked.
"""

#: So many functions that are not checked are told by name.
SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "target",
        metavar="FILE[:FUNCTION]",
        help='a Python file; "app.py:Repository.save", or "app.py:save", shows one function',
    )
    parser.add_argument("--html", action="store_true", help="one self-contained HTML page instead of text")
    parser.add_argument("--output", metavar="PATH", type=Path, help="write the page there instead of printing it")
    add_mypy_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the states of a file."""
    path, name = _split(arguments.target)
    try:
        inspection = states_of(path, None, arguments.config_file, arguments.python_executable)
    except InspectionError as error:
        raise Failure(*error.lines) from None
    functions = _chosen(inspection, name)
    found = sheets(inspection, functions)
    for line in _notes(inspection, functions, bool(found)):
        print(line, file=sys.stderr)
    if not found:
        return 1
    if arguments.html:
        page = states_html.page(str(path), found)
    else:
        page = states_text.page(found, _takes_unicode(arguments.output))
    if arguments.output is None:
        print(page)
    else:
        _write(arguments.output, page)
    return 0


def _split(target: str) -> tuple[Path, str]:
    """The file and the name of a function; a file whose name has a colon is taken for what it is."""
    if Path(target).is_file():
        return Path(target), ""
    name, colon, function = target.rpartition(":")
    return (Path(name), function) if colon and len(name) > 1 else (Path(target), "")


def _chosen(inspection: Inspection, name: str) -> Sequence[Function]:
    """The functions of this name, qualified or not; all of them without one."""
    functions = inspection.functions
    found = [item for item in functions if not name or item.name == name or item.name.endswith(f".{name}")]
    if found:
        return found
    names = [function.name for function in functions if function.name != MODULE]
    nearest = get_close_matches(name, names, n=1)
    hint = f'; did you mean "{nearest[0]}"?' if nearest else ""
    raise Failure(f'{inspection.path}: there is no function "{name}"{hint}')


def _notes(inspection: Inspection, functions: Sequence[Function], is_anything: bool) -> list[str]:
    unchecked = [function for function in functions if not function.is_checked]
    notes = []
    if unchecked:
        names = ", ".join(f"{function.name} (line {function.line})" for function in unchecked[:SHOWN])
        names += f" and {len(unchecked) - SHOWN} more" if len(unchecked) > SHOWN else ""
        notes.append(f"{inspection.path}: without annotations, so mypy does not check them: {names}")
    if not is_anything and len(unchecked) < len(functions):
        nothing = "there is no instance, and no session, of which a state is known here"
        notes.append(f'{inspection.path}: {nothing}; "doctor" tells what the plugin cannot see, and why')
    return notes


def _takes_unicode(output: Path | None) -> bool:
    encoding = "utf-8" if output is not None else sys.stdout.encoding or "ascii"
    try:
        "│".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(f"{page}\n", encoding="utf-8")
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or error}") from None
