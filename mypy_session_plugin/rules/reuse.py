"""session-reuse: a session is used again after its end, and on that path nothing closes it again.

Guarantee: on a path that the author wrote the session was closed, by a call or at the end of its `with` block, before
it runs SQL again; and that path leaves the function while it is open.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#closing
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import Context

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.rules.leak import last_lines
from mypy_session_plugin.semantics.events import Event, SessionEndEvent

ADVICE = "make another session, or close this one again"


class ReuseRule:
    """Reports the first use after the end."""

    code = "session-reuse"
    quantifier = Quantifier.SOME
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each session that a path leaves behind."""
        facts = store.session(event.session) if isinstance(event, SessionEndEvent) else None
        if not isinstance(event, SessionEndEvent) or facts is None or not event.is_written:
            return
        again = facts.life.again
        if again is None or facts.registry or not (facts.made_here or facts.owned):
            return
        closing, line, column = again
        name = f'"{facts.name}"' if facts.name else "the session"
        message = f"{name} is used again after {closing} has closed it; it begins anew, and nothing closes it here"
        until = last_lines(event, store)
        since = (closing.line,) if until else ()
        yield Verdict(again, Finding(Context(line, column), message, (ADVICE,), since=since, until=until))
