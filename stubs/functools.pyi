"""reduce(): it goes through an iterable."""

from collections.abc import Callable, Iterable

from mypy_session_plugin.effects import exhausts

@exhausts("iterable")
def reduce(function: Callable[..., object], iterable: Iterable[object], initial: object = ..., /) -> object: ...
