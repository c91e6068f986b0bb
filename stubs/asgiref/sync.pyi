"""Functions that run in another thread, or in the one of the event loop, while the caller waits."""

from collections.abc import Callable
from typing import Generic, TypeVar

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import joined

R = TypeVar("R")

class SyncToAsync(Generic[R]):
    @joined
    async def __call__(self, *args: CrossesThread[object], **kwargs: CrossesThread[object]) -> R: ...

class AsyncToSync(Generic[R]):
    @joined
    def __call__(self, *args: CrossesThread[object], **kwargs: CrossesThread[object]) -> R: ...

def sync_to_async(
    func: Callable[..., R], *, thread_sensitive: bool = ..., executor: object = ...
) -> SyncToAsync[R]: ...
def async_to_sync(awaitable: Callable[..., object], *, force_new_loop: bool = ...) -> AsyncToSync[object]: ...
