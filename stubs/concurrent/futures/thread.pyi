"""ThreadPoolExecutor: an executor whose calls run in other threads."""

from collections.abc import Callable
from concurrent.futures._base import Executor

from mypy_session_plugin import CrossesThread

class ThreadPoolExecutor(Executor):
    def __init__(
        self,
        max_workers: int | None = ...,
        thread_name_prefix: str = ...,
        initializer: CrossesThread[Callable[..., object]] | None = ...,
        initargs: CrossesThread[tuple[object, ...]] = ...,
    ) -> None: ...
