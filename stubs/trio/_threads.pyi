"""Functions run in a thread while the task waits, and in the task's thread while another one waits."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import joined

R = TypeVar("R")

@joined
async def to_thread_run_sync(
    sync_fn: CrossesThread[Callable[..., R]],
    *args: CrossesThread[object],
    thread_name: str | None = ...,
    abandon_on_cancel: bool = ...,
    limiter: object = ...,
) -> R: ...
@joined
def from_thread_run(
    afn: CrossesThread[Callable[..., Awaitable[R]]], *args: CrossesThread[object], trio_token: object = ...
) -> R: ...
@joined
def from_thread_run_sync(
    fn: CrossesThread[Callable[..., R]], *args: CrossesThread[object], trio_token: object = ...
) -> R: ...
