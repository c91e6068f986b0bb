"""session-lost-write: what is written through a session of this function's own, and never committed.

Guarantee: on every path from the write to the end of the session's life, which is seen, nothing commits it or takes it
back on purpose, and no code that is not seen could have.  Or no session takes notice of the write, whatever commits.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#closing
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import AssignmentStmt, CallExpr, Context, IndexExpr, MemberExpr, OperatorAssignmentStmt

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.unnoticed import Cause
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, quoted, text_of
from mypy_session_plugin.semantics.events import Ending, Event, UnnoticedEvent, WriteEndEvent
from mypy_session_plugin.semantics.unnoticed_writes import changed_column
from mypy_session_plugin.semantics.writes import CHANGING


class LostWriteRule:
    """Reports the first write of a session that is lost with it."""

    code = "session-lost-write"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each write whose session has come to its end."""
        if isinstance(event, WriteEndEvent):
            yield Verdict(event.session, _finding(event, store) if event.lost else None)
        elif isinstance(event, UnnoticedEvent):
            yield Verdict(event.cause, _unnoticed(event) if event.lost else None)


def _finding(event: WriteEndEvent, store: Store) -> Finding:
    facts = store.session(event.session)
    name = facts.name if facts is not None else ""
    is_async = facts is not None and "asyncio" in facts.class_name
    session = f'"{name}"' if name else "the session"
    message = f"{session} {_end_of(event)} without a commit after {_text_of(event.node)}, which is rolled back"
    commit, block = (f"await {name}.commit()", "async with") if is_async else (f"{name}.commit()", "with")
    note = f'call "{commit}" before that, or write inside "{block} {name}.begin()"'
    return Finding(event.node, message, (note,) if name else (), mistake=event.session)


def _unnoticed(event: UnnoticedEvent) -> Finding:
    """A write of which no session takes notice."""
    name, because = _written(event.node), f" ({event.origin})" if event.origin is not None else ""
    until = f"the commit of line {event.origin.line} leaves it out" if event.passed and event.origin else ""
    match event.cause:
        case Cause.DETACHED:
            message = f"{name} is in no session{because}, and nothing reads it after this change"
            note = "change it before that, or add() or merge() it"
        case Cause.COPIED:
            line = event.origin.line if event.origin is not None else 0
            message = f"{name} was copied by the merge() of line {line}; this change of the original is in no session"
            note = "change the instance that merge() returns"
        case Cause.BACKREF:
            message = f"nothing adds {name} to a session: a relationship takes along only what is put into it; {until}"
            note = "call add() with it, or append() it to the collection on the other side"
        case Cause.IN_PLACE:
            message = f"{name} is changed in place, which its column does not notice; {until or 'it is not written'}"
            note = "assign a new value, call flag_modified(), or map the column with MutableDict or MutableList"
    return Finding(event.node, message, (note,), mistake=(event.cause, event.instance))


def _written(node: Context) -> str:
    """How the source calls what is written."""
    match node:
        case (
            AssignmentStmt(lvalues=[*_, MemberExpr() as target]) | OperatorAssignmentStmt(lvalue=MemberExpr() as target)
        ):
            return quoted(target.expr)
        case CallExpr(callee=MemberExpr(name=name, expr=owner)) if name in CHANGING:
            return quoted(owner)
        case CallExpr():
            return f"this {text_of(node.callee)}"
        case IndexExpr():
            return quoted(column) if (column := changed_column(node)) is not None else "this value"
        case _:
            return "it"


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
