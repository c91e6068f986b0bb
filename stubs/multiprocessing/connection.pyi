"""Pipes: what is sent is pickled."""

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import serializes

class _ConnectionBase:
    @serializes("pickle")
    def send(self, obj: CrossesProcess[object]) -> None: ...

class Connection(_ConnectionBase): ...
