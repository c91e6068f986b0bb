"""The test client: each request runs the application, which ends the session of its registry."""

from mypy_session_plugin.effects import serves

@serves("delete", "get", "head", "options", "patch", "post", "put", "open", "trace")
class Client: ...
