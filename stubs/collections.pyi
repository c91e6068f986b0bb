"""What the containers of `collections` do with an iterable."""

from collections.abc import Iterable

from mypy_session_plugin.effects import exhausts

class deque:
    @exhausts("iterable")
    def __init__(self, iterable: Iterable[object] = ..., maxlen: object = ...) -> None: ...
    @exhausts("iterable")
    def extend(self, iterable: Iterable[object], /) -> None: ...
    @exhausts("iterable")
    def extendleft(self, iterable: Iterable[object], /) -> None: ...

class Counter:
    @exhausts("iterable")
    def __init__(self, iterable: Iterable[object] = ..., /, **kwds: object) -> None: ...
    @exhausts("iterable")
    def subtract(self, iterable: Iterable[object] = ..., /, **kwds: object) -> None: ...
    @exhausts("iterable")
    def update(self, iterable: Iterable[object] = ..., /, **kwds: object) -> None: ...

class OrderedDict:
    @exhausts("iterable")
    def __init__(self, iterable: Iterable[object] = ..., /, **kwargs: object) -> None: ...
