"""What a parameter's annotation does to the instance given: `Added`, `Marked`, `Becomes` and the plain states."""

from __future__ import annotations

from collections.abc import Callable

from mypy_session_plugin.facts.effects import TypeExpression
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import (
    ATTACHED,
    Followers,
    Level,
    Situation,
    State,
    added,
    become,
    detached,
    marked,
)
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import UNKNOWN, ObjectId, Value
from mypy_session_plugin.semantics.binding import is_phantom
from mypy_session_plugin.semantics.cascades import DELETE, SAVE_UPDATE
from mypy_session_plugin.semantics.identities import is_held
from mypy_session_plugin.semantics.instances import Operation
from mypy_session_plugin.semantics.making import the_session
from mypy_session_plugin.semantics.sessions import is_elsewhere
from mypy_session_plugin.semantics.shapes import PHANTOM_STATES

#: What an event is called in a message, by the name of the method that does it.
EVENTS = {
    "add": "added",
    "add_all": "added",
    "delete": "deleted",
    "expunge": "expunged",
    "expunge_all": "expunged",
    "flush": "flushed",
    "commit": "committed",
    "rollback": "rolled back",
    "close": "session closed",
    "reset": "session reset",
    "remove": "session removed",
    "deepcopy": "copied",
    "load": "unpickled",
    "loads": "unpickled",
    "merge": "merged",
    "make_transient": "made transient",
    "make_transient_to_detached": "made detached",
    "__exit__": "block left",
    "__aexit__": "block left",
}


#: The state for which an operation raises whichever session the instance is in, by the annotation of the parameter.
RAISES_ANYWHERE = {"Added": State.DELETED, "Marked": State.PENDING}


def event_name(method: str) -> str:
    """The past participle of a method for a message; that of a query is what loads."""
    return EVENTS.get(method, f"{method}()")


#: From each state that a parameter admits to the state after the call; None where it stays.
StateChanges = dict[State, State | None]


def state_changes(annotation: TypeExpression) -> StateChanges | None:
    """The states that an annotation admits with what becomes of them; None if it says nothing of states."""
    if annotation.name == "Union":
        parts = [state_changes(part) for part in annotation.arguments if part.name != "None"]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return {state: after for part in known for state, after in part.items()}
    name = is_phantom(annotation)
    if name == "Becomes":
        before, after = (state_changes(part) for part in annotation.arguments)
        if before is None or after is None or len(after) != 1:
            return None
        target = next(iter(after))
        return dict.fromkeys(before, target)
    if name in PHANTOM_STATES:
        return dict.fromkeys(PHANTOM_STATES[name], None)
    return None


def operation_of(
    annotation: TypeExpression, method: str, store: Store, session: Value, any_session: bool, cascade: str | None = None
) -> Operation | None:
    """The operation that a call does on the instance given to a parameter; None if it does none.

    `session` is the receiver's: a state in a stub's parameter means "of this session" unless `any_session`.  `cascade`
    is what the stub says of the instances that are related with it.
    """
    owner = the_session(session)
    event = event_name(method)
    name = is_phantom(annotation)
    if name == "Added":
        after: Followers = (Situation(State.PENDING, owner), Situation(State.PERSISTENT, owner, new=Level.UNKNOWN))
        return Operation(_here(store, session, owner, added), after, event, cascade=SAVE_UPDATE)
    if name == "Marked":
        gone = Situation(State.DELETED, owner, new=Level.UNKNOWN, gone=Level.UNKNOWN)
        after = (Situation(State.PERSISTENT, owner, marked=True, new=Level.UNKNOWN), gone)
        return Operation(_here(store, session, owner, marked), after, event, cascade=DELETE)
    changes = state_changes(annotation)
    if changes is None:
        return None

    def change(situation: Situation) -> Followers | None:
        if situation.state not in changes:
            return None
        if not any_session and is_elsewhere(store, situation, session):
            return None
        target = changes[situation.state]
        return (situation,) if target is None else become(situation, target, owner)

    after = tuple(dict.fromkeys(_unknown_after(state, target, owner) for state, target in changes.items()))
    return Operation(change, after, event, cascade=cascade)


def _here(
    store: Store,
    session: Value,
    owner: ObjectId | None,
    change: Callable[[Situation, ObjectId | None], Followers | None],
) -> Callable[[Situation], Followers | None]:
    """A change that takes an instance into this session, and raises for one that another session holds."""

    def changed(situation: Situation) -> Followers | None:
        if not is_elsewhere(store, situation, session):
            return change(situation, owner)
        return None if is_held(store, situation.session) else (situation, UNKNOWN)

    return changed


def _unknown_after(state: State, target: State | None, owner: ObjectId | None) -> Situation:
    after = target or state
    if after is State.DETACHED and state in ATTACHED:
        return replace(detached(_unknown_after(state, None, owner)), alone=True)
    level = Level.UNKNOWN if after in (State.PERSISTENT, State.DELETED) else Level.BEFORE
    gone = Level.UNKNOWN if after is State.DELETED else Level.BEFORE
    return Situation(after, owner if after in ATTACHED else None, new=level, gone=gone)
