"""session-raiseload: an attribute is read that is mapped, or was loaded, to raise.

Guarantee: on every path that reaches the read, the instance has a row, the attribute is not loaded, and its mapping or
the statement that loaded the instance says `raise`: SQLAlchemy raises InvalidRequestError.

Source: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html#preventing-unwanted-lazy-loads-using-raiseload
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.loads import Presence
from mypy_session_plugin.facts.states import UNSAVED, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, quoted
from mypy_session_plugin.rules.unloaded import Missing, always_missing, consequence, finding, option, reason
from mypy_session_plugin.semantics.events import AttributeEvent, Event

ERROR = "InvalidRequestError"


class RaiseLoadRule:
    """Reports reads of what raises where it is not loaded."""

    code = "session-raiseload"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each read of a mapped attribute."""
        if isinstance(event, AttributeEvent) and event.value:
            yield Verdict((event.attribute.name, event.reader is None), _finding(event, store))


def _finding(event: AttributeEvent, store: Store) -> Finding | None:
    first = always_missing(event, store, lambda item: _raises(event, item))
    if first is None:
        return None
    message = (
        f"{quoted(event.expression)} is not loaded ({reason(first)}) and is to raise where it is read; "
        f"{consequence(event, ERROR)}: it is not available due to lazy='raise'"
    )
    note = f"load it with the row: {option(event)} in the options of the query"
    return finding(event, message, note, ERROR, (first.since, event.attribute.name))


def _raises(event: AttributeEvent, item: Missing) -> bool:
    """Whether the read raises this error: a column of a detached instance raises another."""
    state = item.situation.state
    of_column = not event.attribute.is_relationship
    return item.presence is Presence.RAISES and state not in UNSAVED and not (of_column and state is State.DETACHED)
