"""Functions run in another interpreter while the task waits; what they are given is pickled."""

from collections.abc import Callable
from typing import TypeVar

from mypy_session_plugin.effects import CrossesInterpreter

R = TypeVar("R")

async def run_sync(
    func: CrossesInterpreter[Callable[..., R]], *args: CrossesInterpreter[object], limiter: object = ...
) -> R: ...
