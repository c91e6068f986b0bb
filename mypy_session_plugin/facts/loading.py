"""What of an instance is loaded with its row, and what is not: as the mapping says, and as one statement says instead.

See https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html and
https://docs.sqlalchemy.org/en/20/orm/queryguide/columns.html
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, TypeVar

from mypy_session_plugin.facts.records import dataclass, replace

T = TypeVar("T")


class Strategy(Enum):
    """How an attribute comes with its row.

    EAGER: it is loaded with it.  LAZY and DEFERRED: a relationship and a column that are loaded at the first read.
    RAISE: such a read raises, with RAISE_ON_SQL only if it would send SQL.  NOLOAD: it is empty, whatever the database
    has.  UNKNOWN: any of these.
    """

    EAGER = "eager"
    LAZY = "lazy"
    DEFERRED = "deferred"
    RAISE = "raise"
    RAISE_ON_SQL = "raise_on_sql"
    NOLOAD = "noload"
    UNKNOWN = "unknown"

    # A member is one object: the hash that `Enum` defines is of its name, and slow.
    __hash__ = object.__hash__


class AttributeKind(Enum):
    """What an attribute is mapped to.

    EXPRESSION: what the database computes with the row (`column_property`, `query_expression`).  COMPOSITE: an object
    made of columns.  RELATED: a relationship, to one or to many.  WRITE_ONLY and DYNAMIC: a collection that is never
    loaded, and whose read sends nothing.  UNKNOWN: any of these, or nothing that is mapped.
    """

    COLUMN = "column"
    EXPRESSION = "expression"
    COMPOSITE = "composite"
    TO_ONE = "to one"
    TO_MANY = "to many"
    RELATED = "related"
    WRITE_ONLY = "write only"
    DYNAMIC = "dynamic"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__


class AfterFlush(Enum):
    """What a flush that writes the row leaves of a column to which the program gave no value.

    KEPT: what was there, a Python-side default included.  EXPIRED: the next read loads what the database made of it.
    UNKNOWN: either, by the database and its version.
    """

    KEPT = "kept"
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__


#: The kinds that wildcards of relationships (`raiseload("*")`) and those of columns (`defer("*")`) are about.
RELATIONSHIPS = frozenset({AttributeKind.TO_ONE, AttributeKind.TO_MANY, AttributeKind.RELATED})
WITH_THE_ROW = frozenset({AttributeKind.COLUMN, AttributeKind.EXPRESSION})


@dataclass(frozen=True, slots=True)
class Attribute:
    """A mapped attribute of a class.

    `name` is the attribute that is loaded: of a synonym, the one it stands for.  `strategy` is that of the mapping.
    `group` is the `deferred_group`.  `primary_key` is None if it may be (a part of) one.  `inserted` and `updated` tell
    of an INSERT and an UPDATE of the row that say nothing of the column.  `target` is the mapped class that a
    relationship leads to, by its full name; empty if unknown.
    """

    name: str
    kind: AttributeKind
    strategy: Strategy
    group: str = ""
    primary_key: bool | None = False
    inserted: AfterFlush = AfterFlush.KEPT
    updated: AfterFlush = AfterFlush.KEPT
    target: str = ""

    @property
    def is_relationship(self) -> bool:
        """Whether other instances are read through it that are loaded by a statement of their own, or by a join."""
        return self.kind in RELATIONSHIPS


@dataclass(frozen=True, slots=True)
class Options:
    """What the loader options of one statement say of the instances of one entity, as exceptions to its mapping.

    `named` are the strategies of attributes by their names, `nested` the options for the instances found through a
    relationship.  `relationships` and `columns` are the strategies of the other attributes of the entity (its own
    wildcards, `load_only`), `all_relationships` and `all_columns` those of whatever else the statement loads too.
    `groups` are the deferred groups that are loaded.  `populate_existing` is None where it is not known.  `unknown`:
    nothing is known.
    """

    named: frozenset[tuple[str, Strategy]] = frozenset()
    nested: frozenset[tuple[str, Options]] = frozenset()
    relationships: Strategy | None = None
    columns: Strategy | None = None
    all_relationships: Strategy | None = None
    all_columns: Strategy | None = None
    groups: frozenset[tuple[str, Strategy]] = frozenset()
    populate_existing: bool | None = False
    unknown: bool = False

    def strategy(self, attribute: Attribute) -> Strategy:
        """How an attribute of the entity itself comes with its row."""
        said = self._strategy(attribute)
        if attribute.primary_key is False or said is attribute.strategy:
            return said
        # A key always comes with its row.
        return attribute.strategy if attribute.primary_key else Strategy.UNKNOWN

    def _strategy(self, attribute: Attribute) -> Strategy:
        if self.unknown:
            return Strategy.UNKNOWN
        for name, strategy in self.named:
            if name == attribute.name:
                return strategy
        if attribute.kind in RELATIONSHIPS:
            return _said([self.relationships, self.all_relationships], attribute.strategy)
        if attribute.kind in WITH_THE_ROW:
            return self._of_column(attribute)
        of_columns = (self.columns, self.all_columns, *(strategy for _name, strategy in self.named))
        is_made_of_some = attribute.kind is AttributeKind.COMPOSITE and not {None, Strategy.EAGER}.issuperset(
            of_columns
        )
        return Strategy.UNKNOWN if is_made_of_some else attribute.strategy

    def _of_column(self, attribute: Attribute) -> Strategy:
        """The strategy of a column that is not named."""
        said = _said([self.columns, self.all_columns], None)
        group = next((strategy for name, strategy in self.groups if name == attribute.group), None)
        if group is not None and attribute.strategy is not Strategy.EAGER:
            return group if said is None else Strategy.UNKNOWN
        if said is None:
            return attribute.strategy
        return Strategy.UNKNOWN if attribute.strategy is Strategy.NOLOAD else said

    def below(self, name: str) -> Options:
        """The options for the instances that are loaded through a relationship of the entity."""
        if self.unknown:
            return UNKNOWN_OPTIONS
        found = next((options for key, options in self.nested if key == name), NO_OPTIONS)
        if found.unknown:
            return found
        # How far wildcards reach into what is loaded by a statement of its own depends on that.
        reached = self.all_relationships if (name, Strategy.EAGER) in self.named else Strategy.UNKNOWN
        return replace(
            found,
            all_relationships=None if self.all_relationships is None else reached,
            all_columns=None if self.all_columns is None else Strategy.UNKNOWN,
            populate_existing=self.populate_existing,
        )

    def join(self, other: Options) -> Options:
        """What both say; of what they say differently nothing is known."""
        if self is other or self == other:
            return self
        if self.unknown or other.unknown:
            return UNKNOWN_OPTIONS
        mine, theirs = dict(self.nested), dict(other.nested)
        nested = {name: mine.get(name, NO_OPTIONS).join(theirs.get(name, NO_OPTIONS)) for name in {**mine, **theirs}}
        return Options(
            _joined(self.named, other.named),
            frozenset(nested.items()),
            _either(self.relationships, other.relationships, Strategy.UNKNOWN),
            _either(self.columns, other.columns, Strategy.UNKNOWN),
            _either(self.all_relationships, other.all_relationships, Strategy.UNKNOWN),
            _either(self.all_columns, other.all_columns, Strategy.UNKNOWN),
            _joined(self.groups, other.groups),
            _either(self.populate_existing, other.populate_existing, None),
        )


class Way(NamedTuple):
    """How a statement has loaded instances of a class, which has these bases, itself among them.

    `wide`: others of which nothing is said came along with them.
    """

    class_name: str
    bases: frozenset[str]
    options: Options
    wide: bool = False

    def may_have(self, class_name: str, bases: frozenset[str]) -> bool:
        """Whether an instance of another class may be one of these."""
        return self.class_name in bases or class_name in self.bases


def _said(strategies: Iterable[Strategy | None], otherwise: T) -> Strategy | T:
    """The first strategy that is given at all."""
    return next((strategy for strategy in strategies if strategy is not None), otherwise)


def _joined(
    one: Iterable[tuple[str, Strategy]], other: Iterable[tuple[str, Strategy]]
) -> frozenset[tuple[str, Strategy]]:
    mine, theirs = dict(one), dict(other)
    return frozenset(
        (name, _either(mine.get(name), theirs.get(name), Strategy.UNKNOWN) or Strategy.UNKNOWN)
        for name in {**mine, **theirs}
    )


def _either(one: T, other: T, unknown: T) -> T:
    return one if one == other else unknown


#: A statement without loader options: everything is loaded as it is mapped.
NO_OPTIONS = Options()
#: A statement of which nothing is known.
UNKNOWN_OPTIONS = Options(populate_existing=None, unknown=True)
