"""session-closed: use that fails after the end, of a transaction, a result, or a session that is closed for good.

Guarantee: on a path that the author wrote SQLAlchemy raises, because the object has ended before; or the session was
given to a function that owns it from then on, as its signature says.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#closing
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import Context

from mypy_session_plugin.facts.lending import ENDINGS
from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import objects
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, lines, quoted
from mypy_session_plugin.rules.refused import refused_at, session_named, use_of
from mypy_session_plugin.semantics.events import CallEvent, Event, OwnershipEvent
from mypy_session_plugin.semantics.refusals import Refusal, refused_object
from mypy_session_plugin.semantics.transactions import SESSION_CLOSED, is_transaction, transaction_of


class ClosedRule:
    """Reports what is used after its end."""

    code = "session-closed"
    quantifier = Quantifier.SOME
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each call of what has ended."""
        if isinstance(event, CallEvent) and not event.raising:
            over = refused_object(store, event.name, event.receiver, event.node)
            if over is not None:
                yield Verdict("object", _ended_object(event, over, store))
                return
        if isinstance(event, OwnershipEvent):
            yield Verdict("given", _given_twice(event, store))
            return
        refused = refused_at(event, store)
        if refused is None:
            return
        since = f" ({refused.standing.since})" if refused.standing.since is not None else ""
        name = session_named(event, store)
        if refused.refusal is Refusal.CLOSED:
            error = "InvalidRequestError"
            message = (
                f"{name} is closed for good{since}, as close_resets_only=False says; "
                f"{use_of(event)} raises {error}: This Session has been permanently closed"
            )
            yield Verdict("closed", Finding(event.node, message, raises=error, since=lines(refused.standing.since)))
        elif refused.refusal is Refusal.GIVEN:
            yield Verdict("given", _given_away(event.node, name, refused.standing.since))


def _given_away(node: Context, name: str, given: Origin | None) -> Finding:
    since = f" ({given})" if given is not None else ""
    message = f"{name} is not this function's any more{since}; its new owner uses it and ends it"
    return Finding(node, message, since=lines(given))


def _given_twice(event: OwnershipEvent, store: Store) -> Finding | None:
    """A session is given to a place that owns it, or ends its transaction, after it was given away."""
    known = transaction_of(store, event.value)
    if known is None or known.given is None or not event.deeds <= ENDINGS:
        return None
    facts = [store.session(item) for item in objects(event.value)]
    name = next((f'"{item.name}"' for item in facts if item is not None and item.name), "the session")
    return _given_away(event.node, name, known.given)


def _ended_object(event: CallEvent, over: Origin, store: Store) -> Finding:
    name = quoted(getattr(event.callee, "expr", None) or event.node)
    facts = [store.heap.get(item) for item in objects(event.receiver)]
    if any(map(is_transaction, facts)):
        error, told = "ResourceClosedError", "ResourceClosedError: This transaction is closed"
        return Finding(
            event.node, f"{name} has ended ({over}); {event.name}() raises {told}", raises=error, since=lines(over)
        )
    if over.event == SESSION_CLOSED:
        class_name = next((item.class_name for item in facts if isinstance(item, LibraryFacts)), "")
        error = "InvalidRequestError"
        note = "read it before, as a list: all()" if class_name else ""
        message = f"{_result(name)} is read after its {over}; this raises {error} (sqlalche.me/e/20/lkrp)"
        return Finding(event.node, message, (note,), raises=error, since=lines(over))
    error = "ResourceClosedError"
    message = f"{_result(name)} is closed ({over}); {use_of(event)} raises {error}: This result object is closed"
    return Finding(event.node, message, raises=error, since=lines(over))


def _result(name: str) -> str:
    return "the result" if name == "this value" else name
