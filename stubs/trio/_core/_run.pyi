"""Nurseries: the end of the block waits for every task."""

from collections.abc import Awaitable, Callable
from typing import Self

from mypy_session_plugin import CrossesTask
from mypy_session_plugin.effects import joined

class Nursery:
    def start_soon(
        self,
        async_fn: CrossesTask[Callable[..., Awaitable[object]]],
        *args: CrossesTask[object],
        name: object = ...,
    ) -> None: ...
    async def start(
        self,
        async_fn: CrossesTask[Callable[..., Awaitable[object]]],
        *args: CrossesTask[object],
        name: object = ...,
    ) -> object: ...

class _OpenNursery(Nursery):
    """The block and the nursery that it gives: who leaves the one waits for the other."""

    async def __aenter__(self) -> Self: ...
    @joined
    async def __aexit__(self, etype: object, exc: object, tb: object) -> bool: ...

def open_nursery(strict_exception_groups: bool | None = ...) -> _OpenNursery: ...
