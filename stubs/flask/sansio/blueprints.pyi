"""Blueprints: the function that a rule names handles requests, each in a thread of the server's."""

from collections.abc import Callable

from flask.sansio.scaffold import Scaffold

from mypy_session_plugin.effects import entry_point

class Blueprint(Scaffold):
    @entry_point
    def add_url_rule(
        self, rule: str, endpoint: str | None = ..., view_func: Callable[..., object] | None = ...
    ) -> None: ...
