"""The test runner: each command runs in a context of its own, which ends the session of a registry."""

from mypy_session_plugin.effects import serves

@serves("invoke")
class CliRunner: ...
