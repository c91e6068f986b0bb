"""The command line: `python -m mypy_session_plugin COMMAND`, a module for each command."""
