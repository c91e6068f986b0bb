"""Commands that call others: each may run in a context of its own."""

from mypy_session_plugin.effects import serves

@serves("invoke")
class Context: ...
