"""The store: what every place holds and what is known of every object, on one path state.

A program point holds a few stores, each with the branch literals it took (property simulation: M. Das, S. Lerner,
M. Seigle, "ESP: Path-Sensitive Program Verification in Polynomial Time", PLDI 2002).  A store is changed in place
within a block and copied, cut down to what is live, at its edges.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from functools import lru_cache
from typing import TypeAlias

from mypy_session_plugin.facts.objects import Facts, InstanceFacts, SessionFacts, references
from mypy_session_plugin.facts.records import dataclass, field, replace
from mypy_session_plugin.facts.values import NOTHING_KNOWN, UNKNOWN, ObjectId, Subject, Value, join, rename

#: A variable (`x`, or `app.db` for a global) or a temporary of the graph.
Name: TypeAlias = "str | int"
Place: TypeAlias = "tuple[str, ...]"

#: The pseudo-place of everything that unknown code can assign wherever it runs: globals and what hangs on them.
GLOBALS: Place = ("<globals>",)
#: The first part of the pseudo-place of every attribute of one name, whatever the object.
ATTRIBUTES = "<attributes>"

#: Kinds of objects that are not created in the function: they stand for what a place holds when it is first read.
SYMBOLIC = frozenset({"parameter", "captured", "global", "path"})


@dataclass(slots=True)
class Store:
    """One path state; `join`, `copy` and `covers` leave both sides as they are, everything else changes the store."""

    variables: dict[Name, Value] = field(default_factory=dict)
    paths: dict[Place, Value] = field(default_factory=dict)
    heap: dict[ObjectId, Facts] = field(default_factory=dict)
    literals: dict[Subject, bool] = field(default_factory=dict)
    epochs: dict[Place, frozenset[Hashable]] = field(default_factory=dict)

    def copy(self) -> Store:
        """An independent store with the same contents; facts and values are immutable and shared."""
        return Store(dict(self.variables), dict(self.paths), dict(self.heap), dict(self.literals), dict(self.epochs))

    def value(self, name: Name) -> Value:
        """What a temporary or variable holds; unknown where it was never assigned."""
        return self.variables.get(name, NOTHING_KNOWN)

    def assign(self, variable: str, value: Value, site: Hashable) -> None:
        """A strong update of a variable: paths and literals that begin with it die."""
        self.forget_places((variable,))
        self.disturb((variable,), site)
        self.variables[variable] = value

    def assign_attribute(self, name: str, place: Place | None, value: Value, site: Hashable) -> None:
        """A strong update of an attribute path; every other path that reads that name is unknown from here."""
        for path in [path for path in self.paths if name in path[1:]]:
            del self.paths[path]
        for subject in [subject for subject in self.literals if name in subject.place[1:]]:
            del self.literals[subject]
        self.disturb((ATTRIBUTES, name), site)
        if place is not None:
            self.paths[place] = value

    def forget_places(self, prefix: Place) -> None:
        """Drop the values and literals of every place that begins with this one."""
        length = len(prefix)
        if self.paths:
            for place in [place for place in self.paths if place[:length] == prefix]:
                del self.paths[place]
        if self.literals:
            for subject in [subject for subject in self.literals if subject.place[:length] == prefix]:
                del self.literals[subject]

    def forget_below(self, place: Place) -> None:
        """Drop the values of what hangs on this place, and the literals of the place and of what hangs on it."""
        length = len(place)
        for path in [path for path in self.paths if len(path) > length and path[:length] == place]:
            del self.paths[path]
        for subject in [subject for subject in self.literals if subject.place[:length] == place]:
            if len(subject.place) > length or length > 1:
                del self.literals[subject]

    def disturb(self, prefix: Place, site: Hashable) -> None:
        """What stands below this place may be another object from here on.

        The symbols that an earlier turn through the same site named become "older": they are not this turn's.
        """
        self._age_symbols(prefix, site)
        self.epochs[prefix] = frozenset({site})

    def _age_symbols(self, prefix: Place, site: Hashable) -> None:
        for identity in list(self.heap):
            if identity.kind != "path" or identity.older:
                continue
            place, epochs = _read_in(identity)
            below = prefix[1] in place[1:] if prefix[0] == ATTRIBUTES else place[: len(prefix)] == prefix
            if below and site in epochs:
                self._fold(identity)

    def epoch(self, place: Place) -> frozenset[Hashable]:
        """The sites that last disturbed the place or a prefix of it."""
        found: frozenset[Hashable] = frozenset()
        for length in range(1, len(place) + 1):
            found |= self.epochs.get(place[:length], frozenset())
        for name in place[1:]:
            found |= self.epochs.get((ATTRIBUTES, name), frozenset())
        return found

    def create(self, identity: ObjectId, facts: Facts) -> ObjectId:
        """A new object at a site: the site's former most recent one joins the older ones."""
        if identity in self.heap:
            self._fold(identity)
        self.heap[identity] = facts
        return identity

    def _fold(self, identity: ObjectId) -> None:
        older = identity._replace(older=True)

        def change(item: ObjectId) -> ObjectId:
            return older if item == identity else item

        facts = self.heap.pop(identity)
        others = {key: value.renamed(change) for key, value in self.heap.items()}
        folded = facts.renamed(change)
        others[older] = folded.join(others[older]) if older in others else folded  # type: ignore[arg-type]
        self.heap = others
        self.variables = {name: rename(value, change) for name, value in self.variables.items()}
        self.paths = {place: rename(value, change) for place, value in self.paths.items()}

    def instances(self) -> Iterable[tuple[ObjectId, InstanceFacts]]:
        """Every instance, as a list that outlives changes."""
        return [(key, facts) for key, facts in self.heap.items() if type(facts) is InstanceFacts]

    def session(self, identity: ObjectId) -> SessionFacts | None:
        """The facts of a session, or None for what is none."""
        facts = self.heap.get(identity)
        return facts if isinstance(facts, SessionFacts) else None

    def pruned(self, live: frozenset[Name]) -> Store:
        """A copy without what no later instruction reads; sessions stay."""
        mine = self.variables
        variables = {name: mine[name] for name in live if name in mine}
        roots = _roots(live)
        paths = {place: value for place, value in self.paths.items() if place[0] in roots}
        literals = {subject: truth for subject, truth in self.literals.items() if subject.place[0] in roots}
        epochs = {
            place: sites
            for place, sites in self.epochs.items()
            if place[0] in roots or place[0] == ATTRIBUTES or place == GLOBALS
        }
        heap = self._reachable([*variables.values(), *paths.values()])
        return Store(variables, paths, heap, literals, epochs)

    def _reachable(self, values: Iterable[Value]) -> dict[ObjectId, Facts]:
        mine = self.heap
        kept = {key for key, facts in mine.items() if type(facts) is SessionFacts}
        if len(kept) == len(mine):
            return dict(mine)
        waiting = [item for value in values if value is not NOTHING_KNOWN for item in references(value)]
        while waiting:
            identity = waiting.pop()
            if identity not in kept and (facts := mine.get(identity)) is not None:
                kept.add(identity)
                waiting.extend(facts.references())
        heap: dict[ObjectId, Facts] = {}
        marked: list[InstanceFacts] = []
        for key, facts in mine.items():
            if type(facts) is not InstanceFacts:
                if key in kept:
                    heap[key] = facts
            elif key in kept:
                heap[key] = _without_dead(facts, kept)
            elif _is_marked(facts):
                marked.append(facts)
        for facts in marked:
            _retain_marked(heap, facts)
        return heap

    def same_facts(self, other: Store) -> bool:
        """Whether sessions and instances stand alike, so that the two path states may become one.

        Only the most recent instance of a site keeps path states apart: the older ones are a summary in any case.
        """
        theirs = other.heap
        for key, facts in self.heap.items():
            if key.older:
                continue
            present = theirs.get(key)
            if present is facts:
                continue
            if present is None:
                if type(facts) is InstanceFacts:
                    return False
            elif facts.key != present.key:
                return False
        mine = self.heap
        for key, facts in theirs.items():
            if type(facts) is InstanceFacts and not key.older and key not in mine:
                return False
        return True

    def join(self, other: Store) -> Store:
        """What holds on either path state: union of values and facts, the common literals.

        That is this store itself, not a copy, where the other one tells nothing new.
        """
        variables, heap = _join_variables(self.variables, other.variables), _join_heaps(self.heap, other.heap)
        paths, epochs = _join_paths(self.paths, other.paths), _join_epochs(self.epochs, other.epochs)
        literals = {subject: truth for subject, truth in self.literals.items() if other.literals.get(subject) is truth}
        same = variables is self.variables and heap is self.heap and paths is self.paths and epochs is self.epochs
        if same and len(literals) == len(self.literals):
            return self
        return Store(dict(variables), dict(paths), dict(heap), literals, dict(epochs))

    def covers(self, other: Store) -> bool:
        """Whether everything possible in `other` is possible here: the order of the lattice."""
        return self.join(other) == self


