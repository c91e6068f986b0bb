"""Contexts: the session of a registry is one of the context that is current, and ends with it."""

from types import TracebackType

from mypy_session_plugin.effects import ends_scope, serves

@serves("pop", "push")
class AppContext:
    @ends_scope
    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, tb: TracebackType | None
    ) -> None: ...

@serves("pop", "push")
class RequestContext: ...
