"""Threads behind the names of `multiprocessing`."""

from collections.abc import Callable, Iterable, Mapping
from multiprocessing.pool import ThreadPool
from threading import Thread

from mypy_session_plugin import CrossesThread

class DummyProcess(Thread):
    def __init__(
        self,
        group: object = ...,
        target: CrossesThread[Callable[..., object]] | None = ...,
        name: str | None = ...,
        args: CrossesThread[Iterable[object]] = ...,
        kwargs: CrossesThread[Mapping[str, object]] = ...,
    ) -> None: ...
    def start(self) -> None: ...

def Pool(
    processes: int | None = ...,
    initializer: CrossesThread[Callable[..., object]] | None = ...,
    initargs: CrossesThread[Iterable[object]] = ...,
) -> ThreadPool: ...
