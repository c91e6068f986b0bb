"""The functions that start greenlets."""

from collections.abc import Callable
from typing import TypeVar

from gevent.greenlet import Greenlet

from mypy_session_plugin import CrossesThread

T = TypeVar("T")

def spawn(
    run: CrossesThread[Callable[..., T]], /, *args: CrossesThread[object], **kwargs: CrossesThread[object]
) -> Greenlet[..., T]: ...
def spawn_later(
    seconds: float, *args: CrossesThread[object], **kwargs: CrossesThread[object]
) -> Greenlet[..., object]: ...
