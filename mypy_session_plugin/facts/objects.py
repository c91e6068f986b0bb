"""The facts about each kind of abstract object in a store: immutable, joined without change to either side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from operator import attrgetter
from typing import TypeAlias

from mypy_session_plugin.facts.identities import NO_CONTENT, NO_IDENTITY, Content, SessionIdentity
from mypy_session_plugin.facts.lending import Lent, join_lent
from mypy_session_plugin.facts.links import NO_LINKS, NO_STRAYS, Cascades, Links, Relationship, Strays
from mypy_session_plugin.facts.loading import Way
from mypy_session_plugin.facts.loads import UNKNOWN_LOADS, Loads
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import compared_fields, dataclass, field, replace
from mypy_session_plugin.facts.session_life import NOT_FOLLOWED, SessionLife
from mypy_session_plugin.facts.states import Situation
from mypy_session_plugin.facts.transactions import UNTOLD, TransactionFacts
from mypy_session_plugin.facts.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    Constant,
    ObjectId,
    Test,
    Unknown,
    Value,
    join,
    parts,
    rename,
)
from mypy_session_plugin.facts.work import UNSEEN, Work

#: Stands among the methods of a session that are not the library's for all of them: one of its bases is not known.
EVERY_METHOD = "*"

Rename: TypeAlias = "Callable[[ObjectId], ObjectId]"
Situations: TypeAlias = "Mapping[Situation | Unknown, Origin | None]"

#: An instance known to stand in more ways than this is unknown besides; a bound that no real program reaches.
MAXIMUM_SITUATIONS = 12


def _first(one: Origin | None, other: Origin | None) -> Origin | None:
    return other if one is None else one if other is None else min(one, other)


def join_situations(parts: Iterable[Situations]) -> dict[Situation | Unknown, Origin | None]:
    """The union; where both sides know a situation the earlier origin stays, so that the order does not matter."""
    result: dict[Situation | Unknown, Origin | None] = {}
    for part in parts:
        for situation, origin in part.items():
            result[situation] = _first(result.get(situation), origin)
    return result


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """A mapped instance: the ways it may stand, each with the event that brought it there.

    `class_name` is the class's full name, `bases` those of all its mapped bases and itself.  `distinct` are the objects
    that existed before this one was constructed, and so are not the same; `constructed` tells that it was made here.
    `links` are the instances in its relationships, `cascades` where those of its class lead (None: not known).
    `content`: its row, and whether it was written.  `loads`: which of its attributes are loaded.  `given`, of the many
    that a container holds: the sites at which one was taken out that unknown code was then given.
    """

    class_name: str
    bases: frozenset[str]
    situations: Situations
    constructed: bool = False
    distinct: frozenset[ObjectId] = frozenset()
    links: Links = NO_LINKS
    content: Content = NO_CONTENT
    loads: Loads = UNKNOWN_LOADS
    given: frozenset[Hashable] = frozenset()
    cascades: Cascades | None = field(default=None, compare=False)

    @property
    def key(self) -> object:
        """What makes two path states different: the situations without their origins."""
        return frozenset(self.situations)

    def with_situations(self, situations: Situations) -> InstanceFacts:
        """The same instance, known to stand in these ways; too many add the unknown."""
        if len(situations) > MAXIMUM_SITUATIONS and UNKNOWN not in situations:
            situations = {**situations, UNKNOWN: None}
        return replace(self, situations=situations)

    def join(self, other: InstanceFacts) -> InstanceFacts:
        """What holds of either."""
        if self == other:
            return self
        joined = self.with_situations(join_situations((self.situations, other.situations)))
        same = self.class_name == other.class_name
        return replace(
            joined,
            class_name=self.class_name if same else min(self.class_name, other.class_name),
            bases=self.bases | other.bases,
            constructed=self.constructed and other.constructed,
            distinct=self.distinct & other.distinct,
            links=self.links.join(other.links),
            content=self.content.join(other.content),
            loads=self.loads.join(other.loads),
            given=self.given | other.given,
            cascades=self.cascades if same else None,
        )

    def renamed(self, change: Rename) -> InstanceFacts:
        """The same facts with every object replaced."""
        situations = {
            replace(situation, session=change(situation.session))
            if isinstance(situation, Situation) and situation.session is not None
            else situation: origin
            for situation, origin in self.situations.items()
        }
        distinct = frozenset(item for item in self.distinct if change(item) == item)
        return replace(self, situations=situations, distinct=distinct, links=self.links.renamed(change))

    def references(self) -> Iterable[ObjectId]:
        """The objects that must be kept as long as this one; sessions always are."""
        return [edge.target for edge in self.links.maybe]


@dataclass(frozen=True, slots=True)
class HandOver:
    """A session was handed over a boundary and what runs there has not been waited for.

    `node` is the call that hands over, `boundary` what is crossed (`thread`, `task`, `process`), `text` how the source
    calls what is handed over, and `how` by which way the other side gets at the session.  `alone` tells that an
    executor of one worker runs it, which no two uses of the session can be at once in.  `shared` tells a session that
    the module makes once, which the other side has by its name and is not given.  Of an instance, `looks` tells that
    the code there only reads what is loaded, and `loads` names the attribute that it must load.
    """

    node: object
    boundary: str
    text: str
    how: str
    alone: bool = False
    shared: object = None
    looks: bool = False
    loads: str = ""

    @property
    def order(self) -> tuple[int, int]:
        """The position of the call, by which several are told in order."""
        return getattr(self.node, "line", 0), getattr(self.node, "column", 0)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session or registry.

    `class_name` is the library class whose stub describes it.  The truth of `autoflush` and `expire_on_commit` is a
    set: True, False, or unknown.  `made_here`: constructed in this function, so its whole life is seen.  `registry`: a
    scoped_session, whose methods work on one session a thread.  `escaped`: unknown code can reach it at any later call.
    `handed`: the hand-overs of it whose other side may be running.  `owned`: this function is to end it, which its
    type says.  `lent`: it is somebody else's, as its type says, and what may be done with it, else None.
    `overridden`: the methods that a subclass, or an assignment, has put in the place of the library's.
    `holds_new`: something may have been inserted in the running transaction.  `depth`: the number of savepoints, None
    for unknown.  `laden`: whose instances in it may have more loaded than a statement says.  `seen`: whose instances
    it has loaded, `ways`: in which ways.  `asked`: it has certainly sent SQL since its last transaction ended.  `work`
    is what was done in its transactions, `transaction` how the running one stands.  `name` is how the source calls it,
    `identity` what tells it from others.  `life` is where it stands between its opening and its end.
    """

    class_name: str
    name: str
    made_here: bool = False
    registry: bool = False
    parameter: bool = False
    shared: bool = False
    synchronized: bool = False
    owned: bool = False
    lent: Lent | None = None
    autoflush: frozenset[bool | Unknown] = frozenset({UNKNOWN})
    expire_on_commit: frozenset[bool | Unknown] = frozenset({UNKNOWN})
    escaped: bool = False
    holds_new: bool = True
    depth: int | None = 0
    handed: frozenset[HandOver] = frozenset()
    lender: tuple[str, ...] | None = None
    identity: SessionIdentity = NO_IDENTITY
    life: SessionLife = NOT_FOLLOWED
    overridden: frozenset[str] = frozenset()
    work: Work = UNSEEN
    strays: Strays = NO_STRAYS
    laden: Strays = NO_STRAYS
    ways: frozenset[Way] = frozenset()
    seen: Strays = NO_STRAYS
    asked: bool = False
    transaction: TransactionFacts = UNTOLD
    origin: Origin | None = field(default=None, compare=False)

    @property
    def key(self) -> object:
        """What makes two path states different: not what tells sessions apart, and of the work only the commits."""
        return _apart(self), self.work.key

    def join(self, other: SessionFacts) -> SessionFacts:
        """What holds of either."""
        if self == other:
            return self
        return replace(
            self,
            name=min(self.name, other.name),
            made_here=self.made_here and other.made_here,
            registry=self.registry or other.registry,
            parameter=self.parameter or other.parameter,
            shared=self.shared or other.shared,
            synchronized=self.synchronized or other.synchronized,
            owned=self.owned and other.owned,
            lent=join_lent(self.lent, other.lent),
            autoflush=self.autoflush | other.autoflush,
            expire_on_commit=self.expire_on_commit | other.expire_on_commit,
            escaped=self.escaped or other.escaped,
            holds_new=self.holds_new or other.holds_new,
            depth=self.depth if self.depth == other.depth else None,
            handed=self.handed | other.handed,
            lender=self.lender if self.lender == other.lender else None,
            identity=self.identity.join(other.identity),
            life=self.life.join(other.life),
            overridden=self.overridden | other.overridden,
            work=self.work.join(other.work),
            strays=self.strays.join(other.strays),
            laden=self.laden.join(other.laden),
            ways=self.ways | other.ways,
            seen=self.seen.join(other.seen),
            asked=self.asked and other.asked,
            transaction=self.transaction.join(other.transaction),
            origin=_first(self.origin, other.origin),
        )

    def unseen(self) -> SessionFacts:
        """The facts where another path comes in on which the session was not made, or not looked at."""
        life = self.life.unseen() if self.made_here else self.life
        transaction = self.transaction if self.made_here else self.transaction.join(UNTOLD)
        same = life == self.life and transaction == self.transaction
        return self if same else replace(self, life=life, transaction=transaction)

    def renamed(self, change: Rename) -> SessionFacts:
        """A session refers to nothing."""
        return self

    def references(self) -> Iterable[ObjectId]:
        """A session refers to nothing."""
        return ()