@lru_cache(maxsize=512)
def _roots(live: frozenset[Name]) -> frozenset[str]:
    """The variables among what is live: every block asks again with the same set."""
    return frozenset(name if isinstance(name, str) else f"#{name}" for name in live)


def _join_variables(mine: dict[Name, Value], theirs: dict[Name, Value]) -> dict[Name, Value]:
    """The values of either side; `mine` itself where that is all."""
    changed: dict[Name, Value] = {}
    for name, value in theirs.items():
        present = mine.get(name)
        if present is None:
            changed[name] = _unread(name, value)
        elif present is not value and present != value:
            joined = join((present, value))
            if joined != present:
                changed[name] = joined
    for name, value in mine.items():
        if name not in theirs:
            unread = _unread(name, value)
            if unread is not value:
                changed[name] = unread
    return {**mine, **changed} if changed else mine


def _join_paths(mine: dict[Place, Value], theirs: dict[Place, Value]) -> dict[Place, Value]:
    """The values of what both sides know; `mine` itself where that is the same."""
    result = {place: join((value, theirs[place])) for place, value in mine.items() if place in theirs}
    return mine if result == mine else result


def _join_epochs(
    mine: dict[Place, frozenset[Hashable]], theirs: dict[Place, frozenset[Hashable]]
) -> dict[Place, frozenset[Hashable]]:
    """The sites of either side; `mine` itself where these are all."""
    changed: dict[Place, frozenset[Hashable]] = {}
    for place, sites in theirs.items():
        present = mine.get(place)
        if present is None:
            changed[place] = sites
        elif present is not sites and not sites <= present:
            changed[place] = present | sites
    return {**mine, **changed} if changed else mine


