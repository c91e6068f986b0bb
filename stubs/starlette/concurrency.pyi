"""Functions run in a thread while the task waits."""

from collections.abc import Callable
from typing import TypeVar

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import joined

R = TypeVar("R")

@joined
async def run_in_threadpool(
    func: CrossesThread[Callable[..., R]], *args: CrossesThread[object], **kwargs: CrossesThread[object]
) -> R: ...
