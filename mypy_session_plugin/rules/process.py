"""session-process: a session handed to another process, interpreter or task queue, or to a serialiser.

Guarantee: on every path that goes through the call, a session, a live result or what holds one is among what is copied
there, which no session can be; or a mapped instance is, by a serialiser that writes JSON.

Source: https://docs.sqlalchemy.org/en/20/core/pooling.html#using-connection-pools-with-multiprocessing-or-os-fork and
https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled
"""

from __future__ import annotations

from typing_extensions import override

from mypy_session_plugin.rules.base import Finding
from mypy_session_plugin.rules.boundaries import OTHER_SIDE, BoundaryRule, advice, subject
from mypy_session_plugin.semantics.events import HandOverEvent, Outcome

#: What happens to what is written out, by the form of it.
WRITTEN = {
    "pickle": "is pickled, which no {} can be",
    "dill": "is pickled by dill, which no {} in use can be (TypeError)",
    "json": "is written as JSON, which no {} can be (TypeError)",
}


class ProcessRule(BoundaryRule):
    """Reports what cannot get into another process."""

    code = "session-process"

    @override
    def concerns(self, event: HandOverEvent) -> bool:
        return event.outcome is Outcome.SENT

    @override
    def finding(self, event: HandOverEvent) -> Finding | None:
        """Of an instance, which arrives detached, what the code there must load; nothing where that is not known."""
        one, form = event.hand_over, event.because
        if form:
            kind = "mapped instance" if one.how == "instance" else "result" if one.how == "result" else "session"
            name = subject(event) if one.how != "instance" else f'"{one.text}"' if one.text else "an instance"
            message = f"{name} {WRITTEN[form].format(kind)}"
            return Finding(event.node, message, ("write ids or plain values",), raises="TypeError")
        if one.how == "instance":
            return _copied(event) if one.loads else None
        message = f"{subject(event)} is handed to {OTHER_SIDE[one.boundary]}; a session cannot be copied there{FORKED}"
        message = message if one.boundary == "process" else message.removesuffix(FORKED)
        return Finding(event.node, message, (advice(one.boundary),))


#: What becomes of the copies that `fork()` makes.
FORKED = ", and a forked one shares its connection with this process"


def _copied(event: HandOverEvent) -> Finding:
    one = event.hand_over
    name = f'"{one.text}"' if one.text else "an instance"
    reason = f'reaches {OTHER_SIDE[one.boundary]} without "{one.loads}", which the code there must load'
    message = f"{name} {reason}; a copy is detached (DetachedInstanceError, sqlalche.me/e/20/bhk3)"
    hint = f'load "{one.loads}" before, with selectinload() or refresh() for example, or pass ids'
    return Finding(event.node, message, (hint,))
