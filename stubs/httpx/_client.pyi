"""Clients: with a transport of its own one runs the application, which ends the session of its registry."""

from mypy_session_plugin.effects import serves

@serves("delete", "get", "head", "options", "patch", "post", "put", "request", "send", "stream")
class Client: ...

@serves("delete", "get", "head", "options", "patch", "post", "put", "request", "send", "stream")
class AsyncClient: ...
