"""What of one instance is loaded: which attributes are there to be read, and since when the others are not.

See https://docs.sqlalchemy.org/en/20/orm/session_state_management.html#refreshing-expiring
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TypeAlias, TypeVar

from mypy_session_plugin.facts.loading import NO_OPTIONS, UNKNOWN_OPTIONS, AfterFlush, Attribute, Options, Strategy
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.values import UNKNOWN, Unknown

T = TypeVar("T")


class Basis(Enum):
    """How the attributes of an instance stand of which nothing is said by name.

    NEW: it was constructed here, so nothing was ever loaded.  ROW: it came with a row, or was refreshed.  EXPIRED:
    nothing is loaded.  REFRESHED: it was expired, and since then a column was read, which has loaded all of them.
    """

    NEW = "new"
    ROW = "row"
    EXPIRED = "expired"
    REFRESHED = "refreshed"

    # A member is one object: the hash that `Enum` defines is of its name, and slow.
    __hash__ = object.__hash__


class Presence(Enum):
    """Whether a read finds an attribute loaded; RAISES: it is not loaded, and was to raise where it is read."""

    LOADED = "loaded"
    ABSENT = "absent"
    RAISES = "raises"

    __hash__ = object.__hash__


#: Stands among what is said of a named attribute: on another path nothing was said of it.
AS_OTHERS = "as others"

Bases: TypeAlias = "Mapping[Basis | Unknown, Origin | None]"
Presences: TypeAlias = "Mapping[Presence | Unknown, Origin | None]"
Marks: TypeAlias = "Mapping[Presence | Unknown | str, Origin | None]"

_UNSAID: Marks = {AS_OTHERS: None}


def _union(one: Mapping[T, Origin | None], other: Mapping[T, Origin | None]) -> dict[T, Origin | None]:
    """All of both; of one thing the earlier origin stays, so that the order does not matter."""
    result = dict(one)
    for key, origin in other.items():
        known = result.get(key)
        result[key] = origin if known is None else known if origin is None else min(known, origin)
    return result


#: Strategies by which an attribute that was thrown away is loaded again at its next read.
LOADED_IN_TIME = frozenset({Strategy.EAGER, Strategy.LAZY, Strategy.DEFERRED})


@dataclass(frozen=True, slots=True)
class Loads:
    """What is known of the attributes of one instance.

    `bases`: how those stand that are not `named`, each way with what brought it about.  `options` are those of the
    statement that loaded it.
    """

    bases: Bases
    named: Mapping[str, Marks]
    options: Options = NO_OPTIONS

    def join(self, other: Loads) -> Loads:
        """What holds of either."""
        if self is other or self == other:
            return self
        names = {**self.named, **other.named}
        return Loads(
            _union(self.bases, other.bases),
            {name: _union(self.named.get(name, _UNSAID), other.named.get(name, _UNSAID)) for name in names},
            self.options.join(other.options),
        )

    @property
    def known(self) -> bool:
        """Whether anything is known at all."""
        return self is not UNKNOWN_LOADS and (UNKNOWN not in self.bases or bool(self.named))

    @property
    def is_expired(self) -> bool:
        """Whether nothing at all is loaded, so that a read of whatever attribute must ask the database."""
        return not self.named and bool(self.bases) and all(basis is Basis.EXPIRED for basis in self.bases)

    @property
    def may_be_expired(self) -> bool:
        """Whether nothing may be loaded but what is named."""
        return Basis.EXPIRED in self.bases

    def presences(self, attribute: Attribute) -> Presences:
        """How an attribute may stand."""
        marks = self.named.get(attribute.name)
        if marks is None:
            return self._by_bases(attribute)
        said: Presences = {key: origin for key, origin in marks.items() if not isinstance(key, str)}
        if Presence.ABSENT in said and attribute.strategy not in LOADED_IN_TIME:
            # One that raises goes on to do so when it is thrown away.
            said = {**said, UNKNOWN: None}
        return _union(said, self._by_bases(attribute)) if AS_OTHERS in marks else said

    def _by_bases(self, attribute: Attribute) -> Presences:
        found: dict[Presence | Unknown, Origin | None] = {}
        for basis, origin in self.bases.items():
            presence = UNKNOWN if isinstance(basis, Unknown) else _presence(basis, attribute, self.options)
            found = _union(found, {presence: origin})
        return found

    def loaded(self, names: Iterable[str]) -> Loads:
        """These attributes are there now: they were assigned, or a read has loaded them."""
        return self._marked(names, {Presence.LOADED: None})

    def unloaded(self, names: Iterable[str], origin: Origin | None) -> Loads:
        """These attributes were thrown away."""
        return self._marked(names, {Presence.ABSENT: origin})

    def unset_expired(self, origin: Origin | None) -> Loads:
        """What a new instance was given no value for is thrown away."""
        is_new = all(basis is Basis.NEW for basis in self.bases)
        return replace(self, bases={Basis.EXPIRED: origin}) if is_new else UNKNOWN_LOADS

    def with_columns(self) -> Loads:
        """A column that was thrown away has been read: the others come with it."""
        gone = [name for name, marks in self.named.items() if Presence.ABSENT in marks]
        return replace(self, named={**self.named, **{name: {**self.named[name], UNKNOWN: None} for name in gone}})

    def doubted(self, names: Iterable[str]) -> Loads:
        """Of these attributes nothing is known any more."""
        return self._marked(names, {UNKNOWN: None})

    def _marked(self, names: Iterable[str], marks: Marks) -> Loads:
        changed = dict.fromkeys(names, marks)
        return replace(self, named={**self.named, **changed}) if changed else self


def _presence(basis: Basis, attribute: Attribute, options: Options) -> Presence | Unknown:
    """How an attribute of which nothing is said by name stands after what the basis tells."""
    match basis:
        case Basis.NEW:
            return _of_new(attribute)
        case Basis.ROW:
            return _of_strategy(options.strategy(attribute))
        case Basis.EXPIRED if not attribute.is_relationship:
            return _of_expired(attribute.strategy)
        case Basis.EXPIRED:
            return UNKNOWN if _raises_by_option(attribute, options) else _of_expired(attribute.strategy)
    return _of_refreshed(attribute, options)


def _of_new(attribute: Attribute) -> Presence | Unknown:
    """An attribute that the program gave no value before the INSERT.

    A plain column without a value is None then, for which nothing is asked.
    """
    if attribute.is_relationship:
        known = attribute.strategy in (Strategy.LAZY, Strategy.EAGER)
        return Presence.ABSENT if known else _of_expired(attribute.strategy)
    if attribute.inserted is AfterFlush.EXPIRED or attribute.strategy is Strategy.DEFERRED:
        return Presence.ABSENT
    return Presence.LOADED if attribute.inserted is AfterFlush.KEPT else UNKNOWN


def _of_strategy(strategy: Strategy) -> Presence | Unknown:
    match strategy:
        case Strategy.EAGER | Strategy.NOLOAD:
            return Presence.LOADED
        case Strategy.LAZY | Strategy.DEFERRED:
            return Presence.ABSENT
        case Strategy.RAISE:
            return Presence.RAISES
    return UNKNOWN


def _of_expired(strategy: Strategy) -> Presence | Unknown:
    """An attribute of an instance that was expired: also what comes with a row is gone."""
    return Presence.ABSENT if strategy is Strategy.EAGER else _of_strategy(strategy)


def _raises_by_option(attribute: Attribute, options: Options) -> bool:
    """Whether an option may let a relationship raise, which an expired instance forgets until it is refreshed."""
    strategy = options.strategy(attribute)
    return strategy is not attribute.strategy and strategy not in (Strategy.EAGER, Strategy.LAZY)


def _of_refreshed(attribute: Attribute, options: Options) -> Presence | Unknown:
    """An attribute after the read of an expired column: all columns have come, with all that is eager."""
    if not attribute.is_relationship:
        plain = attribute.strategy is Strategy.EAGER and options == NO_OPTIONS
        return Presence.LOADED if plain else UNKNOWN
    strategy = options.strategy(attribute)
    return _of_strategy(strategy) if strategy is attribute.strategy and strategy is not Strategy.EAGER else UNKNOWN


def of_row(options: Options, origin: Origin | None) -> Loads:
    """An instance that a statement with these options has loaded."""
    return UNKNOWN_LOADS if options.unknown else Loads({Basis.ROW: origin}, {}, options)


def expired(options: Options, origin: Origin | None) -> Loads:
    """An instance of which nothing is loaded any more; the options are those of the statement that loaded it."""
    return Loads({Basis.EXPIRED: origin}, {}, options)


def of_new(given: Iterable[str]) -> Loads:
    """An instance that was constructed with these attributes."""
    return Loads({Basis.NEW: None}, {}).loaded(given)


#: An instance of whose attributes nothing is known.
UNKNOWN_LOADS = Loads({UNKNOWN: None}, {}, UNKNOWN_OPTIONS)
