"""The event loop: functions and coroutines handed to threads, and to later turns of the loop."""

from asyncio.events import Handle, TimerHandle
from asyncio.futures import Future
from asyncio.tasks import Task
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, ProcessPoolExecutor
from typing import Any, TypeVar, overload

from mypy_session_plugin import CrossesProcess, CrossesTask, CrossesThread

R = TypeVar("R")

class AbstractEventLoop:
    @overload
    def run_in_executor(
        self,
        executor: ProcessPoolExecutor,
        func: CrossesProcess[Callable[..., R]],
        *args: CrossesProcess[object],
    ) -> Future[R]: ...
    @overload
    def run_in_executor(
        self,
        executor: Executor | None,
        func: CrossesThread[Callable[..., R]],
        *args: CrossesThread[object],
    ) -> Future[R]: ...
    def call_soon(self, callback: CrossesTask[Callable[..., object]], *args: CrossesTask[object]) -> Handle: ...
    def call_later(
        self, delay: float, callback: CrossesTask[Callable[..., object]], *args: CrossesTask[object]
    ) -> TimerHandle: ...
    def call_at(
        self, when: float, callback: CrossesTask[Callable[..., object]], *args: CrossesTask[object]
    ) -> TimerHandle: ...
    def call_soon_threadsafe(
        self, callback: CrossesThread[Callable[..., object]], *args: CrossesThread[object]
    ) -> Handle: ...
    def create_task(self, coro: CrossesTask[Coroutine[Any, Any, R]]) -> Task[R]: ...
