"""The work in a session's transaction: what was written, whether it was read, which commits it went through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum

from mypy_session_plugin.facts.records import dataclass, replace


class Fate(IntEnum):
    """What came of a write or commit; a join takes the later of two.

    INTERRUPTED: an exception came after a write.  OPEN: a write is not committed, a commit was followed by nothing.
    SETTLED: somebody has dealt with it, or may have; something came after a commit, or it was needed.
    """

    INTERRUPTED = 0
    OPEN = 1
    SETTLED = 2


@dataclass(frozen=True, slots=True)
class Deed:
    """A certain write, or a commit, by its syntax node."""

    node: object
    fate: Fate = Fate.OPEN


@dataclass(frozen=True, slots=True)
class Unit:
    """One way through the commits of a unit of work: those that came after a write, and whether one has come since."""

    commits: frozenset[object] = frozenset()
    written: bool = False


Deeds = frozenset[Deed]
NO_DEEDS: Deeds = frozenset()
FRESH = frozenset({Unit()})
#: More ways through the commits than these are not told apart.
MAXIMUM_UNITS = 16
NOT_TOLD: frozenset[Unit] = frozenset()
#: More calls of `add()` than these before one flush are not told apart: nobody takes one of so many out again.
MAXIMUM_WAITING = 32


def _join_deeds(one: Deeds, other: Deeds) -> Deeds:
    if one == other or not other:
        return one
    fates: dict[object, Fate] = {}
    for deed in (*one, *other):
        fates[deed.node] = max(deed.fate, fates.get(deed.node, Fate.INTERRUPTED))
    return frozenset(Deed(node, fate) for node, fate in fates.items())


def _done_again(deeds: Deeds, node: object) -> Deeds:
    """With one more deed: there may be thousands of others, which are not gone through."""
    if Deed(node) in deeds or Deed(node, Fate.SETTLED) in deeds:
        return deeds
    return deeds - {Deed(node, Fate.INTERRUPTED)} | {Deed(node)}


def _changed(deeds: Deeds, fates: Mapping[Fate, Fate]) -> Deeds:
    if not any(deed.fate in fates for deed in deeds):
        return deeds
    return frozenset(replace(deed, fate=fates.get(deed.fate, deed.fate)) for deed in deeds)


def _bounded(units: frozenset[Unit]) -> frozenset[Unit]:
    return units if len(units) <= MAXIMUM_UNITS else NOT_TOLD


@dataclass(frozen=True, slots=True)
class Work:
    """What was done with a session since its life, or this function, began.

    `bound`: its transactions are its own, since it was made on an engine.  `made`: a factory made it, on whatever: what
    waits for its first flush is its own.  `given`: the function was given it, and sees what it does with it from the
    beginning.  `dirty`: the running transaction may have written or locked something; `waiting` are the calls of
    `add()` that alone made it so, none where others may have.
    `has_read`: it has certainly read.  `reached`: unknown code may use the session at any
    later call.  `writes` are the certain writes of its life that could be lost, `commits` its commits.  `units` are the
    ways through its commits, none where there are too many of them.
    """

    bound: bool = False
    given: bool = False
    dirty: bool = True
    has_read: bool = False
    reached: bool = False
    writes: Deeds = NO_DEEDS
    commits: Deeds = NO_DEEDS
    units: frozenset[Unit] = FRESH
    waiting: frozenset[object] = frozenset()
    made: bool = False

    @property
    def key(self) -> frozenset[frozenset[object]]:
        """What makes two path states different: the commits, for conditions that depend on the same as they do."""
        return frozenset(unit.commits for unit in self.units)

    def join(self, other: Work) -> Work:
        """What holds of either."""
        if self == other:
            return self
        return Work(
            self.bound and other.bound,
            self.given and other.given,
            self.dirty or other.dirty,
            self.has_read and other.has_read,
            self.reached or other.reached,
            _join_deeds(self.writes, other.writes),
            _join_deeds(self.commits, other.commits),
            _bounded(self.units | other.units) if self.units and other.units else NOT_TOLD,
            self.waiting if (self.dirty, self.waiting) == (other.dirty, other.waiting) else frozenset(),
            self.made and other.made,
        )

    def wrote(self, node: object, waits: bool = False, one: bool = False) -> Work:
        """A certain write; `waits`: what is added, `one` instance or more, is not sent before the next flush."""
        writes = _done_again(self.writes, node) if self.bound or (waits and self.made) else self.writes
        units = frozenset(replace(unit, written=True) for unit in self.units)
        few = bool(self.waiting) and len(self.waiting) < MAXIMUM_WAITING
        alone = one and node not in self.waiting and (few or not self.dirty)
        waiting = self.waiting | {node} if alone else frozenset()
        return replace(self.touched(), dirty=True, writes=writes, units=units, waiting=waiting)

    def took_out(self, line: int) -> Work:
        """A new instance that was added on a line, and still waited, is expunged: it is as if it was never added."""
        there = [node for node in self.waiting if getattr(node, "line", 0) == line]
        if len(there) != 1:
            return self
        waiting = self.waiting.difference(there)
        return replace(self, waiting=waiting, dirty=bool(waiting) or self.reached)

    def may_have_written(self) -> Work:
        """Something may have been written or locked."""
        changed = self.touched()
        return changed if self.dirty and not self.waiting else replace(changed, dirty=True, waiting=frozenset())

    def may_have_flushed(self) -> Work:
        """What waited may have been sent: if that was on somebody else's connection, that one may commit it."""
        return self if self.bound or not self.writes else replace(self, writes=self.settled().writes)

    def read(self) -> Work:
        """A certain read."""
        return self.touched() if self.has_read else replace(self.touched(), has_read=True)

    def touched(self) -> Work:
        """Something happens after the commits."""
        commits = _changed(self.commits, {Fate.OPEN: Fate.SETTLED})
        return self if commits is self.commits else replace(self, commits=commits)

    def interrupted(self) -> Work:
        """An exception is under way, or was: what was written before it was perhaps given up on purpose."""
        writes = _changed(self.writes, {Fate.OPEN: Fate.INTERRUPTED})
        return self if writes is self.writes else replace(self, writes=writes)

    def settled(self) -> Work:
        """Whatever was written is taken back on purpose, or may have been committed by somebody else."""
        writes = _changed(self.writes, {Fate.OPEN: Fate.SETTLED, Fate.INTERRUPTED: Fate.SETTLED})
        return self.touched() if writes is self.writes else replace(self.touched(), writes=writes)

    def shared(self) -> Work:
        """Unknown code has the session, now and at every later call."""
        settled = self.settled()
        known = self.reached and self.dirty and not self.waiting
        return settled if known else replace(settled, reached=True, dirty=True, waiting=frozenset())

    def committed(self, site: object, splits: bool) -> Work:
        """The transaction is committed, by a call of `commit()` at `site` or (None) by the end of a block.

        `splits` tells that a failure after it leaves a unit of work half done.
        """
        after = self.settled()
        commits = after.commits
        if self.bound and site is not None:
            commits = _join_deeds(commits, frozenset({Deed(site, Fate.SETTLED if self.dirty else Fate.OPEN)}))
        return replace(
            after,
            dirty=self.reached,
            waiting=frozenset(),
            has_read=False,
            commits=commits,
            units=frozenset(_after_commit(unit, site, splits) for unit in self.units),
        )

    def committed_by(self, site: object, known: frozenset[object]) -> Work:
        """The commits that are not `known` are one at `site`, or (None) none that could be told."""
        units = frozenset(
            unit if unit.commits <= known else replace(unit, commits=unit.commits & known | ({site} - {None}))
            for unit in self.units
        )
        return self if units == self.units else replace(self, units=units)

    def rolled_back(self) -> Work:
        """The transaction is rolled back by the author."""
        units = frozenset(replace(unit, written=False) for unit in self.units)
        return replace(self.settled(), dirty=self.reached, waiting=frozenset(), has_read=False, units=units)

    def given_up(self) -> Work:
        """An exception has rolled the transaction back."""
        units = frozenset(replace(unit, written=False) for unit in self.units)
        after = self.interrupted().touched()
        return replace(after, dirty=self.reached, waiting=frozenset(), has_read=False, units=units)

    def begun_anew(self) -> Work:
        """Another unit of work begins."""
        return self if self.units == FRESH else replace(self, units=FRESH)

    def ended(self) -> Work:
        """The life of the session has ended: it begins anew if it is used again."""
        return replace(self.rolled_back(), writes=NO_DEEDS, commits=NO_DEEDS, units=FRESH)


def _after_commit(unit: Unit, site: object, splits: bool) -> Unit:
    return Unit(unit.commits | {site}) if unit.written and splits else Unit(unit.commits)


#: Nothing is known of what was done.
UNSEEN = Work()
#: A session that this function was given: what it does with it itself begins now.
GIVEN = Work(given=True, dirty=False)


def change_work(work: Work, change: Callable[[Work], Work], surely: bool) -> Work:
    """The work after a change, which of several possible sessions only one has undergone."""
    changed = change(work)
    return changed if surely or changed == work else work.join(changed)
