"""Pools of processes, and the pool of threads with the same methods.

The end of a pool's block stops its workers and waits for none; `join()` waits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, Self, TypeVar, overload

from mypy_session_plugin import CrossesProcess, CrossesThread
from mypy_session_plugin.effects import each, exhausts, joined

T = TypeVar("T")
R = TypeVar("R")

class ApplyResult(Generic[T]):
    @joined
    def get(self, timeout: float | None = ...) -> T: ...
    @overload
    @joined
    def wait(self, timeout: None = ...) -> None: ...
    @overload
    def wait(self, timeout: float | None) -> None: ...
    @joined
    def ready(self) -> bool: ...
    @joined
    def successful(self) -> bool: ...

class MapResult(ApplyResult[T]): ...

class Pool:
    def __init__(
        self,
        processes: int | None = ...,
        initializer: CrossesProcess[Callable[..., object]] | None = ...,
        initargs: CrossesProcess[Iterable[object]] = ...,
        maxtasksperchild: int | None = ...,
        context: object = ...,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, exc_type: object, exc_val: object, exc_tb: object) -> None: ...
    def close(self) -> None: ...
    @joined
    def join(self) -> None: ...
    def terminate(self) -> None: ...
    @joined
    def apply(
        self,
        func: CrossesProcess[Callable[..., R]],
        args: CrossesProcess[Iterable[object]] = ...,
        kwds: CrossesProcess[Mapping[str, object]] = ...,
    ) -> R: ...
    def apply_async(
        self,
        func: CrossesProcess[Callable[..., R]],
        args: CrossesProcess[Iterable[object]] = ...,
        kwds: CrossesProcess[Mapping[str, object]] = ...,
        callback: object = ...,
        error_callback: object = ...,
    ) -> ApplyResult[R]: ...
    @joined
    @each
    @exhausts("iterable")
    def map(
        self,
        func: CrossesProcess[Callable[..., R]],
        iterable: CrossesProcess[Iterable[object]],
        chunksize: int | None = ...,
    ) -> list[R]: ...
    @each
    @exhausts("iterable")
    def map_async(
        self,
        func: CrossesProcess[Callable[..., R]],
        iterable: CrossesProcess[Iterable[object]],
        chunksize: int | None = ...,
        callback: object = ...,
        error_callback: object = ...,
    ) -> MapResult[R]: ...
    @joined
    @each
    def imap(
        self, func: CrossesProcess[Callable[..., R]], iterable: CrossesProcess[Iterable[object]], chunksize: int = ...
    ) -> Iterator[R]: ...
    @joined
    @each
    def imap_unordered(
        self, func: CrossesProcess[Callable[..., R]], iterable: CrossesProcess[Iterable[object]], chunksize: int = ...
    ) -> Iterator[R]: ...
    @joined
    @each
    @exhausts("iterable")
    def starmap(
        self,
        func: CrossesProcess[Callable[..., R]],
        iterable: CrossesProcess[Iterable[Iterable[object]]],
        chunksize: int | None = ...,
    ) -> list[R]: ...
    @each
    @exhausts("iterable")
    def starmap_async(
        self,
        func: CrossesProcess[Callable[..., R]],
        iterable: CrossesProcess[Iterable[Iterable[object]]],
        chunksize: int | None = ...,
        callback: object = ...,
        error_callback: object = ...,
    ) -> MapResult[R]: ...

class ThreadPool(Pool):
    def __init__(
        self,
        processes: int | None = ...,
        initializer: CrossesThread[Callable[..., object]] | None = ...,
        initargs: CrossesThread[Iterable[object]] = ...,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, exc_type: object, exc_val: object, exc_tb: object) -> None: ...
    def close(self) -> None: ...
    @joined
    def join(self) -> None: ...
    def terminate(self) -> None: ...
    @joined
    def apply(
        self,
        func: CrossesThread[Callable[..., R]],
        args: CrossesThread[Iterable[object]] = ...,
        kwds: CrossesThread[Mapping[str, object]] = ...,
    ) -> R: ...
    def apply_async(
        self,
        func: CrossesThread[Callable[..., R]],
        args: CrossesThread[Iterable[object]] = ...,
        kwds: CrossesThread[Mapping[str, object]] = ...,
        callback: object = ...,
        error_callback: object = ...,
    ) -> ApplyResult[R]: ...
    @joined
    @each
    @exhausts("iterable")
    def map(
        self,
        func: CrossesThread[Callable[..., R]],
        iterable: CrossesThread[Iterable[object]],
        chunksize: int | None = ...,
    ) -> list[R]: ...
    @each
    @exhausts("iterable")
    def map_async(
        self,
        func: CrossesThread[Callable[..., R]],
        iterable: CrossesThread[Iterable[object]],
        chunksize: int | None = ...,
        callback: object = ...,
        error_callback: object = ...,
    ) -> MapResult[R]: ...
    @joined
    @each
    def imap(
        self, func: CrossesThread[Callable[..., R]], iterable: CrossesThread[Iterable[object]], chunksize: int = ...
    ) -> Iterator[R]: ...
    @joined
    @each
    def imap_unordered(
        self, func: CrossesThread[Callable[..., R]], iterable: CrossesThread[Iterable[object]], chunksize: int = ...
    ) -> Iterator[R]: ...
    @joined
    @each
    @exhausts("iterable")
    def starmap(
        self,
        func: CrossesThread[Callable[..., R]],
        iterable: CrossesThread[Iterable[Iterable[object]]],
        chunksize: int | None = ...,
    ) -> list[R]: ...
    @each
    @exhausts("iterable")
    def starmap_async(
        self,
        func: CrossesThread[Callable[..., R]],
        iterable: CrossesThread[Iterable[Iterable[object]]],
        chunksize: int | None = ...,
        callback: object = ...,
        error_callback: object = ...,
    ) -> MapResult[R]: ...
