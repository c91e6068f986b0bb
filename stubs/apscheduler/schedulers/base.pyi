"""Schedulers of APScheduler 3: a job runs in a thread of the scheduler's executor, until it is removed.

Another executor than the scheduler's own may run it elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, overload

from mypy_session_plugin import CrossesThread

class BaseScheduler:
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
