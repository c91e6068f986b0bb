"""session-commit-after-read: a function commits a session that it was given, and has only read through it.

Guarantee: on every path to the commit the function has read through the session since it got it, or since its last
commit or rollback, and neither it nor code that it gave the session or an instance to can have written.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#when-do-i-construct-a-session-when-do-i-commit-it-and-when-do-i-close-it
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.semantics.events import CommitEvent, Event


class CommitAfterReadRule:
    """Reports commits that belong to the session's owner."""

    code = "session-commit-after-read"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ("commit",)

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each commit."""
        if isinstance(event, CommitEvent):
            only_reads = event.work.given and event.work.has_read and not event.work.dirty
            yield Verdict("commit", _finding(event, store) if only_reads else None)


def _finding(event: CommitEvent, store: Store) -> Finding:
    facts = store.session(event.session)
    name = f'"{facts.name}"' if facts is not None and facts.name else "the session"
    message = f"{name} was given to this function, which has only read through it; whoever gave it commits"
    return Finding(event.node, message)
