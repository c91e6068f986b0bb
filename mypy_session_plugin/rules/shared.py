"""session-shared: one Session that a module makes for all of its code, used by code that runs concurrently.

Guarantee: the session is made once (a variable of the module or of a class, a default, the result of a cached function)
and never assigned again, and a function that uses it outside of a lock handles requests, runs in several threads or
tasks at once, or runs in one while another side uses the session.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.rules.boundaries import ERROR
from mypy_session_plugin.semantics.events import Event, HandOverEvent, Outcome, SharedEvent
from mypy_session_plugin.semantics.shared_sessions import Kind, SharedSession

_MADE = {
    Kind.VARIABLE: '"{name}" is one Session for the whole module',
    Kind.ATTRIBUTE: '"{name}" is one Session for all objects of the class',
    Kind.DEFAULT: 'the default of "{name}" is one Session for all calls',
    Kind.CACHED: '"{name}" returns one Session to all its callers',
    Kind.REGISTRY: '"{name}" gives one Session to all tasks of a thread',
}
ADVICE = "make a session in each function that runs concurrently; what may be shared is the engine or a sessionmaker"


class SharedRule:
    """Reports sessions that are shared by code which runs concurrently."""

    code = "session-shared"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each such function, and on each hand-over of code that uses the session."""
        if isinstance(event, SharedEvent):
            why = f'"{event.node.name}" uses it at line {event.line}, for several requests at once'
            yield Verdict(event.shared, _finding(event.shared, why))
        elif isinstance(event, HandOverEvent) and isinstance(event.hand_over.shared, SharedSession):
            shared, one = event.hand_over.shared, event.hand_over
            apart = shared.kind is Kind.REGISTRY and one.boundary != "task"
            why = "" if apart else _reason(event)
            finding = _finding(shared, why) if why else None
            yield Verdict(shared, finding, decisive=finding is not None and event.outcome is Outcome.AGAIN)


def _finding(shared: SharedSession, why: str) -> Finding:
    """The same message whoever uses the session, so that mypy shows it once, with each reason in a note."""
    what = _MADE[shared.kind].format(name=shared.name)
    error = ERROR["task" if shared.is_async else "thread"]
    return Finding(
        shared.made, f"{what}, and code that runs concurrently uses it; {error}", (why, ADVICE), anywhere=True
    )


def _reason(event: HandOverEvent) -> str:
    """Why it is certain that two use the session at once; empty where it is not."""
    one = event.hand_over
    code = f'"{one.text}"' if one.text and one.text != "lambda" else "a lambda"
    line = one.order[0]
    match event.outcome:
        case Outcome.MANY | Outcome.AGAIN:
            return f"{code} runs in several {one.boundary}s at once, started at line {line}"
        case Outcome.SHARED:
            return f"{code} runs in a {one.boundary} started at line {line}, while {event.because} may be running"
        case Outcome.CONCURRENT:
            return f"{code} runs in a {one.boundary} started at line {line}, and meanwhile it is {event.because}"
        case _:
            return ""
