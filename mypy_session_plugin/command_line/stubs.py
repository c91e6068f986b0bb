"""`check-stubs PATH`: session stubs beside the libraries that they describe."""

from __future__ import annotations

import argparse
from pathlib import Path

from mypy_session_plugin.command_line.failures import Failure
from mypy_session_plugin.stub_check import check_stubs
from mypy_session_plugin.stub_files import stub_files

HELP = "check session stubs against the libraries"
DESCRIPTION = """\
Check session stubs: what each says must be in the grammar of stubs, and what it names must be in the library that it
describes, with these parameters. The libraries are imported. Exit status: 0 without errors, 1 with errors, 2 if there
is nothing to check.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("path", metavar="PATH", type=Path, help="the folder of stubs, as stub_paths names it")


def run(arguments: argparse.Namespace) -> int:
    """Check the stubs below a folder."""
    path: Path = arguments.path
    if not path.is_dir():
        raise Failure(f"{path} is no folder; give the one that stub_paths names")
    count = len(stub_files([path]))
    if count == 0:
        raise Failure(f"there is no .pyi file below {path}")
    faults = check_stubs(path)
    for fault in faults:
        print(fault)
    files = f"{count} stub{'s' if count > 1 else ''}"
    print(f"{len(faults)} error{'s' if len(faults) > 1 else ''} in {files}" if faults else f"no errors in {files}")
    return 1 if faults else 0
