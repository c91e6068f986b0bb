"""Contexts: the functions of `multiprocessing` for one way of starting processes."""

from collections.abc import Callable, Iterable
from multiprocessing.pool import Pool as PoolOfProcesses

from mypy_session_plugin import CrossesProcess

class BaseContext:
    def Pool(
        self,
        processes: int | None = ...,
        initializer: CrossesProcess[Callable[..., object]] | None = ...,
        initargs: CrossesProcess[Iterable[object]] = ...,
        maxtasksperchild: int | None = ...,
    ) -> PoolOfProcesses: ...
