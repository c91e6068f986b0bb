"""session-task: a session, or what is attached to it, handed to a task that runs concurrently with its owner.

Guarantee: on every path that goes through the call, the session is used, closed or handed on before the other task has
been waited for, several of them get it at once, or its owner is a caller that is not known to wait.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Quantifier, Verdict
from mypy_session_plugin.rules.boundaries import concurrent
from mypy_session_plugin.semantics.events import Event, HandOverEvent, Outcome


class TaskRule:
    """Reports concurrent use across tasks."""

    code = "session-task"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each hand-over to a task, once it is known what came of it."""
        if isinstance(event, HandOverEvent) and event.hand_over.boundary == "task":
            key = (event.session, event.hand_over.text)
            yield Verdict(key, concurrent(event), decisive=event.outcome is Outcome.AGAIN)
