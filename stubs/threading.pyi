"""Threads: what a thread is given crosses when it is constructed and runs from `start()` on."""

from collections.abc import Callable, Iterable, Mapping
from typing import overload

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import guards, joined

class Thread:
    def __init__(
        self,
        group: None = ...,
        target: CrossesThread[Callable[..., object]] | None = ...,
        name: str | None = ...,
        args: CrossesThread[Iterable[object]] = ...,
        kwargs: CrossesThread[Mapping[str, object]] | None = ...,
        *,
        daemon: bool | None = ...,
    ) -> None: ...
    def start(self) -> None: ...
    @overload
    @joined
    def join(self, timeout: None = ...) -> None: ...
    @overload
    def join(self, timeout: float | None) -> None: ...
    @joined
    def is_alive(self) -> bool: ...

class Timer(Thread):
    def __init__(
        self,
        interval: float,
        function: CrossesThread[Callable[..., object]],
        args: CrossesThread[Iterable[object]] | None = ...,
        kwargs: CrossesThread[Mapping[str, object]] | None = ...,
    ) -> None: ...
    def cancel(self) -> None: ...

@guards
class Condition: ...

@guards(places="value")
class Semaphore: ...

@guards
class _RLock: ...
