"""A scheduler whose coroutine functions run as tasks of its loop, and other functions in its executor's threads."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Literal, overload

from apscheduler.schedulers.base import BaseScheduler

from mypy_session_plugin import CrossesTask, CrossesThread

class AsyncIOScheduler(BaseScheduler):
    @overload
    def add_job(
        self,
        func: CrossesTask[Callable[..., Awaitable[object]]],
        trigger: object = ...,
        args: CrossesTask[Iterable[object]] | None = ...,
        kwargs: CrossesTask[Mapping[str, object]] | None = ...,
        id: str | None = ...,
        name: str | None = ...,
        misfire_grace_time: object = ...,
        coalesce: object = ...,
        max_instances: object = ...,
        next_run_time: object = ...,
        jobstore: str = ...,
        executor: Literal["default"] = ...,
        replace_existing: bool = ...,
        **trigger_args: object,
    ) -> object: ...
    @overload
    def add_job(
        self,
        func: CrossesThread[Callable[..., object]],
        trigger: object = ...,
        args: CrossesThread[Iterable[object]] | None = ...,
        kwargs: CrossesThread[Mapping[str, object]] | None = ...,
        id: str | None = ...,
        name: str | None = ...,
        misfire_grace_time: object = ...,
        coalesce: object = ...,
        max_instances: object = ...,
        next_run_time: object = ...,
        jobstore: str = ...,
        executor: Literal["default"] = ...,
        replace_existing: bool = ...,
        **trigger_args: object,
    ) -> object: ...
    @overload
    def add_job(
        self,
        func: Callable[..., object],
        trigger: object = ...,
        args: Iterable[object] | None = ...,
        kwargs: Mapping[str, object] | None = ...,
        id: str | None = ...,
        name: str | None = ...,
        misfire_grace_time: object = ...,
        coalesce: object = ...,
        max_instances: object = ...,
        next_run_time: object = ...,
        jobstore: str = ...,
        executor: str = ...,
        replace_existing: bool = ...,
        **trigger_args: object,
    ) -> object: ...
