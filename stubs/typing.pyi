"""What the methods that mypy knows of Python's containers and files do with an iterable."""

from collections.abc import Iterable

from mypy_session_plugin.effects import exhausts

class MutableSequence:
    @exhausts("values")
    def extend(self, values: Iterable[object]) -> None: ...

class MutableMapping:
    @exhausts("other")
    def update(self, other: Iterable[object] = ..., /, **kwds: object) -> None: ...

class IO:
    @exhausts("lines")
    def writelines(self, lines: Iterable[object]) -> None: ...
