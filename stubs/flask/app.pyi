"""Applications: what they do at the end of a context ends the session of a registry."""

from mypy_session_plugin.effects import serves

@serves("do_teardown_appcontext")
class Flask: ...
