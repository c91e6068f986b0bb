"""What the rules on boundaries have in common: a verdict on each hand-over; its fact, its reason and its fix."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from typing_extensions import override

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict
from mypy_session_plugin.semantics.events import Event, HandOverEvent, Outcome

#: What runs on the other side, by boundary.
OTHER_SIDE = {
    "thread": "another thread",
    "task": "another task",
    "process": "another process",
    "interpreter": "another interpreter",
}
#: What both sides then run into.
ERROR = {
    "thread": "a session belongs to one thread (at best InvalidRequestError, sqlalche.me/e/20/isce)",
    "task": "a session belongs to one task (at best InvalidRequestError, sqlalche.me/e/20/isce)",
}


class BoundaryRule:
    """A rule on hand-overs, once it is known what came of each."""

    code = ""
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each hand-over that the rule is about."""
        if isinstance(event, HandOverEvent) and event.hand_over.shared is None and self.concerns(event):
            key = (event.session, event.hand_over.text)
            yield Verdict(key, self.finding(event), decisive=self.decides(event))

    def concerns(self, event: HandOverEvent) -> bool:
        """Whether the rule is about this boundary."""
        return True

    def decides(self, event: HandOverEvent) -> bool:
        """Whether other paths do not matter."""
        return False

    @abstractmethod
    def finding(self, event: HandOverEvent) -> Finding | None:
        """What is wrong with the hand-over on this path."""


class ConcurrentRule(BoundaryRule):
    """A rule on concurrent use across one kind of boundary."""

    boundary = ""

    @override
    def concerns(self, event: HandOverEvent) -> bool:
        return event.hand_over.boundary == self.boundary

    @override
    def decides(self, event: HandOverEvent) -> bool:
        return event.outcome is Outcome.AGAIN

    @override
    def finding(self, event: HandOverEvent) -> Finding | None:
        return concurrent(event)


def subject(event: HandOverEvent) -> str:
    """What is handed over: the session itself, or what leads to it."""
    one = event.hand_over
    name = event.session or (one.text if one.how in ("", "attribute") else "")
    session = f'"{name}"' if name else "the session"
    match one.how:
        case "instance":
            there = f', which loads "{one.loads}" there' if one.loads else ""
            return f'"{one.text}" (attached to {session}{there})' if one.text else f"an instance attached to {session}"
        case "result":
            return f'"{one.text}" (a result of {session})' if one.text else f"a result of {session}"
        case "closure" | "method" | "own method":
            way = "the lambda" if one.text == "lambda" else f'"{one.text}"'
            return f"{session} (through {way}, which uses it)" if one.text else session
        case _:
            return session


def concurrent(event: HandOverEvent) -> Finding | None:
    """The finding where both sides may use the session at once; None where nothing says so."""
    boundary = event.hand_over.boundary
    place = OTHER_SIDE.get(boundary, boundary)
    match event.outcome:
        case Outcome.CONCURRENT:
            reason = f"is handed to {place} and {event.because} while that one may be running"
        case Outcome.SHARED:
            reason = f"is handed to {place} while {event.because} may be running with it"
        case Outcome.AGAIN:
            reason = f"is handed to {place} in each turn of the loop, while the ones before may be running with it"
        case Outcome.MANY:
            reason = f"is handed to several {boundary}s at once"
        case Outcome.OWNER_OUTSIDE:
            reason = f"is handed to {place} that nobody here waits for, while its owner goes on"
        case Outcome.ENDED if boundary == "thread":
            reason = f'is handed to {place} that runs after its dependency (scope="function") has closed it'
        case _:
            return None
    return Finding(event.node, f"{subject(event)} {reason}; {ERROR[boundary]}", (advice(boundary),))


def alone(event: HandOverEvent) -> Finding | None:
    """The finding where nothing says that both sides use the session at once; None where that is in order."""
    one, boundary = event.hand_over, event.hand_over.boundary
    if boundary not in ("thread", "task") or one.how in ("instance", "result"):
        return None
    place = OTHER_SIDE[boundary]
    match event.outcome:
        case Outcome.ELSEWHERE | Outcome.ENDED:
            return None
        case Outcome.WAITED | Outcome.PASSED_ON if boundary == "task" or one.alone:
            return None
        case Outcome.WAITED if one.how == "own method":
            return None
        case Outcome.UNUSED if one.alone:
            return None
        case Outcome.WAITED:
            reason = f"is used by {place} while this one waits"
        case Outcome.UNUSED:
            reason = f"is handed to {place} and not used again here"
        case Outcome.CONCURRENT:
            reason = f"is handed to {place} and, on a path, {event.because} while that one may be running"
        case Outcome.OWNER_OUTSIDE:
            reason = f"is handed to {place} that, on a path, nobody here waits for"
        case _:
            reason = f"is handed to {place}"
    message = f"{subject(event)} {reason}; a session is made in the {boundary} that uses it"
    return Finding(event.node, message, (advice(boundary),))


def advice(boundary: str) -> str:
    """How to do without sharing."""
    return f"make the session inside the code that the {boundary} runs, and pass ids or plain values"
