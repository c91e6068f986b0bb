"""Tasks that run once the response is sent, before the request's dependencies end: functions in a thread."""

from collections.abc import Awaitable, Callable
from typing import overload

from mypy_session_plugin import CrossesTask, CrossesThread
from mypy_session_plugin.effects import deferred

class BackgroundTask:
    @overload
    @deferred
    def __init__(
        self,
        func: CrossesTask[Callable[..., Awaitable[object]]],
        *args: CrossesTask[object],
        **kwargs: CrossesTask[object],
    ) -> None: ...
    @overload
    @deferred
    def __init__(
        self, func: CrossesThread[Callable[..., object]], *args: CrossesThread[object], **kwargs: CrossesThread[object]
    ) -> None: ...

class BackgroundTasks(BackgroundTask):
    def __init__(self, tasks: object = ...) -> None: ...
    @overload
    @deferred
    def add_task(
        self,
        func: CrossesTask[Callable[..., Awaitable[object]]],
        *args: CrossesTask[object],
        **kwargs: CrossesTask[object],
    ) -> None: ...
    @overload
    @deferred
    def add_task(
        self, func: CrossesThread[Callable[..., object]], *args: CrossesThread[object], **kwargs: CrossesThread[object]
    ) -> None: ...
