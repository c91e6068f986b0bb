"""Instances at places with phantom types: the state that they are in, their session, and what they have loaded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import InstanceState, Session, scoped_session
from sqlalchemy.orm.attributes import instance_state

from mypy_session_plugin.testing.annotations import ATTACHED, Alternative, Declared

ASYNC_SESSIONS: tuple[type[Any], ...] = ()
REGISTRIES: tuple[type[Any], ...] = (scoped_session,)
# SQLAlchemy 2.1 raises ImportError where greenlet is not installed; nobody has such a session then.
with suppress(ImportError):
    from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session

    ASYNC_SESSIONS += (AsyncSession,)
    REGISTRIES += (async_scoped_session,)

SESSION_CLASSES: tuple[type[Any], ...] = (Session, *ASYNC_SESSIONS, *REGISTRIES)

#: What SQLAlchemy does with an instance in a state that nobody expects; each is held to be so by a test.
CONSEQUENCES = {
    "transient": "refresh(), expire() and delete() of it raise InvalidRequestError",
    "pending": "refresh(), expire() and delete() of it raise InvalidRequestError",
    "persistent": "add() of it inserts no row, and raises InvalidRequestError in another session",
    "deleted": "add() of it raises InvalidRequestError",
    "detached": (
        "refresh() and expire() of it raise InvalidRequestError, and reading what is not loaded raises "
        "DetachedInstanceError, sqlalche.me/e/20/bhk3"
    ),
}
OF_ANOTHER = "add(), refresh(), expire() and expunge() of it raise InvalidRequestError"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An instance at a place with a phantom type, and how a message names it."""

    state: InstanceState[object]
    name: str
    alternatives: tuple[Alternative, ...]

    def shown(self, declared: Declared) -> str:
        """The name, and the class where the declaration does not say it."""
        class_ = self.state.mapper.class_.__name__
        return self.name if class_ in declared.text else f"{self.name} ({class_})"


def arrivals(declared: Declared, value: object, name: str) -> Iterator[Arrived]:
    """The instances in a value: the value itself, or the elements of a container that is there as a whole."""
    alternatives = tuple(declared.admits(value))
    state = _state(value)
    if state is not None:
        if alternatives:
            yield Arrived(state, name, alternatives)
        return
    for alternative in alternatives[:1]:
        for element, said in _elements(alternative, value):
            yield from arrivals(said, element, f"an element of {name}")


def _state(value: object) -> InstanceState[object] | None:
    """What SQLAlchemy knows of an instance; None for what is not mapped."""
    # inspect() of an engine, which may stand beside an instance in a union, opens a connection.
    try:
        state = instance_state(value)
    except Exception:  # an object of the application may raise what it likes, where it has no such attribute
        return None
    return state if isinstance(state, InstanceState) else None


def _elements(alternative: Alternative, value: object) -> Iterator[tuple[object, Declared]]:
    if not alternative.elements or isinstance(value, str):
        return
    if alternative.is_fixed_tuple and isinstance(value, tuple):
        yield from zip(value, alternative.elements, strict=False)
    elif alternative.is_mapping and isinstance(value, Mapping):
        yield from ((element, alternative.elements[0]) for element in value.values())
    # What only passes by once, a generator or a result, is left to who asked for it.
    elif isinstance(value, Sequence | set | frozenset):
        yield from ((element, alternative.elements[0]) for element in value)


def state_of(state: InstanceState[object]) -> str:
    """The name of the state that an instance is in."""
    return next(name for name in CONSEQUENCES if getattr(state, name))


def wrong_state(arrived: Arrived) -> str | None:
    """What is wrong with the state of an instance: the beginning and the end of a message, or None."""
    said = [alternative.states for alternative in arrived.alternatives]
    return None if None in said else _outside(arrived, said)


def wrong_afterwards(arrived: Arrived, before: str) -> str | None:
    """What is wrong with the state of an instance that was in the state `before` when the call began."""
    chosen = [item for item in arrived.alternatives if item.states is None or before in item.states]
    said = [alternative.after for alternative in chosen]
    return None if not said or None in said else _outside(arrived, said)


def _outside(arrived: Arrived, said: Collection[frozenset[str] | None]) -> str | None:
    state = state_of(arrived.state)
    return None if any(states is not None and state in states for states in said) else state


def not_loaded(arrived: Arrived) -> str | None:
    """The first attribute that is declared to be loaded and is not; what never had a row lacks nothing."""
    if arrived.state.key is None or any(not alternative.loaded for alternative in arrived.alternatives):
        return None
    names = arrived.alternatives[0].loaded
    return next((name for name in names if name in arrived.state.unloaded), None)


def reading(state: InstanceState[object]) -> str:
    """What happens to who reads an attribute that is not loaded."""
    if state.session is None:
        return "reading it raises DetachedInstanceError, sqlalche.me/e/20/bhk3"
    if state.async_session is not None:
        return "reading it raises MissingGreenlet, sqlalche.me/e/20/xd2s"
    return "reading it sends SQL"


def is_of_another(arrived: Arrived, session: Session | None) -> bool:
    """Whether an instance that is to be attached belongs to another session than this one."""
    if session is None or arrived.state.session in (None, session):
        return False
    return all(item.states is not None and item.states <= ATTACHED for item in arrived.alternatives)


def session_in(value: object) -> Session | None:
    """The Session behind a value: behind an AsyncSession, or what a registry has for this thread or task."""
    if isinstance(value, REGISTRIES):
        value = value.registry() if value.registry.has() else None
    if isinstance(value, ASYNC_SESSIONS):
        value = value.sync_session
    # A mock says that it is one.
    return value if issubclass(type(value), Session) and isinstance(value, Session) else None
