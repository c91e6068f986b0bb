"""Functions run in a thread while the task waits."""

from collections.abc import Callable
from typing import TypeVar

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import joined

R = TypeVar("R")

@joined
async def run_sync(
    func: CrossesThread[Callable[..., R]],
    *args: CrossesThread[object],
    abandon_on_cancel: bool = ...,
    cancellable: bool | None = ...,
    limiter: object = ...,
) -> R: ...
