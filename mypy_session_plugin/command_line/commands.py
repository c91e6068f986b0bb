"""Which commands there are, and how one of them is run."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from mypy_session_plugin import __version__
from mypy_session_plugin.command_line import doctor, explain, init, states, stubs
from mypy_session_plugin.command_line.failures import Failure

_COMMANDS: dict[str, ModuleType] = {
    "init": init,
    "doctor": doctor,
    "states": states,
    "explain": explain,
    "check-stubs": stubs,
}
_EPILOG = """\
Exit status: 0 if all is well, 1 if the command has found something wrong or has nothing to show, 2 if it cannot do its
work (bad arguments, no such file, no mypy). "COMMAND --help" tells what this means for each.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: Those of the command line, without the name of the program; by default the real ones.

    Returns:
        The exit status.  `SystemExit` with 2 is raised for bad arguments.
    """
    parser = argparse.ArgumentParser(
        prog="python -m mypy_session_plugin",
        description="Tools around the mypy plugin for SQLAlchemy sessions.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in _COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, description=module.DESCRIPTION)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    chosen = parser.parse_args(arguments)
    try:
        status = int(chosen.run(chosen))
        sys.stdout.flush()
        return status
    except Failure as failure:
        for line in failure.lines:
            # What mypy says of a file stands as mypy says it.
            said = line if ": error: " in line else f"{parser.prog} {chosen.command}: error: {line}"
            print(said, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads has seen enough; what is left is thrown away, or Python would complain when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
