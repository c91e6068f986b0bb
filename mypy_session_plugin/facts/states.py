"""SQLAlchemy's five states of a mapped instance, and what each operation makes of them.

An instance is known as a set of *situations*, each one way it may stand: the state with what goes along with it (whose
session, marked for deletion, new in this transaction ...).  A transition maps one situation to the situations that may
follow; None says that SQLAlchemy raises.  The rows were measured on SQLAlchemy 2.0 and 2.1 (`tests/data`); see also
https://docs.sqlalchemy.org/en/20/orm/session_state_management.html
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.values import UNKNOWN, ObjectId, Unknown


class State(Enum):
    """The five states, in the order in which messages and `reveal_state` list them."""

    TRANSIENT = "transient"
    PENDING = "pending"
    PERSISTENT = "persistent"
    DELETED = "deleted"
    DETACHED = "detached"

    # A member is one object: the hash that `Enum` defines is of its name, and slow.
    __hash__ = object.__hash__


ATTACHED = frozenset({State.PENDING, State.PERSISTENT, State.DELETED})
#: The states of an instance that no flush has inserted.
UNSAVED = frozenset({State.TRANSIENT, State.PENDING})


class Level(Enum):
    """Since which transaction a row is in the database (or deleted from it), which tells what a rollback takes back."""

    BEFORE = "before"
    INNER = "inner"
    OUTER = "outer"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Situation:
    """One way an instance may stand.

    `session` is the session it is in (None: none, or one that is not known).  `marked`: deleted by `delete()`, not yet
    by a flush.  `was_deleted`: detached by the end of the transaction that deleted it.  `new`: the transaction that
    inserted it; `gone`: the one that deleted it.  `orphan`: marked because it was taken out of a `delete-orphan`
    relationship, which `add()` does not take back.  `alone`: detached by itself, while its session goes on with others.
    """

    state: State
    session: ObjectId | None = None
    marked: bool = False
    was_deleted: bool = False
    new: Level = Level.BEFORE
    gone: Level = Level.BEFORE
    orphan: bool = False
    alone: bool = False


#: What may follow; the unknown among it says that something else is possible too.
Followers: TypeAlias = "tuple[Situation | Unknown, ...]"


def detached(situation: Situation) -> Situation:
    """The instance out of its session; one that this transaction inserted becomes transient if that is rolled back."""
    deleted = situation.state is State.DELETED or situation.was_deleted
    return replace(_released(situation, State.DETACHED), was_deleted=deleted)


def _released(situation: Situation, state: State) -> Situation:
    """The instance in no session, with what the transaction that inserted its row may still do to it."""
    # The running transaction forgets its own deletion; one around it does not, and acts on the instance at its end.
    forgotten = situation.state is State.DELETED and situation.gone is Level.INNER
    gone = Level.BEFORE if forgotten else situation.gone
    if situation.new is gone is Level.BEFORE:
        return Situation(state)
    return Situation(state, situation.session, new=situation.new, gone=gone)


def become(situation: Situation, target: State, owner: ObjectId | None) -> Followers:
    """An instance is put into a state, into the session `owner` if that is an attached one: `Becomes` in signatures."""
    if target in ATTACHED and situation.state in ATTACHED:
        return (replace(situation, state=target, marked=False, orphan=False),)
    if target in ATTACHED:
        return (Situation(target, owner),)
    attached = situation.state in ATTACHED
    if target is State.DETACHED and attached:
        return (replace(detached(situation), alone=True),)
    return (_released(situation, target),)


def added(situation: Situation, session: ObjectId | None) -> Followers | None:
    """What `add()` makes of the instance: `Added` in signatures."""
    match situation.state:
        case State.TRANSIENT if not situation.was_deleted:
            return _attached(situation, State.PENDING, session)
        case State.TRANSIENT:
            return (UNKNOWN,)
        case State.DETACHED if not situation.was_deleted:
            return _attached(situation, State.PERSISTENT, session)
        case State.PENDING:
            return (situation,)
        case State.PERSISTENT:
            return (replace(situation, marked=situation.orphan),)
        case _:
            return None


def _attached(situation: Situation, state: State, session: ObjectId | None) -> Followers:
    """An instance comes into a session; what another one's transaction still does to it is not known."""
    inserted = state is State.PERSISTENT
    if situation.new is situation.gone is Level.BEFORE:
        return (Situation(state, session),)
    if session is not None and situation.session == session and not session.older:
        new = situation.new if inserted else Level.BEFORE
        return (Situation(state, session, new=new, gone=situation.gone),)
    return (Situation(state, session, new=Level.UNKNOWN if inserted else Level.BEFORE), UNKNOWN)


