"""Processes: what one is given is pickled, or comes with the fork."""

from collections.abc import Callable, Iterable, Mapping

from mypy_session_plugin import CrossesProcess

class BaseProcess:
    def __init__(
        self,
        group: None = ...,
        target: CrossesProcess[Callable[..., object]] | None = ...,
        name: str | None = ...,
        args: CrossesProcess[Iterable[object]] = ...,
        kwargs: CrossesProcess[Mapping[str, object]] = ...,
        *,
        daemon: bool | None = ...,
    ) -> None: ...
    def start(self) -> None: ...
    def join(self, timeout: float | None = ...) -> None: ...
    def is_alive(self) -> bool: ...
