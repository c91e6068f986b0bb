"""Which attributes of a mapped class come along with others, or go with a flush: asked once a class."""

from __future__ import annotations

from mypy.nodes import TypeInfo

from mypy_session_plugin.facts.loading import AfterFlush, Attribute, Strategy
from mypy_session_plugin.semantics.attributes import Attributes


class AttributeSets:
    """Answers for all classes of one build."""

    def __init__(self, attributes: Attributes) -> None:
        self._attributes = attributes
        self._all: dict[TypeInfo, tuple[Attribute, ...]] = {}

    def of(self, info: TypeInfo) -> tuple[Attribute, ...]:
        """All mapped attributes of a class."""
        known = self._all.get(info)
        if known is None:
            names = dict.fromkeys(name for base in info.mro for name in base.names)
            found = (self._attributes.of(info, name) for name in names)
            known = self._all[info] = tuple(attribute for attribute in found if attribute is not None)
        return known

    def group(self, info: TypeInfo, attribute: Attribute) -> tuple[str, ...]:
        """The deferred columns that are loaded with one of their group."""
        if not attribute.group:
            return ()
        return tuple(item.name for item in self.of(info) if item.group == attribute.group)

    def refetched(self, info: TypeInfo) -> tuple[Attribute, ...]:
        """The columns that an UPDATE of the row leaves to the next read, or may."""
        return tuple(item for item in self.of(info) if item.updated is not AfterFlush.KEPT)

    def brings_others(self, info: TypeInfo) -> bool:
        """Whether a row of the class may load instances of other classes by its mapping alone."""
        plain = (Strategy.LAZY, Strategy.RAISE, Strategy.RAISE_ON_SQL, Strategy.NOLOAD)
        return any(item.is_relationship and item.strategy not in plain for item in self.of(info))