def marked(situation: Situation, session: ObjectId | None) -> Followers | None:
    """What `delete()` makes of the instance: `Marked` in signatures."""
    match situation.state:
        case State.PERSISTENT:
            return (replace(situation, marked=True),)
        case State.DETACHED if situation.was_deleted:
            return (Situation(State.DELETED, session, marked=True, gone=Level.INNER),)
        case State.DETACHED:
            return tuple(
                replace(item, marked=True) if isinstance(item, Situation) else item
                for item in _attached(situation, State.PERSISTENT, session)
            )
        case State.DELETED:
            return (replace(situation, marked=True, gone=Level.INNER),)
        case _:
            return None


def orphaned(situation: Situation) -> Followers:
    """An instance is taken out of a `delete-orphan` relationship: at once if it has no row, else by the next flush."""
    match situation.state:
        case State.PENDING:
            return (Situation(State.TRANSIENT),)
        case State.PERSISTENT:
            return (replace(situation, marked=True, orphan=True),)
        case _:
            return (situation,)


def adopted(situation: Situation) -> Situation:
    """An orphan is put into a relationship again before it was deleted."""
    return replace(situation, marked=False, orphan=False) if situation.orphan else situation


def moved(situation: Situation, moves: Mapping[str, State], inner: bool) -> Followers:
    """What an operation on the whole session makes of one of its instances.

    `moves` is that of `@moves`: from `new`, `pending`, `persistent`, `marked` and `deleted` to the state that follows.
    `inner` says that only the innermost transaction ends: what an enclosing one inserted or deleted stays.
    """
    outlives = inner and situation.new is Level.OUTER
    if "new" in moves and situation.new is not Level.BEFORE and not outlives:
        gone = Situation(State.TRANSIENT, was_deleted=situation.state is State.DELETED)
        if situation.new is not Level.UNKNOWN:
            return (gone,)
        return (gone, *_moved_old(replace(situation, new=Level.BEFORE), moves, inner))
    return _moved_old(situation, moves, inner)


def _moved_old(situation: Situation, moves: Mapping[str, State], inner: bool) -> Followers:
    """The move of an instance whose row the end of the transaction does not take back."""
    if situation.gone is not Level.BEFORE and situation.state is not State.DELETED and "deleted" in moves:
        return (*_moved_old(replace(situation, gone=Level.BEFORE), moves, inner), UNKNOWN)
    if situation.state is State.DELETED and situation.gone is Level.BEFORE and not situation.marked:
        # Left over from a transaction that was closed: no other transaction knows of it.
        return (situation,)
    if situation.state is State.DELETED and moves.get("deleted") is State.PERSISTENT:
        return _restored(situation, inner)
    kind = "marked" if situation.marked else situation.state.value
    target = moves.get(kind)
    if target is None:
        return (situation,)
    left_over = situation.state is State.DELETED and situation.gone is Level.UNKNOWN and not situation.marked
    return (_moved_to(situation, target), *((situation,) if left_over else ()))


def _restored(situation: Situation, inner: bool) -> Followers:
    """A deletion that the rollback takes back."""
    restored = Situation(State.PERSISTENT, situation.session, new=situation.new)
    if not inner or situation.gone is Level.INNER:
        return (restored,)
    return (restored, situation) if situation.gone is Level.UNKNOWN else (situation,)


def _moved_to(situation: Situation, target: State) -> Situation:
    match target:
        case State.TRANSIENT:
            return Situation(State.TRANSIENT)
        case State.DETACHED:
            return detached(situation)
        case State.DELETED:
            return Situation(State.DELETED, situation.session, new=situation.new, gone=Level.INNER)
        case State.PERSISTENT if situation.state is State.PENDING:
            return replace(situation, state=State.PERSISTENT, new=Level.INNER)
        case _:
            return replace(situation, state=target, marked=False, orphan=False)


def transaction_ended(situation: Situation) -> Situation:
    """After the root transaction: nothing is new in it any more."""
    return _at_levels(situation, dict.fromkeys(Level, Level.BEFORE))


def savepoint_entered(situation: Situation, depth: int | None) -> Situation:
    """Inside a new savepoint; below a second one it is no longer told which transaction a row belongs to."""
    outer = Level.OUTER if depth == 1 else Level.UNKNOWN
    return _at_levels(situation, {Level.INNER: outer, Level.OUTER: outer})


def savepoint_left(situation: Situation, depth: int | None) -> Situation:
    """After a savepoint's end: what it inserted belongs to the enclosing transaction."""
    outer = Level.INNER if depth == 0 else Level.UNKNOWN
    return _at_levels(situation, {Level.OUTER: outer})


def _at_levels(situation: Situation, change: Mapping[Level, Level]) -> Situation:
    new, gone = change.get(situation.new, situation.new), change.get(situation.gone, situation.gone)
    if new is situation.new and gone is situation.gone:
        return situation
    changed = replace(situation, new=new, gone=gone)
    if changed.state not in ATTACHED and changed.new is changed.gone is Level.BEFORE:
        return replace(changed, session=None)
    return changed
