"""Queues between processes: what is put in is pickled."""

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import puts, serializes, takes

class Queue:
    @serializes("pickle")
    @puts("obj")
    def put(self, obj: CrossesProcess[object], block: bool = ..., timeout: float | None = ...) -> None: ...
    @serializes("pickle")
    @puts("obj")
    def put_nowait(self, obj: CrossesProcess[object]) -> None: ...
    @takes
    def get(self, block: bool = ..., timeout: float | None = ...) -> object: ...
    @takes
    def get_nowait(self) -> object: ...

class JoinableQueue(Queue):
    @serializes("pickle")
    @puts("obj")
    def put(self, obj: CrossesProcess[object], block: bool = ..., timeout: float | None = ...) -> None: ...

class SimpleQueue:
    @serializes("pickle")
    @puts("obj")
    def put(self, obj: CrossesProcess[object]) -> None: ...
    @takes
    def get(self) -> object: ...
