"""Functions run in a process while the task waits."""

from collections.abc import Callable
from typing import TypeVar

from mypy_session_plugin import CrossesProcess

R = TypeVar("R")

async def run_sync(
    func: CrossesProcess[Callable[..., R]],
    *args: CrossesProcess[object],
    cancellable: bool = ...,
    limiter: object = ...,
) -> R: ...
