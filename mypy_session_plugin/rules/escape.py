"""session-escape: what needs its session leaves the block that closes it.

Guarantee: on every path through the statement, the value is an unread result of the session, the session itself, or
code in view that uses it; and the session, which was open when the value left, is closed when the function returns, or
when the value is used.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#closing
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import AssignmentStmt, CallExpr, Context, ForStmt, GeneratorExpr, MemberExpr, ReturnStmt

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, text_of
from mypy_session_plugin.semantics.events import EscapeEvent, Event

#: What reading a result of entities raises, once its session has been closed.
ERROR = "InvalidRequestError, sqlalche.me/e/20/lkrp"


class EscapeRule:
    """Reports what outlives its session."""

    code = "session-escape"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each value that leaves."""
        if isinstance(event, EscapeEvent):
            yield Verdict(event.place, _finding(event))


def _finding(event: EscapeEvent) -> Finding | None:
    way, closing = event.way, event.closing
    if way is None or closing is None:
        return None
    subject, follows, advice = _SAYINGS[way.how]
    session = f'"{event.session}"' if event.session else "the session"
    subject = subject.format(session=session, code=f'"{way.text}"', result=_result(event.node, session))
    closes = "it" if way.how == "session" else session
    if event.place == "used":
        message = f"{subject} is used after {closing} has closed {closes}; {follows}"
    else:
        place = f'kept as "{event.place}"' if event.place else "returned"
        message = f"{subject} is {place}, but {closing} closes {closes}; {follows}"
    return Finding(event.node, message, (advice,), "sqlalchemy.exc.InvalidRequestError" if way.how == "result" else "")


#: By how a value leads to its session: what it is, what follows, and what to do.
_SAYINGS = {
    "session": (
        "{session}",
        "what is done with it then begins a transaction that nobody here ends",
        "yield it from a context manager, or leave closing it to whoever gets it",
    ),
    "result": (
        "{result}",
        f"reading an instance from it raises ({ERROR})",
        "read it before the session is closed, for example with all()",
    ),
    "streamed": (
        "{result} which is still to be streamed",
        "its rows come over a connection that has been given back",
        "read it before the session is closed, or open the session in the code that goes through it",
    ),
    "code": (
        "{code}, which uses {session},",
        "it then works in a transaction that nobody here ends",
        "open a session inside the code that runs later",
    ),
}


def _result(node: Context, session: str) -> str:
    """A result of the session, by its name where it has one."""
    text = text_of(_value_of(node))
    return f'"{text}", a result of {session},' if text.replace(".", "").isidentifier() else f"a result of {session}"


def _value_of(node: Context) -> Context | None:
    """The syntax of what leaves at a node."""
    match node:
        case ReturnStmt() | ForStmt():
            return node.expr
        case AssignmentStmt():
            return node.rvalue
        case GeneratorExpr():
            return node.sequences[0]
        case CallExpr() if isinstance(node.callee, MemberExpr):
            return node.callee.expr
        case CallExpr():
            return node.args[0] if node.args else None
        case _:
            return node
