"""JSON: the standard library's encoder takes neither sessions nor mapped instances, unless it is given another one."""

from typing import overload

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import calls, serializes

@overload
@serializes("json")
def dumps(
    obj: CrossesProcess[object],
    *,
    skipkeys: bool = ...,
    ensure_ascii: bool = ...,
    check_circular: bool = ...,
    allow_nan: bool = ...,
    cls: None = ...,
    indent: int | str | None = ...,
    separators: tuple[str, str] | None = ...,
    default: None = ...,
    sort_keys: bool = ...,
    **kw: None,
) -> str: ...
@overload
@calls("default")
def dumps(obj: object, *, default: object = ..., **kw: object) -> str: ...
@overload
@serializes("json")
def dump(
    obj: CrossesProcess[object],
    fp: object,
    *,
    skipkeys: bool = ...,
    ensure_ascii: bool = ...,
    check_circular: bool = ...,
    allow_nan: bool = ...,
    cls: None = ...,
    indent: int | str | None = ...,
    separators: tuple[str, str] | None = ...,
    default: None = ...,
    sort_keys: bool = ...,
    **kw: None,
) -> None: ...
@overload
@calls("default")
def dump(obj: object, fp: object, *, default: object = ..., **kw: object) -> None: ...
