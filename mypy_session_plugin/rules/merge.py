"""session-merge: `merge()` of an instance that the same session already holds.

Guarantee: on every path that reaches the call, the instance is persistent (and not marked for deletion) or pending in
the very session that merges it.  `Session.merge()` then returns the instance itself or, of a pending one that is not
flushed first, makes a second copy.

Source: https://docs.sqlalchemy.org/en/20/orm/session_state_management.html#merge-tips
"""

from __future__ import annotations

from collections.abc import Iterable

from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Unknown
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, quoted, situations_of, text_of
from mypy_session_plugin.semantics.events import CallEvent, Event
from mypy_session_plugin.semantics.sessions import Relation, relation

METHODS = ("merge",)


class MergeRule:
    """Reports a redundant `merge()`."""

    code = "session-merge"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = METHODS

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each call of `merge()`."""
        if not isinstance(event, CallEvent) or event.name not in METHODS or not event.call.given:
            return
        given = event.call.given[0]
        breaking: list[tuple[Situation, Origin | None]] = []
        for situation, origin, _facts in situations_of(store, given.value):
            if isinstance(situation, Unknown) or not _is_held(situation, event, store):
                yield Verdict("merge", None)
                return
            breaking.append((situation, origin))
        if breaking:
            yield Verdict("merge", _finding(event, breaking, store))


def _is_held(situation: Situation, event: CallEvent, store: Store) -> bool:
    held = situation.state is State.PENDING or (situation.state is State.PERSISTENT and not situation.marked)
    return held and relation(store, situation.session, event.session) is Relation.SAME


def _finding(event: CallEvent, breaking: list[tuple[Situation, Origin | None]], store: Store) -> Finding:
    given = event.call.given[0]
    name = quoted(given.argument.node)
    states = sorted({situation.state.value for situation, _origin in breaking}, reverse=True)
    origins = sorted({str(origin) for _situation, origin in breaking if origin is not None})
    because = ", ".join([" or ".join(states), *origins[:1]])
    receiver = getattr(event.callee, "expr", None)
    where = quoted(receiver)
    if states == ["pending"]:
        return Finding(event.node, _pending_message(name, because, event, store), (_advice(given.argument.node, name),))
    message = f"{name} is already in {where} ({because}); merge() returns the same instance"
    return Finding(event.node, message, (_advice(given.argument.node, name),))


def _pending_message(name: str, because: str, event: CallEvent, store: Store) -> str:
    settings = {
        setting
        for atom in event.session
        if isinstance(atom, ObjectId) and (facts := store.session(atom)) is not None
        for setting in facts.autoflush
    }
    if settings == {True}:
        return f"{name} is already in this session ({because}); merge() flushes it and returns the same instance"
    if settings == {False}:
        return f"{name} is already in this session ({because}); merge() makes a second copy, and both are inserted"
    return f"{name} is already pending in this session ({because.partition(', ')[2] or because})"


def _advice(node: object, name: str) -> str:
    shown = name if text_of(node) != "this value" else "the instance"  # type: ignore[arg-type]
    return f"use {shown} itself; its changes are written at the next flush"
