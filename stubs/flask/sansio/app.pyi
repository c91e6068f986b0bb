"""Applications: the function that a rule names handles requests, each in a thread of the server's."""

from typing import Any

from flask.sansio.scaffold import Scaffold

from mypy_session_plugin.effects import entry_point

class App(Scaffold):
    @entry_point
    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = ...,
        view_func: Any = ...,
        provide_automatic_options: bool | None = ...,
        **options: object,
    ) -> None: ...
