"""Functions run in the thread of the event loop, which this one waits for."""

from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import joined

R = TypeVar("R")

@joined
def run(func: CrossesThread[Callable[..., Awaitable[R]]], *args: CrossesThread[object], token: object = ...) -> R: ...
@joined
def run_sync(func: CrossesThread[Callable[..., R]], *args: CrossesThread[object], token: object = ...) -> R: ...

class BlockingPortal:
    @joined
    def call(self, func: CrossesThread[Callable[..., R]], *args: CrossesThread[object]) -> R: ...
    def start_task_soon(
        self, func: CrossesThread[Callable[..., R]], *args: CrossesThread[object], name: object = ...
    ) -> Future[R]: ...
    def start_task(
        self, func: CrossesThread[Callable[..., R]], *args: CrossesThread[object], name: object = ...
    ) -> tuple[Future[R], object]: ...
