"""session-lost-write: what is written through a session of this function's own, and never committed.

Guarantee: on every path from the write to the end of the session's life, which is seen, nothing commits it or takes it
back on purpose, and no code that is not seen could have.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#closing
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import AssignmentStmt, CallExpr, Context, MemberExpr, OperatorAssignmentStmt

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, text_of
from mypy_session_plugin.semantics.events import Ending, Event, WriteEndEvent


class LostWriteRule:
    """Reports the first write of a session that is lost with it."""

    code = "session-lost-write"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each write whose session has come to its end."""
        if isinstance(event, WriteEndEvent):
            yield Verdict(event.session, _finding(event, store) if event.lost else None)


def _finding(event: WriteEndEvent, store: Store) -> Finding:
    facts = store.session(event.session)
    name = facts.name if facts is not None else ""
    is_async = facts is not None and "asyncio" in facts.class_name
    session = f'"{name}"' if name else "the session"
    message = f"{session} {_end_of(event)} without a commit after {_text_of(event.node)}, which is rolled back"
    commit, block = (f"await {name}.commit()", "async with") if is_async else (f"{name}.commit()", "with")
    note = f'call "{commit}" before that, or write inside "{block} {name}.begin()"'
    return Finding(event.node, message, (note,) if name else (), mistake=event.session)


def _end_of(event: WriteEndEvent) -> str:
    chain = f" ({event.chain})" if event.chain else ""
    match event.ending:
        case Ending.CLOSED:
            return f"is closed at line {event.closed.line}{chain}"
        case Ending.BLOCK:
            return f'is closed at the end of the "with" block of line {event.closed.line}{chain}'
        case _:
            return "is left at the end of the function"


def _text_of(node: Context) -> str:
    """What writes, as a message names it."""
    match node:
        case CallExpr(callee=MemberExpr() as callee):
            return f"this {callee.name}()"
        case AssignmentStmt(lvalues=[*_, target]) | OperatorAssignmentStmt(lvalue=target):
            text = text_of(target)
            return "this change" if text == "this value" else f'the change of "{text}"'
        case _:
            return "this write"
