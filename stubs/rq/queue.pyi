"""Queues of RQ: the arguments of a job are pickled, unless the queue has another serialiser."""

from collections.abc import Iterable, Mapping
from datetime import datetime as Moment
from datetime import timedelta

from mypy_session_plugin import CrossesProcess

class Queue:
    def enqueue(
        self, f: CrossesProcess[object], *args: CrossesProcess[object], **kwargs: CrossesProcess[object]
    ) -> object: ...
    def enqueue_call(
        self,
        func: CrossesProcess[object],
        args: CrossesProcess[Iterable[object]] | None = ...,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
    ) -> object: ...
    def enqueue_at(
        self,
        datetime: Moment,
        f: CrossesProcess[object],
        *args: CrossesProcess[object],
        **kwargs: CrossesProcess[object],
    ) -> object: ...
    def enqueue_in(
        self,
        time_delta: timedelta,
        func: CrossesProcess[object],
        *args: CrossesProcess[object],
        **kwargs: CrossesProcess[object],
    ) -> object: ...
