"""Pickling of more than `pickle` takes: no session that is in use; instances come back detached."""

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import serializes

@serializes("dill")
def dumps(
    obj: CrossesProcess[object],
    protocol: int | None = ...,
    byref: bool | None = ...,
    fmode: int | None = ...,
    recurse: bool | None = ...,
    **kwds: object,
) -> bytes: ...
@serializes("dill")
def dump(
    obj: CrossesProcess[object],
    file: object,
    protocol: int | None = ...,
    byref: bool | None = ...,
    fmode: int | None = ...,
    recurse: bool | None = ...,
    **kwds: object,
) -> None: ...
