"""The decorator of RQ: the function that it decorates is enqueued by a method of its own."""

from collections.abc import Callable

from mypy_session_plugin import CrossesProcess

class _Job:
    def delay(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...
    def enqueue(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...

class job:
    def __call__(self, f: Callable[..., object]) -> _Job: ...
