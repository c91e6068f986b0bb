"""What a class's attributes are mapped to, and how they come with their row: from annotations and class bodies."""

from __future__ import annotations

from mypy.nodes import TypeInfo

from mypy_session_plugin.facts.loading import Attribute


class Attributes:
    """Answers for all classes of one build; whatever it cannot read it does not know."""

    def __init__(self) -> None:
        self._found: dict[tuple[TypeInfo, str], Attribute | None] = {}

    def of(self, info: TypeInfo | None, name: str) -> Attribute | None:
        """The mapped attribute of that name; None for what is none (a method, a property, a hybrid) or is not known.

        Of an attribute whose loading is not certain the strategy is UNKNOWN.
        """
        return None if info is None else self._found.get((info, name))

    def target(self, info: TypeInfo | None, name: str) -> TypeInfo | None:
        """The class that a relationship leads to; None for every other attribute, and if it is not known."""
        return None
