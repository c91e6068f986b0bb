"""Contexts: the session of a registry is one of the context that is current, and ends with it."""

from mypy_session_plugin.effects import serves

@serves("pop", "push")
class AppContext: ...

@serves("pop", "push")
class RequestContext: ...
