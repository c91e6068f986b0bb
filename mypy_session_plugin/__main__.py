"""The command line: `python -m mypy_session_plugin check-stubs PATH`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mypy_session_plugin import __version__
from mypy_session_plugin.stub_check import check_stubs
from mypy_session_plugin.stub_files import stub_files

_CHECKS = """\
Check session stubs: what each says must be in the grammar of stubs, and what it names must be in the library that it
describes, with these parameters. The libraries are imported. Exit status: 0 without errors, 1 with errors, 2 if there
is nothing to check.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: Those of the command line, without the name of the program; by default the real ones.

    Returns:
        The exit status: 0, or 1 where errors were printed.  `SystemExit` with 2 is raised for bad arguments.
    """
    parser = argparse.ArgumentParser(prog="python -m mypy_session_plugin", description="Tools for session stubs.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    checking = commands.add_parser("check-stubs", help="check session stubs against the libraries", description=_CHECKS)
    checking.add_argument("path", metavar="PATH", type=Path, help="the folder of stubs, as stub_paths names it")
    path: Path = parser.parse_args(arguments).path
    if not path.is_dir():
        checking.error(f"{path} is no folder; give the one that stub_paths names")
    count = len(stub_files([path]))
    if count == 0:
        checking.error(f"there is no .pyi file below {path}")
    faults = check_stubs(path)
    for fault in faults:
        print(fault)
    files = f"{count} stub{'s' if count > 1 else ''}"
    print(f"{len(faults)} error{'s' if len(faults) > 1 else ''} in {files}" if faults else f"no errors in {files}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
