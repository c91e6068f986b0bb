"""The standard library's threading HTTP server: it handles each request in a thread of its own."""

from collections.abc import Callable

from mypy_session_plugin.effects import entry_point

class ThreadingHTTPServer:
    @entry_point
    def __init__(
        self, server_address: object, RequestHandlerClass: Callable[..., object], bind_and_activate: bool = ...
    ) -> None: ...
