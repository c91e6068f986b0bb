"""The command line: `python -m mypy_session_plugin COMMAND`."""

from __future__ import annotations

import sys

from mypy_session_plugin.command_line.commands import main as main

if __name__ == "__main__":
    sys.exit(main())
