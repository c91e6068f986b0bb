"""`doctor`: what keeps the plugin from seeing more, with counts and what to do."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mypy_session_plugin.command_line.failures import Failure
from mypy_session_plugin.command_line.mypy_arguments import add_mypy_arguments
from mypy_session_plugin.config import ConfigError, load_options
from mypy_session_plugin.health import Check, configuration, sqlalchemy, versions
from mypy_session_plugin.inspection import InspectionError, missing, text_of

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat.builds import Plan
    from mypy_session_plugin.unseen import Coverage, Place

HELP = "find out what the plugin cannot see, and why"
DESCRIPTION = """\
Look at the versions, the configuration, the other plugins, and at the code: sessions whose type is Any, and functions
that mypy does not check since they have no annotations. Tells how many calls of sessions are not seen because of
each, and what to do. The code is that of the arguments, or of "files" in the configuration. Exit status: 0 if there
is nothing to do, 1 if there is, 2 if mypy is not installed or cannot check the code.
"""
#: So many of a kind are told one by one.
SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="files and folders, as mypy takes them")
    add_mypy_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look at everything, and tell it."""
    to_do = 0
    for check in _checks(arguments):
        print("\n".join(_told(check)))
        to_do += bool(check.advice)
    if to_do:
        print(f"\n{to_do} thing{'s' if to_do > 1 else ''} to do")
    else:
        print("\nnothing to do")
    return 1 if to_do else 0


def _told(check: Check) -> Iterator[str]:
    found = check.found.splitlines()
    yield f"{'--' if check.advice else 'ok'}  {check.what}: {found[0]}"
    yield from (f"    {line}" for line in found[1:])
    if check.advice:
        yield f"    to do: {check.advice}"


def _checks(arguments: argparse.Namespace) -> Iterator[Check]:
    try:
        from mypy_session_plugin.mypy_compat.versions import RUNNING, SUPPORTED, refusal
    except ImportError as error:
        raise Failure(missing(error)) from None
    refused = refusal(RUNNING)
    yield from versions(RUNNING, SUPPORTED, refused)
    if refused is None:
        yield from _of_project(arguments.paths, arguments.config_file, arguments.python_executable, RUNNING)


def _of_project(
    paths: Sequence[str], config_file: str | None, python_executable: str | None, mypy_version: str
) -> Iterator[Check]:
    from mypy_session_plugin.mypy_compat.builds import BuildError, plan
    from mypy_session_plugin.mypy_compat.environment import installed

    try:
        planned = plan(paths, config_file, python_executable)
        yield sqlalchemy(installed(planned, "sqlalchemy"), mypy_version)
        yield from configuration(planned)
        if planned.sources:
            yield from _of_code(planned)
        else:
            yield Check("code", "none was looked at", 'name files or folders ("doctor src"), or set "files" for mypy')
    except (BuildError, InspectionError) as error:
        raise Failure(*error.lines) from None


def _of_code(planned: Plan) -> Iterator[Check]:
    from mypy_session_plugin.hooks import session_plugin
    from mypy_session_plugin.mypy_compat.builds import run as build
    from mypy_session_plugin.unseen import coverage

    try:
        known = frozenset(load_options(planned.options.config_file).session_expressions)
    except ConfigError as error:
        raise Failure(*error.lines) from None
    texts = {path.resolve(): text_of(path) for source in planned.sources if source.path for path in [Path(source.path)]}
    found = coverage(build(planned, texts, session_plugin, keep_trees=True), known)
    ignored = f"; not in {_several(found.ignored, 'file')} with ignore_errors" if found.ignored else ""
    yield Check("code", f"{_several(found.files, 'file')}, {_several(found.functions, 'function')}{ignored}")
    yield _sessions(found)
    yield _functions(found)


def _sessions(found: Coverage) -> Check:
    lines = [f"{_several(found.seen_calls, 'call')} seen, {found.unseen_calls} not, of sessions whose type is Any"]
    ordered = sorted(found.any_sessions, key=lambda session: -len(session.calls))
    lines += _shown(
        f"{session.full_name or session.text}{' (a parameter)' if session.is_parameter else ''}: "
        f"{_several(len(session.calls), 'call')}, {_at(session.calls)}"
        for session in ordered
    )
    names = [session.full_name for session in ordered if session.full_name]
    advice = []
    if names:
        quoted = ", ".join(f'"{name}"' for name in names[:SHOWN])
        advice.append(f"add to session_expressions: {quoted}")
    local = ["the parameters"] if any(session.is_parameter for session in ordered) else []
    if any(not session.full_name and not session.is_parameter for session in ordered):
        local.append(f"{'the others' if advice or local else 'them'} where they come from")
    if local:
        advice.append(f"annotate {' and '.join(local)}, as Session or AsyncSession")
    return Check("sessions", "\n".join(lines), "; ".join(advice))


def _functions(found: Coverage) -> Check:
    unchecked = sorted(found.unchecked, key=lambda function: -function.calls)
    calls = sum(function.calls for function in unchecked)
    without = f"{len(unchecked)} of {found.functions} not checked, since they have no annotations"
    lines = [f"{without}, with {_several(calls, 'call')} of sessions" if unchecked else "mypy checks all of them"]
    lines += _shown(
        f"{function.name}: {_several(function.calls, 'call')}, at {function.place}"
        for function in unchecked
        if function.calls
    )
    return Check("functions", "\n".join(lines), "annotate them, or set check_untyped_defs for mypy" if calls else "")


def _at(places: Sequence[Place]) -> str:
    return f"at {places[0]}" if len(places) == 1 else f"the first at {places[0]}"


def _shown(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    return every if len(every) <= SHOWN else [*every[:SHOWN], f"and {len(every) - SHOWN} more"]


def _several(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
