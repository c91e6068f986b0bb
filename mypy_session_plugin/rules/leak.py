"""session-leak: a session that this function has made stays open on a path that the author wrote.

Guarantee: the path returns, or raises, while the session is certainly open in a transaction: it has run SQL since it
was made or has last committed or rolled back, and nobody else has it who could close it.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#closing
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import Context

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Bound
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.semantics.escapes import RETURNED
from mypy_session_plugin.semantics.events import DeclarationEvent, Ending, Event, SessionEndEvent
from mypy_session_plugin.semantics.frames import is_made_by_callee

ADVICE = 'make it in a "with" block, or close it in "finally"'


class LeakRule:
    """Reports sessions that are not closed."""

    code = "session-leak"
    quantifier = Quantifier.SOME
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each session that a path leaves behind."""
        if isinstance(event, DeclarationEvent) and event.code == self.code:
            yield Verdict(event.text, Finding(event.node, event.text))
        if not isinstance(event, SessionEndEvent):
            return
        facts = store.session(event.session)
        if facts is None or facts.registry or not (facts.made_here or facts.owned):
            return
        if not facts.name and is_made_by_callee(event.session):
            return  # it is told where it was made, if nobody here was given it
        name = f'"{facts.name}"' if facts.name else "the session"
        if event.ending is Ending.THROWN and facts.life.is_open:
            place = f"that goes out at the yield of line {event.node.line}"
            yield _verdict(event, f"{name} is not closed by an exception {place}")
        elif event.is_written and facts.life.is_at_work:
            message = f"{name} has run SQL and is not closed {_path(event, store)}; it keeps its connection"
            yield _verdict(event, message, last_lines(event, store))


def _verdict(event: SessionEndEvent, message: str, until: tuple[int, ...] = ()) -> Verdict:
    opening = _opening(event)
    since = (opening.line,) if until and opening is not event.node else ()
    return Verdict(event.session, Finding(opening, message, (ADVICE,), since=since, until=until))


def _path(event: SessionEndEvent, store: Store) -> str:
    """Which path leaves the session open."""
    if event.ending is Ending.RAISE:
        return "on a path that raises"
    lines = _returns(store)
    return f"on the path that returns at line {min(lines)}" if lines else "at the end of the function"


def last_lines(event: SessionEndEvent, store: Store) -> tuple[int, ...]:
    """The lines at which the paths to the end of a session leave the function; none where an exception does.

    Without a `return` it is left behind its last line.
    """
    if event.ending is Ending.RAISE:
        return ()
    return _returns(store) or ((event.node.end_line or event.node.line) + 1,)


def _returns(store: Store) -> tuple[int, ...]:
    returns = [atom.call for atom in store.value(RETURNED) if isinstance(atom, Bound)]
    return tuple(sorted({node.line for node in returns if isinstance(node, Context)}))


def _opening(event: SessionEndEvent) -> Context:
    """Where the session was made, or what has made it was called; a parameter is told of at the function."""
    site = event.session.site
    if is_made_by_callee(event.session) and isinstance(site, tuple):
        site = site[1]
    if not isinstance(site, tuple) or len(site) != 4 or not all(isinstance(part, int) for part in site):
        return event.node
    node = Context(site[0], site[1])
    node.end_line, node.end_column = site[2], site[3]
    return node
