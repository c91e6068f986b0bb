"""Queues between threads: what is put in goes to the one who takes it out."""

from _queue import SimpleQueue
from typing import Any

class Queue(SimpleQueue[Any]):
    """Not a subclass of SimpleQueue, but it has its methods."""
