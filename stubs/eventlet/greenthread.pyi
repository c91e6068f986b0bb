"""Green threads: like threads, each needs a session of its own, as any of them may go on whenever another one waits."""

from collections.abc import Callable

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import joined

class GreenThread:
    @joined
    def wait(self) -> object: ...

def spawn(
    func: CrossesThread[Callable[..., object]], *args: CrossesThread[object], **kwargs: CrossesThread[object]
) -> GreenThread: ...
def spawn_n(
    func: CrossesThread[Callable[..., object]], *args: CrossesThread[object], **kwargs: CrossesThread[object]
) -> object: ...
def spawn_after(
    seconds: float,
    func: CrossesThread[Callable[..., object]],
    *args: CrossesThread[object],
    **kwargs: CrossesThread[object],
) -> GreenThread: ...
def spawn_after_local(
    seconds: float,
    func: CrossesThread[Callable[..., object]],
    *args: CrossesThread[object],
    **kwargs: CrossesThread[object],
) -> GreenThread: ...
