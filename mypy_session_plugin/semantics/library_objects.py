"""What a value may be, by the classes of the library's objects and sessions in the store."""

from __future__ import annotations

from mypy_session_plugin.facts.objects import LibraryFacts, SessionFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Value, objects

#: How the names of the classes end that stand for a savepoint, and for the block in which a factory makes a session.
SAVEPOINT = "Savepoint"
FACTORY_BLOCK = "SessionContextManager"


def stands_for(store: Store, value: Value, ending: str) -> bool:
    """Whether a value may be a library's object of a class whose name ends so."""
    found = [store.heap.get(item) for item in objects(value)]
    return any(isinstance(facts, LibraryFacts) and facts.class_name.endswith(ending) for facts in found)


def may_be_session(store: Store, value: Value) -> bool:
    """Whether a value may be a session or a registry itself."""
    return any(isinstance(store.heap.get(item), SessionFacts) for item in objects(value))
