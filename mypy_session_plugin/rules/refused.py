"""What the rules on transactions have in common: which use fails, and how a message names it."""

from __future__ import annotations

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId
from mypy_session_plugin.rules.base import quoted, text_of
from mypy_session_plugin.semantics.events import CallEvent, Event, LoadEvent
from mypy_session_plugin.semantics.refusals import Refused, refused_call, refused_load

#: Methods that the syntax calls, as a message tells them.
SYNTAX = {"__iter__": "the loop", "__aiter__": "the loop", "__getitem__": "the index", "__next__": "next()"}


def refused_at(event: Event, store: Store) -> Refused | None:
    """Why the session refuses what an event does; None on the way of an exception that nobody has caught."""
    if isinstance(event, CallEvent) and not event.raising:
        return refused_call(store, event.name, event.call, event.receiver, event.session)
    if isinstance(event, LoadEvent) and not event.raising:
        refused = refused_load(store, event.value)
        return None if refused is None else refused[1]
    return None


def session_named(event: Event, store: Store) -> str:
    """The session of an event, as its source calls it."""
    owner: ObjectId | None = None
    if isinstance(event, CallEvent):
        (owner,) = event.session if len(event.session) == 1 else (None,)  # type: ignore[assignment]
        if event.receiver == event.session and getattr(event.callee, "expr", None) is not None:
            return quoted(getattr(event.callee, "expr", None))
    elif isinstance(event, LoadEvent):
        refused = refused_load(store, event.value)
        owner = None if refused is None else refused[0]
    facts = store.session(owner) if isinstance(owner, ObjectId) else None
    return f'"{facts.name}"' if facts is not None and facts.name else "the session"


def use_of(event: Event) -> str:
    """The use, as a message tells it: a call by its name, a read by its source."""
    if isinstance(event, LoadEvent):
        return f'reading "{text_of(event.node)}"'
    if isinstance(event, CallEvent):
        return SYNTAX.get(event.name, f"{event.name}()")
    return "this"
