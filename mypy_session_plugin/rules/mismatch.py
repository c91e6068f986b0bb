"""session-mismatch: an instance of one session given to an operation of another, or a second one of the same row.

Guarantee: on every path that reaches the call, SQLAlchemy raises because another session holds the instance, or a
signature says by `In` that it belongs to one that does not.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from mypy_session_plugin.facts.objects import InstanceFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import ATTACHED, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Unknown, Value
from mypy_session_plugin.rules.base import Finding, Quantifier, Verdict, listing, quoted, situations_of, text_of, why
from mypy_session_plugin.rules.operands import error_about, operands_of
from mypy_session_plugin.semantics.binding import Given
from mypy_session_plugin.semantics.cascades import surely_added_with
from mypy_session_plugin.semantics.contents import held_instance
from mypy_session_plugin.semantics.events import BelongingEvent, CallEvent, Event
from mypy_session_plugin.semantics.identities import is_held
from mypy_session_plugin.semantics.parameters import RAISES_ANYWHERE
from mypy_session_plugin.semantics.sessions import is_elsewhere

#: One way in which an instance stands, and what brought it there.
Standing: TypeAlias = tuple[Situation, Origin | None]

ATTACHED_ERROR = "InvalidRequestError: Object '<{class}>' is already attached to session '...' (this is '...')"

CLASH_ERROR = (
    "InvalidRequestError: Can't attach instance <{class}>; "
    "another instance with key ... is already present in this session"
)


class MismatchRule:
    """Reports instances of another session."""

    code = "session-mismatch"
    quantifier = Quantifier.EVERY
    calls: tuple[str, ...] = ()

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """A verdict on each instance that is given to an operation of a session."""
        if isinstance(event, BelongingEvent):
            yield Verdict((event.where, event.expression), _in_another(event, store))
        if not isinstance(event, CallEvent) or event.call.stub.effect("any_session") is not None:
            return
        for item in operands_of(event, store):
            finding = _elsewhere(event, item.given, item.kind, item.target, store)
            if finding is None and item.kind in RAISES_ANYWHERE:
                finding = _second_of_its_row(event, item.given, item.target, store)
            if finding is None and item.kind == "Added":
                finding = _taken_along(event, item.given, item.target, store)
            yield Verdict(item.key, finding)


def _in_another(event: BelongingEvent, store: Store) -> Finding | None:
    """An instance where `In` says that it belongs to a session, while another one holds it."""
    breaking: list[Standing] = []
    for situation, origin, _facts in situations_of(store, event.value):
        if not isinstance(situation, Situation) or not is_elsewhere(store, situation, event.owner):
            return None
        breaking.append((situation, origin))
    if not breaking:
        return None
    return Finding(event.node, f"{quoted(event.expression)} {_belongs(breaking, store)}; {event.where}")


def _elsewhere(event: CallEvent, given: Given, annotation: str, target: Value, store: Store) -> Finding | None:
    breaking, class_name = _attached_elsewhere(event, annotation, target, store)
    if not breaking:
        return None
    name = quoted(given.argument.node)
    error = ATTACHED_ERROR if annotation in RAISES_ANYWHERE else event.call.stub.error or "InvalidRequestError"
    error = error_about(error, class_name)
    receiver = text_of(getattr(event.callee, "expr", None))
    message = f"{name} {_belongs(breaking, store)}; {event.name}() of {_quoted(receiver)} raises {error}"
    return Finding(event.node, message, (_advice(name, receiver, event),), raises=error.partition(":")[0])


def _attached_elsewhere(event: CallEvent, annotation: str, target: Value, store: Store) -> tuple[list[Standing], str]:
    """The ways in which an instance stands, if another session that lives holds it in all of them; and its class."""
    breaking: list[Standing] = []
    class_name = ""
    for situation, origin, facts in situations_of(store, target):
        if not isinstance(situation, Situation) or not is_elsewhere(store, situation, event.session):
            return [], ""
        if RAISES_ANYWHERE.get(annotation) is situation.state or not is_held(store, situation.session):
            return [], ""
        breaking.append((situation, origin))
        class_name = facts.class_name if isinstance(facts, InstanceFacts) else ""
    return breaking, class_name


def _belongs(breaking: list[Standing], store: Store) -> str:
    reason = listing(why(situation, origin) for situation, origin in breaking)
    owner = listing(_name_of(situation.session, store) for situation, _origin in breaking)
    return f"belongs to {owner}: {reason}"


def _taken_along(event: CallEvent, given: Given, target: Value, store: Store) -> Finding | None:
    """An instance of another session, which is in a relationship of the one that is added."""
    only = next(iter(target)) if len(target) == 1 else None
    if not isinstance(only, ObjectId) or only.older:
        return None

    def is_contained(item: ObjectId) -> bool:
        known = [situation for situation, _origin, _facts in situations_of(store, frozenset({item}))]
        return any(
            not isinstance(situation, Situation)
            or (situation.state in ATTACHED and not is_elsewhere(store, situation, event.session))
            for situation in known
        )

    for path, item in surely_added_with(store, only, is_contained):
        breaking, class_name = _attached_elsewhere(event, "Added", frozenset({item}), store)
        if breaking:
            error = error_about(ATTACHED_ERROR, class_name)
            receiver = text_of(getattr(event.callee, "expr", None))
            where = ".".join([text_of(given.argument.node), *path])
            message = (
                f'the instance in "{where}" {_belongs(breaking, store)}; '
                f"{event.name}() of {_quoted(receiver)} takes it along and raises {error}"
            )
            advice = "add to the session that holds it, or put the copy there that merge() of this session returns"
            return Finding(event.node, message, (advice,), raises=error.partition(":")[0], mistake=item)
    return None


def _second_of_its_row(event: CallEvent, given: Given, target: Value, store: Store) -> Finding | None:
    """A detached instance, while the session holds another one of the same row."""
    only = next(iter(target)) if len(target) == 1 else None
    facts = store.heap.get(only) if isinstance(only, ObjectId) else None
    if not isinstance(facts, InstanceFacts) or not all(_comes_with_its_row(item) for item in facts.situations):
        return None
    present = held_instance(store, facts.content.row, event.session)
    if present is None:
        return None
    name, receiver = quoted(given.argument.node), text_of(getattr(event.callee, "expr", None))
    reason = listing(why(item, origin) for item, origin in facts.situations.items() if isinstance(item, Situation))
    error = error_about(CLASH_ERROR, facts.class_name)
    message = (
        f'{name} is {reason}, and "{present[0]}" is the same row in {_quoted(receiver)}; {event.name}() raises {error}'
    )
    shown = "..." if name == "this value" else name.strip('"')
    advice = f'"{receiver}.merge({shown})" would copy it into "{present[0]}"'
    return Finding(event.node, message, (advice,), raises=error.partition(":")[0])


def _comes_with_its_row(situation: Situation | Unknown) -> bool:
    return isinstance(situation, Situation) and situation.state is State.DETACHED and not situation.was_deleted


def _name_of(session: ObjectId | None, store: Store) -> str:
    facts = store.session(session) if session is not None else None
    return "another session" if facts is None or not facts.name else f'"{facts.name}"'


def _quoted(receiver: str) -> str:
    return "this session" if receiver == "this value" else f'"{receiver}"'


def _advice(name: str, receiver: str, event: CallEvent) -> str:
    shown = "..." if name == "this value" else name.strip('"')
    if receiver == "this value":
        return "work with what merge() of this session returns, a copy"
    return f'work with the copy that "{receiver}.merge({shown})" returns'
