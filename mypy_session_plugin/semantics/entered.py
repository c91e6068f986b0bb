"""Context managers that a library's object enters and leaves for its caller: `ExitStack`, `closing()`.

A stack holds a container of what it has entered, in order; as long as that is known one by one its end leaves each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from mypy.nodes import Context

from mypy_session_plugin.facts.effects import ClassStub
from mypy_session_plugin.facts.objects import ContainerFacts, LibraryFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Bound, ObjectId, Value, carrier, join, objects
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.unknown_calls import run_manager

#: What the syntax calls of a context manager: None where no stub describes it.
Protocol: TypeAlias = "Callable[[str, Value, Context, Store, bool | None], Value | None]"
#: The methods that enter a manager and leave it again, by whether the caller awaits them.
ENTER, EXIT = {False: "__enter__", True: "__aenter__"}, {False: "__exit__", True: "__aexit__"}


def empty(store: Store, stub: ClassStub | None, site: object) -> Value | None:
    """What a new object has entered, if it is of a class that enters managers for its caller."""
    methods = stub.methods.values() if stub is not None else ()
    if not any(method.effect("enters") is not None for signatures in methods for method in signatures):
        return None
    return frozenset({store.create(ObjectId("container", (site, "entered")), ContainerFacts("stack", frozenset(), ()))})


def enter(protocol: Protocol, store: Store, bound: BoundCall, receiver: Value, node: Context) -> Value | None:
    """A manager is entered for the caller: what it gives; None for one of which nothing is known."""
    effect = bound.stub.effect("enters")
    given = bound.argument(str(effect.arguments["parameter"])) if effect is not None else None
    if given is None:
        return None
    is_async = bound.stub.is_async
    value = protocol(ENTER[is_async], given.value, given.argument.node, store, None) if objects(given.value) else None
    if value is None:
        run_manager(store, join((receiver, given.value)), (), site_of(node))
    entered = carrier(Bound(EXIT[is_async], given.value, (), node))
    for item in stacks_of(store, receiver):
        facts = store.heap[item]
        if isinstance(facts, ContainerFacts):
            surely = len(receiver) == 1 and not item.older and facts.fixed is not None and value is not None
            fixed = (*(facts.fixed or ()), entered) if surely else None
            store.heap[item] = replace(facts, elements=join((facts.elements, entered)), fixed=fixed)
    return value


def leave(protocol: Protocol, store: Store, receiver: Value, node: Context, failed: bool | None) -> None:
    """What was entered for the caller is left, the last one first; of what is not certain anything may come."""
    for item in stacks_of(store, receiver):
        facts = store.heap[item]
        if not isinstance(facts, ContainerFacts):
            continue
        if facts.fixed is None or len(receiver) > 1:
            run_manager(store, facts.elements, (), site_of(node))
            continue
        store.heap[item] = replace(facts, elements=frozenset(), fixed=())
        for value in reversed(facts.fixed):
            for atom in value:
                manager = atom.function if isinstance(atom, Bound) else NOTHING_KNOWN
                name = atom.how if isinstance(atom, Bound) else ""
                if protocol(name, manager, node, store, failed) is None:
                    run_manager(store, manager, (), site_of(node))


def stacks_of(store: Store, receiver: Value) -> Iterator[ObjectId]:
    """The containers of what an object has entered for its caller."""
    for item in objects(receiver):
        facts = store.heap.get(item)
        for held in objects(facts.holds) if isinstance(facts, LibraryFacts) else ():
            stack = store.heap.get(held)
            if isinstance(stack, ContainerFacts) and stack.kind == "stack":
                yield held


def kept(store: Store, receiver: Value) -> Value:
    """What an object was given to keep."""
    facts = [store.heap.get(item) for item in objects(receiver)]
    found = [item.holds if isinstance(item, LibraryFacts) and item.holds else NOTHING_KNOWN for item in facts]
    return join(found) if found else NOTHING_KNOWN