_JOINED = ("identity", "work", "strays", "laden", "ways", "seen", "asked")
_apart = attrgetter(*(name for name in compared_fields(SessionFacts) if name not in _JOINED))


@dataclass(frozen=True, slots=True)
class Related:
    """Whose collection a container is: the instance, and the relationship that fills it."""

    owner: Value
    relationship: Relationship


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """A list, tuple, set, dict or generator: its elements as one summary, one by one where their number is fixed.

    `related` tells the collection of a relationship that is known.
    """

    kind: str
    elements: Value
    fixed: tuple[Value, ...] | None = None
    keys: tuple[Constant | None, ...] | None = None
    related: Related | None = None

    @property
    def key(self) -> object:
        """Containers never keep path states apart."""
        return None

    def join(self, other: ContainerFacts) -> ContainerFacts:
        """What holds of either."""
        if self == other:
            return self
        fixed = None
        if self.fixed is not None and other.fixed is not None and len(self.fixed) == len(other.fixed):
            fixed = tuple(join(pair) for pair in zip(self.fixed, other.fixed, strict=True))
        return replace(
            self,
            kind=min(self.kind, other.kind),
            elements=join((self.elements, other.elements)),
            fixed=fixed,
            keys=self.keys if self.keys == other.keys and fixed is not None else None,
            related=self.related if self.related == other.related else None,
        )

    def renamed(self, change: Rename) -> ContainerFacts:
        """The same facts with every object replaced."""
        fixed = None if self.fixed is None else tuple(rename(value, change) for value in self.fixed)
        related = self.related
        if related is not None:
            related = replace(related, owner=rename(related.owner, change))
        return replace(self, elements=rename(self.elements, change), fixed=fixed, related=related)

    def references(self) -> Iterable[ObjectId]:
        """The objects among the elements, and whose they are."""
        held = references(self.elements)
        return held if self.related is None else [*held, *references(self.related.owner)]


