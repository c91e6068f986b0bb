"""InterpreterPoolExecutor: an executor whose calls run in other interpreters, and take copies alone."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures._base import Future
from concurrent.futures.thread import ThreadPoolExecutor
from typing import TypeVar

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import each

R = TypeVar("R")

class InterpreterPoolExecutor(ThreadPoolExecutor):
    def __init__(
        self,
        max_workers: int | None = ...,
        thread_name_prefix: str = ...,
        initializer: CrossesProcess[Callable[..., object]] | None = ...,
        initargs: CrossesProcess[tuple[object, ...]] = ...,
    ) -> None: ...
    def submit(
        self, fn: CrossesProcess[Callable[..., R]], /, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]
    ) -> Future[R]: ...
    @each
    def map(
        self,
        fn: CrossesProcess[Callable[..., R]],
        *iterables: CrossesProcess[Iterable[object]],
        timeout: float | None = ...,
        chunksize: int = ...,
    ) -> Iterator[R]: ...
