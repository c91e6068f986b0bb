"""What the operators of expressions take out of an iterable; a type checker finds them in a class of its own."""

from collections.abc import Iterable

from mypy_session_plugin.effects import exhausts

class SQLCoreOperations:
    @exhausts("other")
    def in_(self, other: Iterable[object]) -> object: ...
    @exhausts("other")
    def not_in(self, other: Iterable[object]) -> object: ...
    @exhausts("other")
    def notin_(self, other: Iterable[object]) -> object: ...
