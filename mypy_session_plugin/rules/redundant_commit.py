"""session-redundant-commit: a commit of a transaction that has only read, of a session that is not used again.

Guarantee: on every path to the commit all SQL of the transaction was SELECT of columns, entities and aggregates without
a lock, nothing was added, changed or deleted, no code that is not seen could have done so, and between the commit and
the end of the session's life nothing happens for which it could have been meant.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#committing
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.semantics.events import CommitEndEvent, Event


class RedundantCommitRule:
    """Reports commits that do nothing but expire what was loaded."""

    code = "session-redundant-commit"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each commit whose session has come to its end."""
        if isinstance(event, CommitEndEvent):
            yield Verdict(event.session, _finding(event, store) if event.redundant else None)


def _finding(event: CommitEndEvent, store: Store) -> Finding:
    facts = store.session(event.session)
    name = f'"{facts.name}"' if facts is not None and facts.name else "the session"
    message = f"nothing was written through {name} in this transaction; commit() has nothing to do"
    return Finding(event.node, message, ("leave the commit out; the end of the session gives the connection back",))
