"""What the loader options of a statement say of what it loads, followed through variables and helper functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mypy.nodes import Expression, Node, TypeInfo
from mypy.types import Type

from mypy_session_plugin.facts.loading import UNKNOWN_OPTIONS, Options


class LoaderOptions:
    """Answers for the code of one unit, given as all its nodes, by what it assigns to each variable."""

    def __init__(self, nodes: Iterable[Node], type_of: Callable[[Expression], Type | None]) -> None:
        self._nodes = nodes
        self._type_of = type_of

    def of(self, expression: Expression, entity: TypeInfo) -> Options:
        """What a statement, or a Query at any of its methods, says of the instances of an entity that it selects."""
        return UNKNOWN_OPTIONS

    def of_list(self, expression: Expression, entity: TypeInfo) -> Options:
        """What the options say that `get()` is given as a list."""
        return UNKNOWN_OPTIONS
