"""The functions under `threading`: the new thread runs at once, and nobody can wait for it."""

from collections.abc import Callable, Mapping

from mypy_session_plugin import CrossesThread

def start_new_thread(
    function: CrossesThread[Callable[..., object]],
    args: CrossesThread[tuple[object, ...]],
    kwargs: CrossesThread[Mapping[str, object]] = ...,
    /,
) -> int: ...
def start_new(
    function: CrossesThread[Callable[..., object]],
    args: CrossesThread[tuple[object, ...]],
    kwargs: CrossesThread[Mapping[str, object]] = ...,
    /,
) -> int: ...
