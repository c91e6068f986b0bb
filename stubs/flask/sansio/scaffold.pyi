"""Applications and blueprints: what their decorators take handles requests, each in a thread of the server's."""

from collections.abc import Callable
from typing import TypeVar

from mypy_session_plugin.effects import entry_point

F = TypeVar("F")

class Scaffold:
    @entry_point
    def get(self, rule: str) -> Callable[[F], F]: ...
    @entry_point
    def post(self, rule: str) -> Callable[[F], F]: ...
    @entry_point
    def put(self, rule: str) -> Callable[[F], F]: ...
    @entry_point
    def delete(self, rule: str) -> Callable[[F], F]: ...
    @entry_point
    def patch(self, rule: str) -> Callable[[F], F]: ...
    @entry_point
    def route(self, rule: str) -> Callable[[F], F]: ...
