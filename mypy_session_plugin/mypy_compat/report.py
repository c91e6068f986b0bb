"""Reports: errors with their notes, and whether a module takes any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mypy_session_plugin.mypy_compat.error_codes import error_code

if TYPE_CHECKING:
    from mypy.nodes import Context

    from mypy_session_plugin.mypy_compat import TypeChecker


#: What mypy adds to a name where a block rebinds it or a function holds the class, and the graph in a comprehension.
RENAMED = re.compile(r"""(?<=\w)@\d+|(?<=\w)'+(?=\.\w|"|\()""")


def as_written(text: str) -> str:
    """A message with the names that stand in the source: mypy calls the `session` of a first block `session'`."""
    return RENAMED.sub("", text)


def report(checker: TypeChecker, message: str, node: Context, code: str, notes: Sequence[str] = ()) -> None:
    """Report an error at `node` under the code `code`, followed by its notes.

    The notes stand on the line of the error and carry its code: mypy sorts its output by line, and an ignore comment
    then silences them together.
    """
    checker.fail(as_written(message), node, code=error_code(code))
    for text in notes:
        checker.note(as_written(text), node, code=error_code(code))


def note(checker: TypeChecker, message: str, node: Context, code: str | None = None) -> None:
    """Add a note at `node`; a note without code is not silenced by a code."""
    checker.note(message, node, code=None if code is None else error_code(code))


def is_enabled(checker: TypeChecker, code: str) -> bool:
    """Whether a code is on in the module that is checked."""
    return checker.msg.errors.is_error_code_enabled(error_code(code))


def is_silent(checker: TypeChecker) -> bool:
    """Whether mypy drops what is reported in this module: `ignore_errors`, followed silently, or installed."""
    return bool(checker.can_skip_diagnostics)
