"""mypy's error code objects, made from the pure data of `codes`."""

from __future__ import annotations

from collections.abc import Iterable

from mypy.errorcodes import ErrorCode

from mypy_session_plugin.codes import PARENT, Code

_made: dict[str, ErrorCode] = {}


def make_error_codes(codes: Iterable[Code]) -> None:
    """Make the codes known to mypy, as sub-codes of `session`; must run while the plugin is loaded.

    mypy validates the codes of the command line and the configuration after its plugins are loaded.  Each code is
    made once a process: mypy refuses none, but compares them by name.
    """
    parent = _made.setdefault(PARENT, ErrorCode(PARENT, "All reports of mypy-session-plugin", "Session"))
    for code in codes:
        if code.name not in _made:
            _made[code.name] = ErrorCode(code.name, code.title, "Session", code.default, sub_code_of=parent)


def error_code(name: str) -> ErrorCode:
    """The error code `name`; KeyError if it was not made."""
    return _made[name]
