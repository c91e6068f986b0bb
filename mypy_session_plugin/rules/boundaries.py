"""What the rules on boundaries have in common: the fact, the reason and the fix of a hand-over."""

from __future__ import annotations

from mypy_session_plugin.rules.base import Finding
from mypy_session_plugin.semantics.events import HandOverEvent, Outcome

#: What runs on the other side, by boundary.
OTHER_SIDE = {"thread": "another thread", "task": "another task", "process": "another process"}
RULE = {
    "thread": "a Session belongs to one thread",
    "task": "an AsyncSession belongs to one task",
}


def subject(event: HandOverEvent) -> str:
    """What is handed over: the session itself, or what leads to it."""
    one = event.hand_over
    text = f'"{one.text}"' if one.text else "what is handed over"
    if not one.how:
        return f'"{event.session}"'
    if one.how.startswith("attribute"):
        return f'"{event.session}" ({one.how}{text})'
    if one.how.startswith("an instance"):
        return f'{text} ({one.how}"{event.session}")'
    if one.how.startswith("the closure"):
        return f'"{event.session}" (through {text}, which uses it)'
    return f'"{event.session}" (through {text})'


def concurrent(event: HandOverEvent) -> Finding | None:
    """The finding where both sides may use the session at once; None where nothing says so."""
    boundary = event.hand_over.boundary
    place = OTHER_SIDE.get(boundary, boundary)
    plural = "several threads" if boundary == "thread" else "several tasks"
    match event.outcome:
        case Outcome.CONCURRENT:
            reason = f"is handed to {place} and used at line {event.because} before that one is waited for"
            if event.because <= event.node.line and event.because:
                reason = f"is handed to {place} while the one started at line {event.because} still has it"
        case Outcome.MANY:
            reason = f"is handed to {plural} at once"
        case Outcome.OWNER_OUTSIDE:
            reason = f"is handed to {place} that nobody waits for, while its owner goes on"
        case _:
            return None
    return Finding(event.node, f"{subject(event)} {reason}; {RULE[boundary]}", (advice(boundary),))


def advice(boundary: str) -> str:
    """How to do without sharing."""
    runs = "thread" if boundary == "thread" else "task"
    return f"make the session inside the code that the {runs} runs, and pass ids or plain values"
