"""session-split-commit: one unit of work is committed in two parts.

Guarantee: there is a path through two calls of `commit()` on one session, each after a write, neither in a loop nor
where the function catches its failure.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#when-do-i-construct-a-session-when-do-i-commit-it-and-when-do-i-close-it
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import CallExpr, Context, MemberExpr, NameExpr

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.semantics.events import CommitEvent, Event

NOTE = "commit once, after the last change; flush() where a key is needed before"


class SplitCommitRule:
    """Reports every commit of a unit of work but the last."""

    code = "session-split-commit"
    quantifier = Quantifier.SOME
    calls: tuple[str, ...] = ("commit",)

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each commit that came before this one."""
        if isinstance(event, CommitEvent) and event.splits:
            earlier = {site for unit in event.work.units if unit.written for site in unit.commits}
            for site in earlier - {event.node}:
                if isinstance(site, Context):
                    yield Verdict((site.line, site.column), _finding(site, event.node))


def _finding(site: Context, later: Context) -> Finding:
    message = (
        f"{_text_of(site)} and the one at line {later.line} split one unit of work; "
        "a failure between them leaves half of it in the database"
    )
    return Finding(site, message, (NOTE,), mistake=(site.line, site.column), since=(site.line,), until=(later.line,))


def _text_of(site: Context) -> str:
    """A commit, or the call of a function of the module that commits."""
    callee = site.callee if isinstance(site, CallExpr) else None
    name = callee.name if isinstance(callee, NameExpr | MemberExpr) else "commit"
    return "this commit()" if name == "commit" else f'the commit in this "{name}()"'
