"""What a session refuses as its transaction stands: the rules report it, and nothing is followed on that path."""

from __future__ import annotations

from enum import Enum

from mypy.nodes import Context, ForStmt

from mypy_session_plugin.facts.effects import When
from mypy_session_plugin.facts.objects import InstanceFacts, LibraryFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.states import Level, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.transactions import NOTHING_TOLD, Phase, Standing
from mypy_session_plugin.facts.values import ObjectId, Unknown, Value
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.sessions import Relation, relation, setting_of
from mypy_session_plugin.semantics.transactions import (
    Need,
    begins_root,
    is_transaction,
    is_unflushed,
    need_of,
    sends,
    transaction_of,
)


class Refusal(Enum):
    """Why a use of a session fails.

    BEGUN: a transaction is begun while one runs; UNBEGUN: none runs, and the session begins none by itself; ENDED: that
    of the `with` block around has ended; FAILED: a flush has failed before; CLOSED: the session is closed for good;
    GIVEN: it was given away.
    """

    BEGUN = "begun"
    UNBEGUN = "unbegun"
    ENDED = "ended"
    FAILED = "failed"
    CLOSED = "closed"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Refused:
    """One use that fails, by one standing of the session's transaction."""

    refusal: Refusal
    standing: Standing


#: The ends of blocks: what they refuse stands in the block.
EXITS = frozenset({"__enter__", "__aenter__", "__exit__", "__aexit__"})


def refused_call(store: Store, name: str, bound: BoundCall, receiver: Value, session: Value) -> Refused | None:
    """Why a call fails, if it does so however the transaction may stand on this path."""
    known = transaction_of(store, session)
    if known is None or name in EXITS or known.standings == NOTHING_TOLD:
        return None
    on_session = receiver == session
    found = [_refused(store, standing, name, bound, session, on_session) for standing in known.standings]
    if known.autobegin == {False} and found == [None]:
        found = [_unbegun(store, standing, bound, on_session) for standing in known.standings]
    first = found[0]
    if first is None or any(item is None or item.refusal is not first.refusal for item in found):
        return None
    return min((item for item in found if item is not None), key=lambda item: item.standing.since or Origin(0, ""))


def _refused(
    store: Store, standing: Standing | Unknown, name: str, bound: BoundCall, session: Value, on_session: bool
) -> Refused | None:
    if isinstance(standing, Unknown):
        return None
    refusal: Refusal | None = None
    effects = bound.stub.effects
    if standing.phase is Phase.GIVEN:
        refusal = Refusal.GIVEN if on_session else None
    elif standing.phase is Phase.CLOSED:
        refusal = Refusal.CLOSED if _works(store, bound, on_session) else None
    elif standing.ended is not None:
        refusal = Refusal.ENDED if _works_in_block(store, standing, bound, session, on_session) else None
    elif any(map(begins_root, effects)):
        begun = standing.phase is Phase.BEGUN or (standing.phase is Phase.FAILED and standing.caught is not None)
        refusal = Refusal.BEGUN if begun else None
    elif standing.phase is Phase.FAILED and standing.caught is not None:
        refusal = Refusal.FAILED if _needs_repair(store, standing, bound, session, on_session) else None
    return None if refusal is None else Refused(refusal, standing)


def _unbegun(store: Store, standing: Standing | Unknown, bound: BoundCall, on_session: bool) -> Refused | None:
    """Why a call fails in a session that begins no transaction by itself."""
    if isinstance(standing, Unknown) or standing.phase is not Phase.NONE or standing.ended is not None:
        return None
    begins = any(effect.name == "begins" and effect.arguments.get("kind") != "auto" for effect in bound.stub.effects)
    return None if begins or not _works(store, bound, on_session) else Refused(Refusal.UNBEGUN, standing)


def _commits(bound: BoundCall) -> bool:
    return any(effect.name == "ends" and effect.arguments.get("outcome") == "commit" for effect in bound.stub.effects)


def _works(store: Store, bound: BoundCall, on_session: bool) -> bool:
    return need_of(bound, store) is Need.CERTAIN or (on_session and _commits(bound))


def _works_in_block(store: Store, standing: Standing, bound: BoundCall, session: Value, on_session: bool) -> bool:
    if _is_in_root(standing):
        return sends(bound, store)
    if _works(store, bound, on_session):
        return True
    return need_of(bound, store) is Need.LOAD and bool(bound.given) and _all_expired(store, standing, session)


