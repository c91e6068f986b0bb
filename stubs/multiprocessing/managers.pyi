"""Proxies of what lives in the manager's process: what they are given is pickled."""

from collections.abc import Iterable

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import serializes

class BaseListProxy:
    @serializes("pickle")
    def __setitem__(self, index: object, value: CrossesProcess[object], /) -> None: ...
    @serializes("pickle")
    def append(self, object: CrossesProcess[object], /) -> None: ...
    @serializes("pickle")
    def extend(self, iterable: CrossesProcess[Iterable[object]], /) -> None: ...
    @serializes("pickle")
    def insert(self, index: int, object: CrossesProcess[object], /) -> None: ...

class DictProxy:
    @serializes("pickle")
    def __setitem__(self, key: object, value: CrossesProcess[object], /) -> None: ...
    @serializes("pickle")
    def setdefault(self, key: object, default: CrossesProcess[object] = ..., /) -> object: ...
    @serializes("pickle")
    def update(self, other: CrossesProcess[object] = ..., /) -> None: ...

class ValueProxy:
    @serializes("pickle")
    def set(self, value: CrossesProcess[object]) -> None: ...
