"""What relationships say of an instance: which others it is linked with, and what an operation on it does to those."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.facts.values import ObjectId

#: The cascades of a relationship that has no `cascade=`.
DEFAULT_CASCADES = frozenset({"save-update", "merge"})
#: What `cascade="all"` stands for.
ALL_CASCADES = frozenset({"save-update", "merge", "refresh-expire", "expunge", "delete"})
DELETE_ORPHAN = "delete-orphan"


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship as it is mapped.

    `reverse` is the attribute of the other class that `back_populates` or `backref` keeps in step, with the cascades of
    that one.  `many` tells a collection from a reference, `reverse_many` what may be one on the other side.
    `validated`: a method of one of the two classes is called where an instance is put in.
    """

    name: str
    cascades: frozenset[str]
    reverse: str | None = None
    reverse_cascades: frozenset[str] = frozenset()
    many: bool = False
    reverse_many: bool = True
    validated: bool = False


@dataclass(frozen=True, slots=True)
class Classes:
    """A few classes by their full names, with the names of all their bases."""

    names: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()

    def may_have(self, class_name: str, bases: frozenset[str]) -> bool:
        """Whether an instance known to be of a class (with these bases, itself among them) may be of one of these."""
        return class_name in self.bases or not self.names.isdisjoint(bases)

    def join(self, other: Classes) -> Classes:
        """All of both."""
        if self is other or (other.names <= self.names and other.bases <= self.bases):
            return self
        return Classes(self.names | other.names, self.bases | other.bases)


@dataclass(frozen=True, slots=True)
class Cascades:
    """The classes of which an operation on an instance of one class may take instances along, by the cascade's name.

    Of a cascade that is missing nothing is known: it may go anywhere.
    """

    classes: dict[str, Classes] = field(default_factory=dict)

    def of(self, kind: str) -> Classes | None:
        """The classes that this cascade leads to, however many steps away; None if that is not known."""
        return self.classes.get(kind)


@dataclass(frozen=True, slots=True)
class Strays:
    """Whose instances may have left a session, or are to be deleted, while a loaded relationship still has them.

    Where no classes are named, those of any class.
    """

    classes: Classes | None = Classes()

    def join(self, other: Strays) -> Strays:
        """What holds of either."""
        if self.classes is None or other.classes is None:
            return self if self.classes is None else other
        classes = self.classes.join(other.classes)
        return self if classes is self.classes else Strays(classes)

    def may_have(self, class_name: str, bases: frozenset[str]) -> bool:
        """Whether an instance of the class may be a stray."""
        return self.classes is None or self.classes.may_have(class_name, bases)


NO_STRAYS, ANY_STRAYS = Strays(), Strays(None)


def strays_of(class_name: str, bases: frozenset[str]) -> Strays:
    """The instances of one class, with all its bases and itself among them."""
    return Strays(Classes(frozenset({class_name}), bases))


class Edge(NamedTuple):
    """An instance stands in a relationship of another: its attribute, what cascades along it, and the instance."""

    attribute: str
    cascades: frozenset[str]
    target: ObjectId


@dataclass(frozen=True, slots=True)
class Links:
    """What was put into the relationships of an instance in this function.

    `surely` are the edges that stand now, `maybe` those and all that may.  `other`: it may be linked with others that
    are not seen.
    """

    surely: frozenset[Edge] = frozenset()
    maybe: frozenset[Edge] = frozenset()
    other: bool = False

    def join(self, other: Links) -> Links:
        """What holds of either."""
        if self is other or self == other:
            return self
        return Links(self.surely & other.surely, self.maybe | other.maybe, self.other or other.other)

    def linked(self, edge: Edge, surely: bool) -> Links:
        """With one more edge."""
        sure = self.surely | {edge} if surely else self.surely
        return Links(sure, self.maybe | {edge}, self.other)

    def without(self, drop: Callable[[Edge], bool]) -> Links:
        """With some edges uncertain: they may have been taken away."""
        kept = frozenset(edge for edge in self.surely if not drop(edge))
        return self if len(kept) == len(self.surely) else Links(kept, self.maybe, self.other)

    def weakened(self) -> Links:
        """With no certain edge: what was not written yet may have been loaded anew."""
        return Links(frozenset(), self.maybe, self.other) if self.surely else self

    def widened(self) -> Links:
        """After code that is not seen may have linked it with anything."""
        return self if self.other and not self.surely else Links(frozenset(), self.maybe, True)

    def renamed(self, change: Callable[[ObjectId], ObjectId]) -> Links:
        """With every object replaced; an edge to one of many is not certain."""
        if not self.maybe:
            return self
        surely = frozenset(edge for edge in self.surely if change(edge.target) == edge.target)
        maybe = frozenset(edge._replace(target=change(edge.target)) for edge in self.maybe)
        return Links(surely, maybe, self.other)


NO_LINKS = Links()
