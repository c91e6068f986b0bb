"""Sessions of which a method is not the library's: a call that works through it has the effects of unknown code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.objects import EVERY_METHOD, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Value, objects
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.shapes import SessionShape

#: The method of a session through which an effect comes about, whatever the stub says besides.
BY_EFFECT = {"flushes": "flush", "reads": "execute"}


def is_replaced(library: Library, store: Store, receiver: Value, overloads: tuple[FunctionStub, ...]) -> bool:
    """Whether a stubbed method does not do, of this receiver, what its stub says."""
    for item in objects(receiver):
        facts = store.heap.get(item)
        if isinstance(facts, SessionFacts):
            if facts.overridden and _meets(library, facts.class_name, facts.overridden, overloads, own=True):
                return True
        elif isinstance(facts, LibraryFacts):
            for class_name, overridden in _sessions_behind(store, facts):
                if overridden and _meets(library, class_name, overridden, overloads, own=False):
                    return True
    return False


def _sessions_behind(store: Store, facts: LibraryFacts) -> Iterator[tuple[str, frozenset[str]]]:
    """The sessions that a Query, transaction or factory block works with, with what is not the library's of them."""
    for atom in facts.session:
        session = store.session(atom) if isinstance(atom, ObjectId) else None
        if session is not None:
            yield session.class_name, session.overridden
    for _name, shape in facts.bindings:
        if isinstance(shape, SessionShape):
            yield shape.class_name, shape.overridden


def _meets(
    library: Library, class_name: str, overridden: frozenset[str], overloads: tuple[FunctionStub, ...], own: bool
) -> bool:
    if EVERY_METHOD in overridden:
        return True
    if own and overloads[0].name in overridden:
        return True
    return not works_through(library, class_name, overloads).isdisjoint(overridden)


def works_through(library: Library, class_name: str, overloads: tuple[FunctionStub, ...]) -> set[str]:
    """The methods of the session that a method calls, by itself or by way of others; `class_name` is the session's."""
    used: set[str] = set()
    waiting = list(_calls(overloads))
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting.extend(_calls(library.method(class_name, name) or ()))
    return used


def _calls(overloads: Iterable[FunctionStub]) -> Iterator[str]:
    """The methods of the session that a method calls by itself."""
    for stub in overloads:
        for effect in stub.effects:
            if effect.name == "through":
                yield str(effect.arguments["method"])
            elif effect.name in BY_EFFECT:
                yield BY_EFFECT[effect.name]
