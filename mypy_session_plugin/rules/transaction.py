"""session-transaction: a transaction begun while one runs, or worked with in its block after its end.

Guarantee: on a path that the author wrote SQLAlchemy raises: `begin()` after the session has begun a transaction, by
itself or by `begin()`; work of a session with `autobegin=False` before its `begin()`; SQL, `add()`, `commit()` and
their like inside the `with` block of a transaction that has ended; of a savepoint that has, SQL alone.

Source: https://docs.sqlalchemy.org/en/20/orm/session_transaction.html
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, lines
from mypy_session_plugin.rules.refused import refused_at, session_named, use_of
from mypy_session_plugin.semantics.events import Event
from mypy_session_plugin.semantics.refusals import Refusal

ERROR = "InvalidRequestError"


class TransactionRule:
    """Reports transactions that are begun twice or used after their end."""

    code = "session-transaction"
    quantifier = Quantifier.SOME
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each call and read that the session refuses."""
        refused = refused_at(event, store)
        if refused is None:
            return
        standing = refused.standing
        if refused.refusal is Refusal.BEGUN:
            since = f" ({standing.since})" if standing.since is not None else ""
            message = (
                f"a transaction is already begun on {session_named(event, store)}{since}; "
                f"{use_of(event)} raises {ERROR}: A transaction is already begun on this Session"
            )
            note = "end that one first, or leave this begin() out: a session begins its transactions by itself"
            yield Verdict("begun", Finding(event.node, message, (note,), raises=ERROR, since=lines(standing.since)))
        elif refused.refusal is Refusal.UNBEGUN:
            message = (
                f"no transaction is begun on {session_named(event, store)}, which begins none by itself "
                f"(autobegin=False); {use_of(event)} raises {ERROR}: Autobegin is disabled on this Session"
            )
            yield Verdict("unbegun", Finding(event.node, message, ("call begin() before",), raises=ERROR))
        elif refused.refusal is Refusal.ENDED:
            message = (
                f'the transaction of this "with" block has ended ({standing.ended}); '
                f"{use_of(event)} raises {ERROR}: Can't operate on closed transaction inside context manager"
            )
            note = "the end of the block commits; what comes after the transaction stands after the block"
            yield Verdict("ended", Finding(event.node, message, (note,), raises=ERROR, since=lines(standing.ended)))
