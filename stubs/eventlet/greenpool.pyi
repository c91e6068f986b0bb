"""Pools of green threads."""

from collections.abc import Callable, Iterable, Iterator

from eventlet.greenthread import GreenThread

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import each, joined

class GreenPool:
    def spawn(
        self,
        function: CrossesThread[Callable[..., object]],
        *args: CrossesThread[object],
        **kwargs: CrossesThread[object],
    ) -> GreenThread: ...
    def spawn_n(
        self,
        function: CrossesThread[Callable[..., object]],
        *args: CrossesThread[object],
        **kwargs: CrossesThread[object],
    ) -> object: ...
    @joined
    def waitall(self) -> None: ...
    @joined
    @each
    def imap(
        self, function: CrossesThread[Callable[..., object]], *iterables: CrossesThread[Iterable[object]]
    ) -> Iterator[object]: ...
    @joined
    @each
    def starmap(
        self,
        function: CrossesThread[Callable[..., object]],
        iterable: CrossesThread[Iterable[Iterable[object]]],
    ) -> Iterator[object]: ...

class GreenPile:
    def spawn(
        self, func: CrossesThread[Callable[..., object]], *args: CrossesThread[object], **kw: CrossesThread[object]
    ) -> object: ...
