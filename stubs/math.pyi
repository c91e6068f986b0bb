"""Sums and products of an iterable."""

from collections.abc import Iterable

from mypy_session_plugin.effects import exhausts, forgets

@exhausts("seq")
@forgets
def fsum(seq: Iterable[object], /) -> object: ...
@exhausts("iterable")
@forgets
def prod(iterable: Iterable[object], /, *, start: object = ...) -> object: ...
