"""session-merge: `merge()` of an instance that the same session already holds.

Guarantee: on every path that reaches the call, the instance is persistent (and not marked for deletion) or pending in
the very session that merges it.  `Session.merge()` then returns the instance itself or, of a pending one that is not
flushed first, makes a second copy.

Source: https://docs.sqlalchemy.org/en/20/orm/session_state_management.html#merge-tips
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy.nodes import Context, ListExpr, TupleExpr

from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Unknown, Value
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, quoted, situations_of, text_of
from mypy_session_plugin.semantics.events import CallEvent, Event
from mypy_session_plugin.semantics.sessions import Relation, relation
from mypy_session_plugin.semantics.targets import elements_given

METHODS = ("merge", "merge_all")


class MergeRule:
    """Reports a redundant `merge()`."""

    code = "session-merge"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = METHODS

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each call of `merge()`, and on each instance given to `merge_all()`."""
        if not isinstance(event, CallEvent) or event.name not in METHODS or not event.call.given:
            return
        given = event.call.given[0]
        if event.name == "merge":
            yield from _verdict("merge", event, given.value, given.argument.node, store)
            return
        items = given.argument.node.items if isinstance(given.argument.node, (ListExpr, TupleExpr)) else []
        targets = elements_given(store, given.value)
        for position, target in enumerate(targets):
            node = items[position] if len(items) == len(targets) else None
            yield from _verdict(f"merge_all {position}", event, target, node, store)


def _verdict(key: str, event: CallEvent, value: Value, node: Context | None, store: Store) -> Iterable[Verdict]:
    breaking: list[tuple[Situation, Origin | None]] = []
    for situation, origin, _facts in situations_of(store, value):
        if isinstance(situation, Unknown) or not _is_held(situation, event, store):
            yield Verdict(key, None)
            return
        breaking.append((situation, origin))
    if breaking:
        yield Verdict(key, _finding(event, breaking, node, store))


def _is_held(situation: Situation, event: CallEvent, store: Store) -> bool:
    if situation.state is State.PENDING:
        # Without loading it raises, as its stub says.
        held = event.call.stub.error is None
    else:
        held = situation.state is State.PERSISTENT and not situation.marked
    return held and relation(store, situation.session, event.session) is Relation.SAME


def _finding(
    event: CallEvent, breaking: list[tuple[Situation, Origin | None]], node: Context | None, store: Store
) -> Finding:
    name = quoted(node)
    states = sorted({situation.state.value for situation, _origin in breaking}, reverse=True)
    origins = sorted({str(origin) for _situation, origin in breaking if origin is not None})
    because = ", ".join([" or ".join(states), *origins[:1]])
    receiver = getattr(event.callee, "expr", None)
    where = quoted(receiver)
    if states == ["pending"]:
        return Finding(event.node, _pending_message(name, because, event, store), (_advice(node, name),))
    same = "returns the same instance"
    if "pending" in states and _autoflush_of(event, store) != {True}:
        same += ", or makes a second copy of a pending one"
    message = f"{name} is already in {where} ({because}); {event.name}() {same}"
    return Finding(event.node, message, (_advice(node, name),))


def _pending_message(name: str, because: str, event: CallEvent, store: Store) -> str:
    settings = _autoflush_of(event, store)
    here = f"{name} is already in this session ({because})"
    if settings == {True}:
        return f"{here}; {event.name}() flushes it and returns the same instance"
    if settings == {False}:
        return f"{here}; {event.name}() makes a second copy, and both are inserted"
    return f"{name} is already pending in this session ({because.partition(', ')[2] or because})"


def _autoflush_of(event: CallEvent, store: Store) -> set[bool | Unknown]:
    return {
        setting
        for atom in event.session
        if isinstance(atom, ObjectId) and (facts := store.session(atom)) is not None
        for setting in facts.autoflush
    }


def _advice(node: Context | None, name: str) -> str:
    shown = name if text_of(node) != "this value" else "the instance"
    return f"use {shown} itself; its changes are written at the next flush"
