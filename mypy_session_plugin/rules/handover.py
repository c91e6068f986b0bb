"""session-handover: a session handed to another thread or task that should make its own; nothing runs concurrently.

Guarantee: on every path the owner waits for the other thread before it uses the session again, or never uses it again.
What is awaited in another task needs no report.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.rules.boundaries import OTHER_SIDE, advice, subject
from mypy_session_plugin.semantics.events import Event, HandOverEvent, Outcome


class HandOverRule:
    """Reports hand-overs that work but tie a session to two threads or tasks."""

    code = "session-handover"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each hand-over; concurrent use on some paths alone is a hand-over on all of them."""
        if isinstance(event, HandOverEvent):
            yield Verdict((event.session, event.hand_over.text), _finding(event))


def _finding(event: HandOverEvent) -> Finding | None:
    boundary = event.hand_over.boundary
    waited = event.outcome is Outcome.WAITED
    if boundary not in ("thread", "task") or event.outcome is Outcome.ELSEWHERE or (waited and boundary == "task"):
        return None
    if event.hand_over.how.startswith("an instance"):
        return None
    place = OTHER_SIDE[boundary]
    reason = f"is used by {place} while this one waits" if waited else f"is handed to {place} and not used again here"
    unit = "thread" if boundary == "thread" else "task"
    message = f"{subject(event)} {reason}; a session is made in the {unit} that uses it"
    return Finding(event.node, message, (advice(boundary),))
