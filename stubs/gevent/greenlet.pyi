"""Greenlets: like threads, each needs a session of its own, as any of them may go on whenever another one waits."""

from collections.abc import Callable, Iterable
from typing import Generic, ParamSpec, Self, TypeVar, overload

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import joined

P = ParamSpec("P")
T = TypeVar("T")

class Greenlet(Generic[P, T]):
    def __init__(
        self,
        run: CrossesThread[Callable[..., T]] | None = ...,
        *args: CrossesThread[object],
        **kwargs: CrossesThread[object],
    ) -> None: ...
    @classmethod
    def spawn(
        cls, run: CrossesThread[Callable[..., T]], /, *args: CrossesThread[object], **kwargs: CrossesThread[object]
    ) -> Self: ...
    @classmethod
    def spawn_later(cls, seconds: float, *args: CrossesThread[object], **kwargs: CrossesThread[object]) -> Self: ...
    def start(self) -> None: ...
    def start_later(self, seconds: float) -> None: ...
    @overload
    @joined
    def join(self, timeout: None = ...) -> None: ...
    @overload
    def join(self, timeout: float | None) -> None: ...
    @joined
    def get(self, block: bool = ..., timeout: float | None = ...) -> T: ...
    @joined
    def ready(self) -> bool: ...

@joined
def joinall(
    greenlets: Iterable[Greenlet[..., object]],
    timeout: float | None = ...,
    raise_error: bool = ...,
    count: int | None = ...,
) -> list[Greenlet[..., object]]: ...
