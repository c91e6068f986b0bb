"""Functions run in another interpreter while the task waits; what they are given is pickled."""

from collections.abc import Callable
from typing import TypeVar

from mypy_session_plugin import CrossesProcess

R = TypeVar("R")

async def run_sync(
    func: CrossesProcess[Callable[..., R]], *args: CrossesProcess[object], limiter: object = ...
) -> R: ...
