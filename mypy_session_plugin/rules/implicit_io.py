"""session-implicit-io: an attribute that must be loaded is read of an instance of an AsyncSession.

Guarantee: on every path that reaches the read, the attribute is not loaded, the instance is in an AsyncSession, and the
read is in no greenlet of that session, which alone can wait for the database: SQLAlchemy raises MissingGreenlet.

Source: https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#preventing-implicit-io-when-using-asyncsession
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import MemberExpr

from mypy_session_plugin.facts.loads import Presence
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, quoted, text_of
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
from mypy_session_plugin.semantics import loads
from mypy_session_plugin.semantics.events import AttributeEvent, Event, SyncSqlEvent
from mypy_session_plugin.semantics.implicit_sql import SYNC_SESSION

ERROR = "MissingGreenlet"
#: SQLAlchemy 2.1 wraps it, and 2.0 sometimes does.
RAISED = f"{ERROR} or DBAPIError"


class ImplicitIoRule:
    """Reports reads, and calls of the session inside, that send SQL where nothing can wait for the answer."""

    code = "session-implicit-io"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = (SYNC_SESSION,)

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each read of a mapped attribute, and on each call that sends SQL past the AsyncSession."""
        if isinstance(event, AttributeEvent) and event.value and not event.waits:
            yield Verdict((event.attribute.name, event.reader is None), _finding(event, store))
        elif isinstance(event, SyncSqlEvent):
            yield Verdict("sends", None if event.raising else _of_call(event))


def _finding(event: AttributeEvent, store: Store) -> Finding | None:
    first = always_missing(event, store, lambda item: _asks(event, item, store))
    if first is None:
        return None
    message = (
        f"{quoted(event.expression)} is not loaded ({reason(first)}) and belongs to an AsyncSession; "
        f"{consequence(event, ERROR, 'sqlalche.me/e/20/xd2s')}"
    )
    return finding(event, message, _help(event, first, store), RAISED, mistake(first, event))


def _of_call(event: SyncSqlEvent) -> Finding:
    callee, session = event.node.callee, text_of(event.session)
    name = callee.name if isinstance(callee, MemberExpr) else ""
    message = (
        f'"{session}.{SYNC_SESSION}" sends SQL where nothing waits for the answer; '
        f"{name}() raises {ERROR} (sqlalche.me/e/20/xd2s)"
    )
    return Finding(event.node, message, (f"await {session}.{name}(...)",), raises=RAISED)


def _asks(event: AttributeEvent, item: Missing, store: Store) -> bool:
    """Whether the read certainly sends SQL, in an AsyncSession."""
    is_async = loads.asynchronous_session(store, item.facts) is not None
    return is_async and item.presence is Presence.ABSENT and loads.must_ask(item.facts, event.attribute)


def _help(event: AttributeEvent, item: Missing, store: Store) -> str:
    session = loads.asynchronous_session(store, item.facts)
    owner = text_of(event.expression.expr) if isinstance(event.expression, MemberExpr) else "instance"
    name = session.name if session is not None and session.name else "session"
    refresh = f'await {name}.refresh({owner}, ["{event.attribute.name}"])'
    if is_expired_by_commit(item):
        return f"{refresh} before, or make the session with expire_on_commit=False"
    if is_expired(item, event):
        return f"{refresh} before"
    return f"load it with the row: {option(event)} in the options of the query; or {refresh} before"
