"""Pickling: it copies instances, which come back detached, and no session."""

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import serializes

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
