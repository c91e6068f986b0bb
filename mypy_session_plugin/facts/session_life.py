"""The life of a session as its function sees it: open, at work on a connection, closed, used again after its end.

Each way in which a session may live is one value of a set; what unknown code may have done to it is the unknown.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.values import UNKNOWN, Unknown

#: What a session is at: nothing since it was made, committed or rolled back; SQL has run; closed; not made yet on
#: another path that came here.
IDLE, WORKING, CLOSED, ABSENT = "idle", "working", "closed", "absent"


@dataclass(frozen=True, slots=True, order=True)
class Closing:
    """What closed a session: a call at `line`, the `with` block from `line` to `last`, or what `by` says."""

    line: int
    last: int = 0
    by: str = ""

    @property
    def is_block(self) -> bool:
        """Whether a `with` block has closed the session."""
        return self.last > 0

    def encloses(self, line: int) -> bool:
        """Whether a line stands in the block."""
        return self.line <= line <= self.last

    def __str__(self) -> str:
        """How a message tells it."""
        if self.by:
            return self.by
        return f'the "with" block of line {self.line}' if self.is_block else f"the close() of line {self.line}"


@dataclass(frozen=True, slots=True)
class Life:
    """One way in which a session lives.

    `ending` is the last end that it came to, and `again` the line and column of its first use after that.
    """

    stage: str = IDLE
    ending: Closing | None = None
    again: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SessionLife:
    """The ways in which a session may live, the unknown among them where code that is not seen may end its life."""

    ways: frozenset[Life | Unknown] = frozenset({UNKNOWN})

    def join(self, other: SessionLife) -> SessionLife:
        """What holds of either."""
        return self if self.ways == other.ways else SessionLife(self.ways | other.ways)

    def _map(self, change: Callable[[Life], Life | Unknown]) -> SessionLife:
        """The ways that are followed, changed; a way on which the session was not made ends where it is named."""
        followed = [way for way in self.ways if isinstance(way, Unknown) or way.stage != ABSENT]
        ways = frozenset(way if isinstance(way, Unknown) else change(way) for way in followed)
        return self if ways == self.ways else SessionLife(ways)

    def used(self, line: int, column: int) -> SessionLife:
        """SQL runs: a closed session begins anew."""
        return self._map(
            lambda way: replace(way, stage=WORKING, again=(line, column) if way.stage == CLOSED else way.again)
        )

    def settled(self) -> SessionLife:
        """The transaction has ended and given its connection back."""
        return self._map(lambda way: replace(way, stage=IDLE) if way.stage == WORKING else way)

    def closed(self, ending: Closing) -> SessionLife:
        """Whatever it was, it is closed."""
        return SessionLife(frozenset({Life(CLOSED, ending)}))

    def given_away(self) -> SessionLife:
        """Code that is not seen may close it, now or later, or use it again."""
        return self if UNKNOWN in self.ways else SessionLife(self.ways | {UNKNOWN})

    def closed_by(self, closing: Closing, before: SessionLife) -> SessionLife:
        """What has closed it since `before` is told as this."""
        known = {None, *(way.ending for way in before.ways if isinstance(way, Life))}
        ways = frozenset(
            way if isinstance(way, Unknown) or way.ending in known else replace(way, ending=closing)
            for way in self.ways
        )
        return self if ways == self.ways else SessionLife(ways)

    def interrupted(self) -> SessionLife:
        """An exception came from somewhere: how far the session got is not known, except that it is closed."""
        ways = frozenset(
            way if isinstance(way, Unknown) or way.stage in (CLOSED, ABSENT) else UNKNOWN for way in self.ways
        )
        return self if ways == self.ways else SessionLife(ways)

    def unseen(self) -> SessionLife:
        """On another path that came here the session was not made."""
        return SessionLife(self.ways | {Life(ABSENT)})

    @property
    def is_closed(self) -> bool:
        """Whether the session is certainly closed, if it was made."""
        return all(isinstance(way, Life) and way.stage in (CLOSED, ABSENT) for way in self.ways)

    @property
    def closings(self) -> tuple[Closing, ...]:
        """What has closed the session, on the ways on which it is closed."""
        found = {way.ending for way in self.ways if isinstance(way, Life) and way.stage == CLOSED}
        return tuple(sorted(ending for ending in found if ending is not None))

    @property
    def is_open(self) -> bool:
        """Whether the session is certainly open, and was never closed."""
        return all(isinstance(way, Life) and way.stage in (IDLE, WORKING) and way.again is None for way in self.ways)

    @property
    def is_at_work(self) -> bool:
        """Whether it is certainly open and has run SQL since it was made, or has last committed or rolled back."""
        return self.is_open and all(isinstance(way, Life) and way.stage == WORKING for way in self.ways)

    @property
    def again(self) -> tuple[Closing, int, int] | None:
        """What closed it and where it was then used, where it certainly was and has not been closed since."""
        found: list[tuple[Closing, int, int]] = []
        for way in self.ways:
            if isinstance(way, Unknown) or way.stage == CLOSED or way.again is None or way.ending is None:
                return None
            found.append((way.ending, *way.again))
        return min(found)


#: The end of a dependency that ends with the function which it is given to, before the response is sent.
END_OF_DEPENDENCY = Closing(0, by='the end of its dependency (scope="function")')
#: A session that has just been made, of which everything that follows is seen.
MADE = SessionLife(frozenset({Life()}))
#: A session that came from somewhere else.
NOT_FOLLOWED = SessionLife()
