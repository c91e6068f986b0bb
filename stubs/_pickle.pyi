"""Pickling: it copies instances, and no session.

What comes back is in no session: what was transient or pending is transient, what had a row detached.
"""

from typing import TypeVar

from mypy_session_plugin import CrossesProcess, Unattached
from mypy_session_plugin.effects import serializes

T = TypeVar("T")

@serializes("pickle")
def dumps(
    obj: CrossesProcess[object], protocol: int | None = ..., *, fix_imports: bool = ..., buffer_callback: object = ...
) -> bytes: ...
@serializes("pickle")
def dump(
    obj: CrossesProcess[object],
    file: object,
    protocol: int | None = ...,
    *,
    fix_imports: bool = ...,
    buffer_callback: object = ...,
) -> None: ...
def loads(
    data: object,
    /,
    *,
    fix_imports: bool = ...,
    encoding: str = ...,
    errors: str = ...,
    buffers: object = ...,
) -> Unattached[T]: ...
def load(
    file: object,
    *,
    fix_imports: bool = ...,
    encoding: str = ...,
    errors: str = ...,
    buffers: object = ...,
) -> Unattached[T]: ...
