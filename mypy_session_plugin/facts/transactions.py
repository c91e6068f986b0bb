"""What is known of a session's transaction: whether one runs, what ended it, and which `with` blocks stand around.

Every standing is certain on the path that brought it: what may or may not have happened leaves the unknown behind.
See https://docs.sqlalchemy.org/en/20/orm/session_transaction.html
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import Enum

from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass, field, replace
from mypy_session_plugin.facts.values import UNKNOWN, Unknown

#: More `with` blocks of one session than this inside one another are not told apart.
DEEPEST = 3


class Phase(Enum):
    """How the root transaction stands.

    NONE: none is certain to run; BEGUN: one runs; FAILED: a flush failed and has rolled it back, while the session
    waits for a `rollback()`; CLOSED: the session takes no work any more; GIVEN: it belongs to somebody else.
    """

    NONE = "none"
    BEGUN = "begun"
    FAILED = "failed"
    CLOSED = "closed"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Block:
    """An open `with` block of a transaction: the site of its making, whether a savepoint, and what has ended it."""

    site: Hashable
    nested: bool
    ended: Origin | None = None


@dataclass(frozen=True, slots=True)
class Caught:
    """The handler that caught the failure of a flush: its line, how the source calls what it catches, its statement."""

    line: int
    text: str
    statement: object = field(compare=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """One way that a session's transaction may stand; `since` is what brought it there.

    `blocks` are the `with` blocks of its transactions around the program point, innermost last.  Of a failed flush:
    `caught` is the handler, None while the exception is under way; `automatic` that a query did the flush.
    """

    phase: Phase = Phase.NONE
    blocks: tuple[Block, ...] = ()
    caught: Caught | None = None
    automatic: bool = False
    since: Origin | None = field(default=None, compare=False)

    @property
    def ended(self) -> Origin | None:
        """What has ended the transaction of the innermost block; None where that one runs, or there is none."""
        return self.blocks[-1].ended if self.blocks else None


@dataclass(frozen=True, slots=True)
class TransactionFacts:
    """The transaction of one session.

    `unflushed`: something is certain to be written by the next flush.  `reusable` and `autobegin`: what the
    session was told of `close_resets_only` and of `autobegin`.
    """

    standings: frozenset[Standing | Unknown] = frozenset({UNKNOWN})
    unflushed: bool = False
    reusable: frozenset[bool | Unknown] = frozenset({UNKNOWN})
    autobegin: frozenset[bool | Unknown] = frozenset({UNKNOWN})

    def join(self, other: TransactionFacts) -> TransactionFacts:
        """What holds of either."""
        if self == other:
            return self
        return TransactionFacts(
            self.standings | other.standings,
            self.unflushed and other.unflushed,
            self.reusable | other.reusable,
            self.autobegin | other.autobegin,
        )

    def forgotten(self) -> TransactionFacts:
        """Code that is not seen may have done anything with it; what is closed for good, or given away, stays so."""
        if not self.unflushed and self.standings == NOTHING_TOLD:
            return self
        return replace(self.changed(lambda item: item if _is_over(item) else UNKNOWN), unflushed=False)

    @property
    def given(self) -> Origin | None:
        """What has given the session away, on all ways that lead here; None where it may not have been."""
        known = [item for item in self.standings if isinstance(item, Standing) and item.phase is Phase.GIVEN]
        return known[0].since if known and len(known) == len(self.standings) else None

    def dropped(self) -> TransactionFacts:
        """Nothing is followed any more on this path."""
        return replace(self, standings=NOTHING_TOLD, unflushed=False)

    def changed(self, change: Callable[[Standing | Unknown], Standing | Unknown]) -> TransactionFacts:
        """Every standing after a change of each."""
        return replace(self, standings=frozenset(map(change, self.standings)))


NOTHING_TOLD: frozenset[Standing | Unknown] = frozenset({UNKNOWN})
#: Of a session that was not made here.
UNTOLD = TransactionFacts()


def _is_over(standing: Standing | Unknown) -> bool:
    return isinstance(standing, Standing) and standing.phase in (Phase.CLOSED, Phase.GIVEN)


def _known(standing: Standing | Unknown) -> Standing:
    return standing if isinstance(standing, Standing) else Standing()


def begun(standing: Standing | Unknown, origin: Origin) -> Standing | Unknown:
    """A transaction runs from here on, if none did before."""
    known = _known(standing)
    return replace(known, phase=Phase.BEGUN, since=origin) if known.phase is Phase.NONE else known


def ended(standing: Standing | Unknown, origin: Origin) -> Standing | Unknown:
    """The root transaction ends, and with it those of all blocks around."""
    if isinstance(standing, Unknown) or _is_over(standing):
        return standing
    blocks = tuple(replace(block, ended=block.ended or origin) for block in standing.blocks)
    return Standing(Phase.NONE, blocks)


def savepoint_ended(standing: Standing | Unknown, site: Hashable, origin: Origin) -> Standing | Unknown:
    """The savepoint that was made at a site ends, with those inside it; a failed flush may have been in it."""
    if isinstance(standing, Unknown) or standing.phase is Phase.FAILED:
        return UNKNOWN
    inner = [position for position, block in enumerate(standing.blocks) if block.nested and block.site == site]
    if not inner:
        return standing
    kept, over = standing.blocks[: inner[0]], standing.blocks[inner[0] :]
    return replace(standing, blocks=(*kept, *(replace(block, ended=block.ended or origin) for block in over)))


def entered(standing: Standing | Unknown, block: Block, origin: Origin) -> Standing | Unknown:
    """The `with` block of a transaction begins."""
    known = begun(standing, origin)
    if isinstance(known, Unknown) or len(known.blocks) >= DEEPEST:
        return UNKNOWN
    return replace(known, blocks=(*known.blocks, block))


def left(standing: Standing | Unknown, site: Hashable) -> Standing | Unknown:
    """The `with` block of a transaction ends, which repairs a failed flush inside it."""
    if isinstance(standing, Unknown) or not standing.blocks or standing.blocks[-1].site != site:
        return UNKNOWN
    last = standing.blocks[-1]
    phase = standing.phase
    if not last.nested:
        phase = Phase.NONE
    elif phase is Phase.FAILED:
        phase = Phase.BEGUN
    return replace(standing, phase=phase, blocks=standing.blocks[:-1], caught=None, automatic=False)


def failed(standing: Standing | Unknown, origin: Origin, automatic: bool) -> Standing | Unknown:
    """A flush fails; nobody has caught that yet."""
    known = _known(standing)
    if _is_over(known) or known.ended is not None:
        return known
    return replace(known, phase=Phase.FAILED, since=origin, caught=None, automatic=automatic)


def closed(standing: Standing | Unknown, phase: Phase, origin: Origin) -> Standing | Unknown:
    """The session takes no work any more from this side."""
    known = _known(standing)
    return known if _is_over(known) else Standing(phase, known.blocks, since=origin)
