"""Queues between processes: what is put in is pickled."""

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import serializes

class Queue:
    @serializes("pickle")
    def put(self, obj: CrossesProcess[object], block: bool = ..., timeout: float | None = ...) -> None: ...
    @serializes("pickle")
    def put_nowait(self, obj: CrossesProcess[object]) -> None: ...

class JoinableQueue(Queue):
    @serializes("pickle")
    def put(self, obj: CrossesProcess[object], block: bool = ..., timeout: float | None = ...) -> None: ...

class SimpleQueue:
    @serializes("pickle")
    def put(self, obj: CrossesProcess[object]) -> None: ...
