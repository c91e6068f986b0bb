"""Futures and the executors' common base: its calls run in other threads, unless a subclass says processes."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Literal, Self, TypeVar, overload

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import each, exhausts, joined

T = TypeVar("T")
R = TypeVar("R")

class Future(Generic[T]):
    @joined
    def result(self, timeout: float | None = ...) -> T: ...
    @joined
    def exception(self, timeout: float | None = ...) -> BaseException | None: ...
    @joined
    def done(self) -> bool: ...
    def cancel(self) -> bool: ...

class Executor:
    def submit(
        self, fn: CrossesThread[Callable[..., R]], /, *args: CrossesThread[object], **kwargs: CrossesThread[object]
    ) -> Future[R]: ...
    @each
    @exhausts("iterables")
    def map(
        self,
        fn: CrossesThread[Callable[..., R]],
        *iterables: CrossesThread[Iterable[object]],
        timeout: float | None = ...,
        chunksize: int = ...,
    ) -> Iterator[R]: ...
    def __enter__(self) -> Self: ...
    @joined
    def __exit__(self, exc_type: object, exc_val: object, exc_tb: object) -> bool | None: ...
    @overload
    @joined
    def shutdown(self, wait: Literal[True] = ..., *, cancel_futures: bool = ...) -> None: ...
    @overload
    def shutdown(self, wait: bool, *, cancel_futures: bool = ...) -> None: ...

@joined
def as_completed(fs: Iterable[Future[T]], timeout: float | None = ...) -> Iterator[Future[T]]: ...
@overload
@joined
@exhausts("fs")
def wait(fs: Iterable[Future[T]], timeout: None = ..., return_when: Literal["ALL_COMPLETED"] = ...) -> object: ...
@overload
@exhausts("fs")
def wait(fs: Iterable[Future[T]], timeout: float | None = ..., return_when: str = ...) -> object: ...
