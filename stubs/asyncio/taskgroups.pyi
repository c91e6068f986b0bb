"""Task groups: the end of the block waits for every task."""

from asyncio.tasks import Task
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from mypy_session_plugin import CrossesTask
from mypy_session_plugin.effects import joined

T = TypeVar("T")

class TaskGroup:
    async def __aenter__(self) -> Self: ...
    @joined
    async def __aexit__(self, et: object, exc: object, tb: object) -> None: ...
    def create_task(self, coro: CrossesTask[Coroutine[Any, Any, T]], *, name: str | None = ...) -> Task[T]: ...
