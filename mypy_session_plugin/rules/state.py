"""session-state: an operation, or a phantom-typed position, that does not admit the state of the instance.

Guarantee: on every path that reaches the line, SQLAlchemy raises for the instance's state (the measured table in
`tests/data`), or the position's declared states do not include the one that the instance has.

Source: https://docs.sqlalchemy.org/en/20/orm/session_state_management.html
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.effects import When
from mypy_session_plugin.facts.objects import InstanceFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import UNSAVED, Situation
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Unknown, Value
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, listing, quoted, situations_of, why
from mypy_session_plugin.rules.operands import Operand, error_about, operands_of
from mypy_session_plugin.rules.unloaded import always_missing, reason
from mypy_session_plugin.semantics.binding import Given, is_phantom
from mypy_session_plugin.semantics.events import CallEvent, DeclarationEvent, Event, PositionEvent, PromiseEvent
from mypy_session_plugin.semantics.identities import is_fresh
from mypy_session_plugin.semantics.instances import Operation
from mypy_session_plugin.semantics.parameters import RAISES_ANYWHERE
from mypy_session_plugin.semantics.sessions import Relation, is_elsewhere, relation, setting_of
from mypy_session_plugin.semantics.targets import element_annotation

#: What SQLAlchemy says where the flush that an operation begins with has deleted the instance.
FLUSHED_ERROR = "InvalidRequestError: Could not refresh instance '<{class}>'"

DIRTY_ERROR = (
    "InvalidRequestError: merge() with load=False option does not support objects marked as 'dirty'.  "
    "flush() all changes on mapped instances before merging with load=False."
)


class StateRule:
    """Reports instances in the wrong state."""

    code = "session-state"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """Verdicts on each instance that is given to a call, and on each phantom-typed position."""
        if isinstance(event, CallEvent):
            yield from self._check_call(event, store)
        elif isinstance(event, PositionEvent) and event.value:
            yield _check_position(event, store)
        elif isinstance(event, PromiseEvent):
            yield Verdict((event.where, event.name), _without(event, store))
        elif isinstance(event, DeclarationEvent) and event.code == self.code:
            yield Verdict(event.text, Finding(event.node, event.text))

    def _check_call(self, event: CallEvent, store: Store) -> Iterable[Verdict]:
        for item in operands_of(event, store):
            finding = _raising(event, item, store) or _dirty(event, item.given, item.target, store)
            yield Verdict(item.key, finding)


def _raising(event: CallEvent, operand: Operand, store: Store) -> Finding | None:
    given, operation, target = operand.given, operand.operation, operand.target
    breaking: list[tuple[Situation, Origin | None]] = []
    class_name = ""
    for situation, origin, facts in situations_of(store, target):
        if isinstance(situation, Unknown) or not _breaks(event, given, operation, situation, store):
            return None
        breaking.append((situation, origin))
        class_name = facts.class_name if isinstance(facts, InstanceFacts) else ""
    if not breaking:
        return None
    name = quoted(given.argument.node)
    error, verb = event.call.stub.error or "InvalidRequestError", "raises"
    if any(operation.change(situation) is not None for situation, _origin in breaking):
        error, verb = FLUSHED_ERROR, "flushes the deletion first and raises"
    error = error_about(error, class_name)
    reason = listing(why(situation, origin) for situation, origin in breaking)
    message = f"{name} is {reason}; {event.name}() {verb} {error}"
    return Finding(event.node, message, raises=error.partition(":")[0])


def _breaks(event: CallEvent, given: Given, operation: Operation, situation: Situation, store: Store) -> bool:
    if operation.change(situation) is not None:
        return _is_deleted_first(event, situation, store)
    if event.call.stub.effect("any_session") is not None or _raises_anywhere(given, situation):
        return True
    return not is_elsewhere(store, situation, event.session)


def _dirty(event: CallEvent, given: Given, target: Value, store: Store) -> Finding | None:
    """`merge(load=False)` of what was written and not flushed, into a session in which the row cannot be yet."""
    if event.name != "merge" or not is_fresh(store, event.session):
        return None
    known = list(situations_of(store, target))
    states = [why(item, origin) for item, origin, _facts in known if isinstance(item, Situation)]
    if len(states) < len(known) or not all(facts is not None and facts.content.dirty for _, _, facts in known):
        return None
    name, reason = quoted(given.argument.node), listing(states)
    message = f"{name} ({reason}) has changes that are not flushed; merge() raises {DIRTY_ERROR}"
    return Finding(event.node, message, raises=DIRTY_ERROR.partition(":")[0])


def _is_deleted_first(event: CallEvent, situation: Situation, store: Store) -> bool:
    """Whether the call, which takes only persistent instances, begins with the flush that deletes this one."""
    flush = event.call.stub.effect("flushes")
    if flush is None or flush.when is not When.AUTOFLUSH or not situation.marked:
        return False
    if relation(store, situation.session, event.session) is not Relation.SAME:
        return False
    return setting_of(store, event.session, "autoflush") == {True}


def _raises_anywhere(given: Given, situation: Situation) -> bool:
    """Whether the instance's state alone decides, whichever session it is in."""
    annotation = is_phantom(element_annotation(given.parameter.annotation)) or ""
    return RAISES_ANYWHERE.get(annotation) is situation.state


def _check_position(event: PositionEvent, store: Store) -> Verdict:
    key = (event.where, event.expression)
    breaking: dict[str, list[Origin]] = {}
    for situation, origin, _facts in situations_of(store, event.value):
        if isinstance(situation, Unknown):
            if not event.strict:
                return Verdict(key, None)
            breaking.setdefault("of unknown state", [])
        elif situation.state in event.states:
            return Verdict(key, None)
        else:
            breaking.setdefault(_state_of(situation), []).extend([origin] if origin is not None else [])
    if not breaking:
        return Verdict(key, None)
    reasons = listing(_because(state, origins) for state, origins in breaking.items())
    name = quoted(event.expression)
    if event.is_element:
        name = f"an element of {name}"
    when = " at the end" if event.at_end else ""
    return Verdict(key, Finding(event.node, f"{name} is {reasons}{when}; {event.where}"))


def _without(event: PromiseEvent, store: Store) -> Finding | None:
    """An instance where its type says that an attribute is loaded, which it is not; a new one has whatever it has."""
    first = always_missing(event, store, lambda item: item.situation.state not in UNSAVED)
    if first is None:
        return None
    message = f'{quoted(event.expression)} has "{event.name}" not loaded ({reason(first)}); {event.where}'
    return Finding(event.node, message)


def _state_of(situation: Situation) -> str:
    """The state as a message tells it; `delete()` alone changes none."""
    return "persistent until the next flush" if situation.marked else situation.state.value


def _because(state: str, origins: list[Origin]) -> str:
    return f"{state} ({min(origins)})" if origins else state
