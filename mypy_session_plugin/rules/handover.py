"""session-handover: a session handed to another thread or task that should make its own; nothing runs concurrently.

Guarantee: on every path the owner waits for the other thread before it uses the session again, or never uses it again.
What is awaited in another task needs no report.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Quantifier, Verdict
from mypy_session_plugin.rules.boundaries import alone
from mypy_session_plugin.semantics.events import Event, HandOverEvent


class HandOverRule:
    """Reports hand-overs that work but tie a session to two threads or tasks."""

    code = "session-handover"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each hand-over; concurrent use on some paths alone is a hand-over on all of them."""
        if isinstance(event, HandOverEvent):
            yield Verdict((event.session, event.hand_over.text), alone(event))
