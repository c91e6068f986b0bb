"""The largest and smallest elements of an iterable."""

from collections.abc import Iterable

from mypy_session_plugin.effects import exhausts

@exhausts("iterable")
def nlargest(n: object, iterable: Iterable[object], key: object = ...) -> object: ...
@exhausts("iterable")
def nsmallest(n: object, iterable: Iterable[object], key: object = ...) -> object: ...