def _is_marked(facts: InstanceFacts) -> bool:
    """Whether an instance is to be deleted by the next flush: until then its session gives it out when it is loaded."""
    return any(getattr(item, "marked", False) for item in facts.situations)


def _retain_marked(heap: dict[ObjectId, Facts], facts: InstanceFacts) -> None:
    """Nothing names this instance any more, but its session will still delete it: one summary a class."""
    identity = ObjectId("marked", facts.class_name, older=True)
    nameless = replace(facts, distinct=frozenset()) if facts.distinct else facts
    present = heap.get(identity)
    heap[identity] = nameless.join(present) if isinstance(present, InstanceFacts) else nameless


def _read_in(identity: ObjectId) -> tuple[Place, Collection[Hashable]]:
    """The place that a symbol was read from and its epochs then; a registry is the same in all."""
    site = identity.site
    if isinstance(site, tuple) and len(site) == 2 and isinstance(site[1], frozenset):
        return site
    return (), ()


def _without_dead(facts: InstanceFacts, kept: set[ObjectId]) -> InstanceFacts:
    """The facts without what they say of objects that are dropped: their sites may create others."""
    distinct = facts.distinct
    return facts if not distinct or distinct <= kept else replace(facts, distinct=distinct & kept)


def _unread(name: Name, value: Value) -> Value:
    """A global that only one side has assigned holds something else on the other."""
    if isinstance(name, str) and "." in name and not all(_is_symbolic(atom) for atom in value):
        return value | NOTHING_KNOWN
    return value


def _is_symbolic(atom: object) -> bool:
    return isinstance(atom, ObjectId) and atom.kind in SYMBOLIC


def _join_heaps(mine: dict[ObjectId, Facts], theirs: dict[ObjectId, Facts]) -> dict[ObjectId, Facts]:
    """The facts of either side; `mine` itself where these are all."""
    changed: dict[ObjectId, Facts] = {}
    for key, facts in theirs.items():
        present = mine.get(key)
        if present is None:
            changed[key] = _unseen(key, facts)
        elif present is not facts:
            joined = present.join(facts)  # type: ignore[arg-type]
            if joined is not present and joined != present:
                changed[key] = joined
    for key, facts in mine.items():
        if key not in theirs:
            unseen = _unseen(key, facts)
            if unseen is not facts and unseen != facts:
                changed[key] = unseen
    return {**mine, **changed} if changed else mine


def _unseen(key: ObjectId, facts: Facts) -> Facts:
    """What a place held before it was first read is not known on the side that did not read it."""
    if isinstance(facts, SessionFacts):
        return facts.unseen()
    if key.kind in SYMBOLIC and isinstance(facts, InstanceFacts) and UNKNOWN not in facts.situations:
        return facts.with_situations({**facts.situations, UNKNOWN: None})
    return facts