def _is_in_root(standing: Standing) -> bool:
    """Whether only a savepoint has ended: `add()` and what is loaded need no more than the root, which still runs."""
    return standing.phase is not Phase.NONE


def _all_expired(store: Store, standing: Standing, session: Value) -> bool:
    """Whether the end of the transaction left nothing loaded in the session, so that `get()` must load."""
    over = standing.ended
    by_commit = over is not None and over.event not in ("rollback()", "close()")
    return not by_commit or setting_of(store, session, "expire_on_commit") == {True}


def _needs_repair(store: Store, standing: Standing, bound: BoundCall, session: Value, on_session: bool) -> bool:
    if sends(bound, store):
        return True
    if on_session and _commits(bound):
        return True
    effects = bound.stub.effects
    loads = any(effect.name == "reads" for effect in effects) and not any(effect.name == "writes" for effect in effects)
    if loads and need_of(bound, store) is Need.LOAD:
        return _in_root(store, standing, session)
    flushes = any(effect.name == "flushes" and effect.when is When.ALWAYS for effect in effects)
    return on_session and flushes and is_unflushed(store, session)


def _in_root(store: Store, standing: Standing, session: Value) -> bool:
    """Whether no savepoint is open: the failure has then expired all that the session holds."""
    (only,) = session if len(session) == 1 else (None,)
    facts = store.session(only) if isinstance(only, ObjectId) else None
    return facts is not None and facts.depth == 0 and not any(block.nested for block in standing.blocks)


def refused_load(store: Store, value: Value) -> tuple[ObjectId, Refused] | None:
    """Why a mapped attribute of an instance cannot be read: it is expired, and its session cannot load it."""
    (only,) = value if len(value) == 1 else (None,)
    facts = store.heap.get(only) if isinstance(only, ObjectId) and not only.older else None
    if not isinstance(facts, InstanceFacts):
        return None
    known = [item for item in facts.situations if isinstance(item, Situation)]
    held = [item for item in known if item.state is State.PERSISTENT and item.new is Level.BEFORE]
    sessions = {item.session for item in held}
    if not held or Unknown.UNKNOWN in facts.situations or len(sessions) != 1:
        return None
    (owner,) = sessions
    session: Value = frozenset() if owner is None else frozenset({owner})
    standing_of = transaction_of(store, session)
    if owner is None or standing_of is None or relation(store, owner, session) is not Relation.SAME:
        return None
    only_standing = next(iter(standing_of.standings)) if len(standing_of.standings) == 1 else None
    if not isinstance(only_standing, Standing):
        return None
    if only_standing.phase is Phase.FAILED and only_standing.caught is not None:
        found = Refusal.FAILED if _in_root(store, only_standing, session) else None
    else:
        certain = only_standing.ended is not None and len(held) == len(facts.situations)
        over = only_standing.ended
        closed = over is not None and over.event == "close()"
        certain = certain and not closed and not _is_in_root(only_standing)
        found = Refusal.ENDED if certain and _all_expired(store, only_standing, session) else None
    return None if found is None else (owner, Refused(found, only_standing))


#: Methods that take rows out of a result.
TAKING = frozenset(
    {
        "__aiter__",
        "__iter__",
        "__next__",
        "all",
        "fetchall",
        "fetchmany",
        "fetchone",
        "first",
        "one",
        "one_or_none",
        "partitions",
        "scalar",
        "scalar_one",
        "scalar_one_or_none",
    }
)


def refused_object(store: Store, name: str, receiver: Value, node: Context) -> Origin | None:
    """What has ended the transaction, or closed the result, that a call is made on and that is too late for it.

    A loop has begun with a result before what its own body does.
    """
    (only,) = receiver if len(receiver) == 1 else (None,)
    facts = store.heap.get(only) if isinstance(only, ObjectId) and not only.older else None
    if not isinstance(facts, LibraryFacts) or facts.ended is None:
        return None
    if is_transaction(facts):
        return facts.ended if name in ("commit", "rollback") else None
    in_loop = name.endswith("iter__") and node.line <= facts.ended.line <= (node.end_line or node.line)
    return facts.ended if name in TAKING and not (in_loop and isinstance(node, ForStmt)) else None
