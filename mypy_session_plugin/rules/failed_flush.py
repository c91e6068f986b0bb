"""session-failed-flush: a session used after the failure of a flush was caught and nothing has repaired it.

Guarantee: on the path through the handler that the message names, a flush that was certain to write has failed, and
neither a rollback, a close, the end of a `begin()` or `begin_nested()` block nor unknown code that has the session
stands between the handler and the use.

Source: https://docs.sqlalchemy.org/en/20/faq/sessions.html#faq-session-rollback
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, lines
from mypy_session_plugin.rules.refused import refused_at, session_named, use_of
from mypy_session_plugin.semantics.events import Event
from mypy_session_plugin.semantics.refusals import Refusal

ERROR = "PendingRollbackError"


class FailedFlushRule:
    """Reports sessions that wait for a rollback."""

    code = "session-failed-flush"
    quantifier = Quantifier.SOME
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each call and read that needs the session repaired."""
        refused = refused_at(event, store)
        if refused is None or refused.refusal is not Refusal.FAILED or refused.standing.caught is None:
            return
        standing, caught = refused.standing, refused.standing.caught
        kind = "the flush of " if standing.automatic else ""
        line = f" (line {standing.since.line})" if standing.since is not None else ""
        failed = standing.since.event if standing.since is not None else "a flush"
        message = (
            f"{session_named(event, store)} needs a rollback() since {kind}{failed}{line} failed, "
            f'on the path through "{caught.text}" (line {caught.line}); '
            f"{use_of(event)} raises {ERROR} (sqlalche.me/e/20/7s2a)"
        )
        note = "roll back in the handler, or do what may fail inside a begin_nested() block"
        yield Verdict("failed", Finding(event.node, message, (note,), raises=ERROR, since=lines(standing.since)))
