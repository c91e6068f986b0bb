"""session-detached: an attribute that must be loaded is read of a detached instance.

Guarantee: on every path that reaches the read, the attribute is not loaded and the instance is in no session that could
load it: SQLAlchemy raises DetachedInstanceError.

Source: https://docs.sqlalchemy.org/en/20/errors.html#error-bhk3
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import Context, MemberExpr

from mypy_session_plugin.facts.loads import Presence
from mypy_session_plugin.facts.states import State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, quoted
from mypy_session_plugin.rules.unloaded import (
    Missing,
    always_missing,
    consequence,
    finding,
    is_expired,
    is_expired_by_commit,
    mistake,
    option,
    reason,
)
from mypy_session_plugin.semantics.events import AttributeEvent, Event

ERROR = "DetachedInstanceError"


class DetachedRule:
    """Reports reads of what a detached instance has not loaded."""

    code = "session-detached"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each read of a mapped attribute."""
        if isinstance(event, AttributeEvent) and event.value:
            yield Verdict((event.attribute.name, event.reader is None), _finding(event, store))


def _finding(event: AttributeEvent, store: Store) -> Finding | None:
    first = always_missing(event, store, lambda item: _fails(event, item))
    if first is None:
        return None
    owner = _owner(event.expression)
    came = "" if first.came is None else f" ({first.came})"
    message = (
        f"{quoted(event.expression)} is not loaded ({reason(first)}) and {owner} is detached{came}; "
        f"{consequence(event, ERROR, 'sqlalche.me/e/20/bhk3')}"
    )
    return finding(event, message, _help(event, first), ERROR, mistake(first, event))


def _fails(event: AttributeEvent, item: Missing) -> bool:
    """Whether the read raises this error; one that is mapped to raise raises another."""
    if item.situation.state is not State.DETACHED:
        return False
    # delete() has loaded what it cascades to.
    if item.situation.was_deleted and event.attribute.is_relationship:
        return False
    return item.presence is Presence.ABSENT or not event.attribute.is_relationship


def _owner(node: Context) -> str:
    return quoted(node.expr) if isinstance(node, MemberExpr) else "the instance"


def _help(event: AttributeEvent, item: Missing) -> str:
    if not is_expired(item, event):
        if item.since is None:
            return f'set it before the flush, or refresh(..., ["{event.attribute.name}"]) while the session is open'
        return f"load it with the row: {option(event)} in the options of the query"
    if is_expired_by_commit(item):
        return "read it while the session is open, or make the session with expire_on_commit=False"
    return "read it while the session is open"
