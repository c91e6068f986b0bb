"""Groups and pools of greenlets."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from gevent.greenlet import Greenlet

from mypy_session_plugin import CrossesThread
from mypy_session_plugin.effects import each, joined

R = TypeVar("R")

class GroupMappingMixin:
    def spawn(
        self, func: CrossesThread[Callable[..., R]], *args: CrossesThread[object], **kwargs: CrossesThread[object]
    ) -> Greenlet[..., R]: ...
    @joined
    def apply(
        self,
        func: CrossesThread[Callable[..., R]],
        args: CrossesThread[Iterable[object]] | None = ...,
        kwds: CrossesThread[Mapping[str, object]] | None = ...,
    ) -> R: ...
    def apply_async(
        self,
        func: CrossesThread[Callable[..., R]],
        args: CrossesThread[Iterable[object]] | None = ...,
        kwds: CrossesThread[Mapping[str, object]] | None = ...,
        callback: object = ...,
    ) -> Greenlet[..., R]: ...
    @joined
    @each
    def map(self, func: CrossesThread[Callable[..., R]], iterable: CrossesThread[Iterable[object]]) -> list[R]: ...
    @each
    def map_async(
        self, func: CrossesThread[Callable[..., R]], iterable: CrossesThread[Iterable[object]], callback: object = ...
    ) -> Greenlet[..., list[R]]: ...
    @joined
    @each
    def imap(
        self, func: CrossesThread[Callable[..., R]], *iterables: CrossesThread[Iterable[object]]
    ) -> Iterator[R]: ...
    @joined
    @each
    def imap_unordered(
        self, func: CrossesThread[Callable[..., R]], *iterables: CrossesThread[Iterable[object]]
    ) -> Iterator[R]: ...

class Group(GroupMappingMixin):
    @joined
    def join(self, timeout: float | None = ..., raise_error: bool = ...) -> bool: ...

class Pool(Group):
    def __init__(self, size: int | None = ..., greenlet_class: object = ...) -> None: ...
