"""What a function may do with a session that is not its own."""

from __future__ import annotations

from mypy_session_plugin.facts.records import dataclass

#: What ends the transaction, or the life, of a session.
ENDINGS = frozenset({"commit", "rollback", "close"})


@dataclass(frozen=True, slots=True)
class Lent:
    """A session that is lent: to be read, written and flushed.

    `permitted` is what may be done besides, by the words of `Performs`, empty for `Borrowed`.  `by` is what lends it,
    as a message tells it, where that is not the type that stands in view.
    """

    permitted: frozenset[str] = frozenset()
    by: str = ""

    def join(self, other: Lent) -> Lent:
        """What holds of either: what one of them permits is not forbidden."""
        return self if self == other else Lent(self.permitted | other.permitted, min(self.by, other.by))

    @property
    def is_borrowed(self) -> bool:
        """Whether nothing is permitted besides."""
        return not self.permitted

    def forbids(self, deed: str) -> bool:
        """Whether the deed is left to whoever lends the session.

        Who may commit or close it may roll it back, which is what a failed commit asks for; and who was told what to
        perform was not told when to begin.
        """
        if self.is_borrowed:
            return True
        if deed == "rollback":
            return self.permitted.isdisjoint(ENDINGS)
        return deed in ENDINGS and deed not in self.permitted


def join_lent(one: Lent | None, other: Lent | None) -> Lent | None:
    """What is forbidden of a session that is lent on both paths; nothing where it is not."""
    return one.join(other) if one is not None and other is not None else None
