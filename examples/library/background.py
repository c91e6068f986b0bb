"""Work in another thread."""

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

from mypy_session_plugin import CrossesThread

T = TypeVar("T")


def in_background(work: CrossesThread[Callable[[T], object]], argument: CrossesThread[T]) -> Thread:
    """Start the work in a thread of its own; what it is given must not belong to a session of this one."""
    thread = Thread(target=work, args=(argument,))
    thread.start()
    return thread
