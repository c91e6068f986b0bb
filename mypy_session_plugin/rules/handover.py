"""session-handover: a session handed to another thread or task that should make its own; nothing runs concurrently.

Guarantee: on every path the owner waits for the other thread before it uses the session again, or never uses it again.
What is awaited in another task needs no report.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks
"""

from __future__ import annotations

from typing_extensions import override

from mypy_session_plugin.rules.base import Finding
from mypy_session_plugin.rules.boundaries import BoundaryRule, alone
from mypy_session_plugin.semantics.events import HandOverEvent


class HandOverRule(BoundaryRule):
    """Reports hand-overs that work but tie a session to two threads or tasks."""

    code = "session-handover"

    @override
    def finding(self, event: HandOverEvent) -> Finding | None:
        """Concurrent use on some paths alone is a hand-over on all of them."""
        return alone(event)
