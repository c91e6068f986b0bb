"""InterpreterPoolExecutor: an executor whose calls run in other interpreters, and take copies alone."""

from collections.abc import Callable
from concurrent.futures.process import ProcessPoolExecutor

from mypy_session_plugin import CrossesProcess

class InterpreterPoolExecutor(ProcessPoolExecutor):
    """Not a subclass of ProcessPoolExecutor, but what it runs is as far away."""

    def __init__(
        self,
        max_workers: int | None = ...,
        thread_name_prefix: str = ...,
        initializer: CrossesProcess[Callable[..., object]] | None = ...,
        initargs: CrossesProcess[tuple[object, ...]] = ...,
    ) -> None: ...
