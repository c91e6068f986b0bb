"""InterpreterPoolExecutor: an executor whose calls run in other interpreters, and take copies alone."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures._base import Future
from concurrent.futures.thread import ThreadPoolExecutor
from typing import TypeVar

from mypy_session_plugin.effects import CrossesInterpreter, each

R = TypeVar("R")

class InterpreterPoolExecutor(ThreadPoolExecutor):
    def __init__(
        self,
        max_workers: int | None = ...,
        thread_name_prefix: str = ...,
        initializer: CrossesInterpreter[Callable[..., object]] | None = ...,
        initargs: CrossesInterpreter[tuple[object, ...]] = ...,
    ) -> None: ...
    def submit(
        self,
        fn: CrossesInterpreter[Callable[..., R]],
        /,
        *args: CrossesInterpreter[object],
        **kwargs: CrossesInterpreter[object],
    ) -> Future[R]: ...
    @each
    def map(
        self,
        fn: CrossesInterpreter[Callable[..., R]],
        *iterables: CrossesInterpreter[Iterable[object]],
        timeout: float | None = ...,
        chunksize: int = ...,
    ) -> Iterator[R]: ...
