"""What the rules on boundaries have in common: the fact, the reason and the fix of a hand-over."""

from __future__ import annotations

from mypy_session_plugin.rules.base import Finding
from mypy_session_plugin.semantics.events import HandOverEvent, Outcome

#: What runs on the other side, by boundary.
OTHER_SIDE = {"thread": "another thread", "task": "another task", "process": "another process"}
#: What both sides then run into.
ERROR = {
    "thread": "a session belongs to one thread (at best InvalidRequestError, sqlalche.me/e/20/isce)",
    "task": "a session belongs to one task (at best InvalidRequestError, sqlalche.me/e/20/isce)",
}


def subject(event: HandOverEvent) -> str:
    """What is handed over: the session itself, or what leads to it."""
    one = event.hand_over
    session = f'"{event.session or one.text}"' if event.session or one.text else "the session"
    if not one.how or not one.text or one.how.startswith("attribute"):
        return session
    if one.how.startswith("an instance"):
        return f'"{one.text}" ({one.how}{session})'
    return f'{session} (through "{one.text}", which uses it)'


def concurrent(event: HandOverEvent) -> Finding | None:
    """The finding where both sides may use the session at once; None where nothing says so."""
    boundary = event.hand_over.boundary
    place = OTHER_SIDE.get(boundary, boundary)
    match event.outcome:
        case Outcome.CONCURRENT:
            reason = f"is handed to {place} and {event.because} while that one may be running"
        case Outcome.SHARED:
            reason = f"is handed to {place} while the one of {event.because} still has it"
        case Outcome.MANY:
            reason = f"is handed to several {boundary}s at once"
        case Outcome.OWNER_OUTSIDE:
            reason = f"is handed to {place} that nobody here waits for, while its owner goes on"
        case _:
            return None
    return Finding(event.node, f"{subject(event)} {reason}; {ERROR[boundary]}", (advice(boundary),))


def advice(boundary: str) -> str:
    """How to do without sharing."""
    runs = "thread" if boundary == "thread" else "task"
    return f"make the session inside the code that the {runs} runs, and pass ids or plain values"
