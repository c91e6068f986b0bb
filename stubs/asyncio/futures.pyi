"""Futures of the event loop: whoever looks whether one is done, or takes its result, knows that it has ended."""

from typing import Generic, TypeVar

from mypy_session_plugin.effects import joined

T = TypeVar("T")

class Future(Generic[T]):
    @joined
    def result(self) -> T: ...
    @joined
    def exception(self) -> BaseException | None: ...
    @joined
    def done(self) -> bool: ...