#: The setting of a result that nothing has read yet, and of an object that uses later what it was given.
UNREAD, KEEPS = ("unread", True), ("keeps", True)


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """A library's object that stands for a session: a Query, Result, SessionTransaction, Thread, Future, Executor ...

    `class_name` names its stub, `session` is the session it works with, `holds` what else it gives out or keeps.
    `bindings` are the shapes that its type variables stand for and `settings` the known options of a factory or
    query, or what is known of a result: both compare by value and name no object.  `handed` are the hand-overs whose
    end this object stands for (a task, a future, a thread, an executor): waiting for it waits for them; `workers` is
    the size of an executor.
    `ended`: what has ended the transaction, or closed the result, that the object stands for.
    """

    class_name: str
    bindings: tuple[tuple[str, Hashable], ...] = ()
    session: Value = frozenset()
    holds: Value = frozenset()
    settings: tuple[tuple[str, Hashable], ...] = ()
    handed: frozenset[HandOver] = frozenset()
    workers: int | None = None
    ended: Origin | None = None

    @property
    def key(self) -> object:
        """A library's objects never keep path states apart."""
        return None

    def join(self, other: LibraryFacts) -> LibraryFacts:
        """What holds of either."""
        if self == other:
            return self
        same = self.class_name == other.class_name
        return LibraryFacts(
            min(self.class_name, other.class_name),
            tuple(item for item in self.bindings if item in other.bindings),
            join((self.session, other.session)) if same else NOTHING_KNOWN,
            join((self.holds, other.holds)),
            tuple(item for item in self.settings if item in other.settings),
            self.handed | other.handed,
            self.workers if self.workers == other.workers else None,
            _first(self.ended, other.ended) if self.ended is not None and other.ended is not None else None,
        )

    def renamed(self, change: Rename) -> LibraryFacts:
        """The same facts with every object replaced."""
        return replace(self, session=rename(self.session, change), holds=rename(self.holds, change))

    def references(self) -> Iterable[ObjectId]:
        """The objects it stands for or holds."""
        return [*references(self.session), *references(self.holds)]


Facts: TypeAlias = "InstanceFacts | SessionFacts | ContainerFacts | LibraryFacts"


def references(value: Value) -> Collection[ObjectId]:
    """Every object that a value names, those inside carriers and tests too."""
    if value is NOTHING_KNOWN:
        return ()
    found: list[ObjectId] = []
    for atom in value:
        if isinstance(atom, ObjectId):
            found.append(atom)
        elif isinstance(atom, Test):
            found.extend(atom.about)
            if isinstance(atom.detail, ObjectId):
                found.append(atom.detail)
        elif not isinstance(atom, (Constant, Unknown)):
            for part in parts(atom):
                found += references(part)
    return found
