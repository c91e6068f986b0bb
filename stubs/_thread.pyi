"""What is under `threading`: of its functions the new thread runs at once, and nobody can wait for it.

A lock is `_thread.lock` from Python 3.13 on, and before that is only named `LockType`.
"""

from collections.abc import Callable, Mapping

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import guards

@guards
class LockType: ...

@guards
class lock: ...

@guards
class RLock: ...

def start_new_thread(
    function: CrossesThread[Callable[..., object]],
    args: CrossesThread[tuple[object, ...]],
    kwargs: CrossesThread[Mapping[str, object]] = ...,
    /,
) -> int: ...
def start_new(
    function: CrossesThread[Callable[..., object]],
    args: CrossesThread[tuple[object, ...]],
    kwargs: CrossesThread[Mapping[str, object]] = ...,
    /,
) -> int: ...
