"""The functions of the default context."""

from collections.abc import Callable, Iterable
from multiprocessing.pool import Pool as PoolOfProcesses

from mypy_session_plugin import CrossesProcess

def Pool(
    processes: int | None = ...,
    initializer: CrossesProcess[Callable[..., object]] | None = ...,
    initargs: CrossesProcess[Iterable[object]] = ...,
    maxtasksperchild: int | None = ...,
) -> PoolOfProcesses: ...
