"""Calls that a session stub describes: which stub it is, and what it does."""

from __future__ import annotations

from collections.abc import Sequence

from mypy.nodes import Context
from mypy.types import Type

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.objects import LibraryFacts, SessionFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.states import Situation
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE_VALUE, NOTHING_KNOWN, Value, join, objects
from mypy_session_plugin.flow.graph import Argument, Call
from mypy_session_plugin.semantics import (
    boundaries,
    conditions,
    entered,
    entry_points,
    flask,
    library_calls,
    loading_calls,
    loads,
    sessions,
)
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.cascades import is_unattached
from mypy_session_plugin.semantics.escapes import Escapes
from mypy_session_plugin.semantics.expected_types import expected
from mypy_session_plugin.semantics.functions import is_generator_expression
from mypy_session_plugin.semantics.instances import facts_in
from mypy_session_plugin.semantics.leading import is_result, mark_read
from mypy_session_plugin.semantics.library_calls import LibraryCall, session_of
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.overriding import is_replaced
from mypy_session_plugin.semantics.shapes import SHAPES, Shape
from mypy_session_plugin.semantics.unknown_calls import call_unknown, escape_all, run_manager
from mypy_session_plugin.semantics.world import World

#: Methods of a result that read nothing.
ENDS_RESULT = frozenset({"close", "keys", "__enter__", "__exit__", "__aenter__", "__aexit__"})
#: What the syntax calls of a context manager, which may be one of several kinds.
MANAGING = frozenset({*entered.ENTER.values(), *entered.EXIT.values()})
ITERATING = ("__iter__", "__aiter__", "__next__", "__anext__")


class StubbedCalls:
    """Interprets the calls of one graph that the library's stubs describe."""

    def __init__(self, world: World, escapes: Escapes) -> None:
        self._world = world
        self._escapes = escapes

    def overloads(
        self, instruction: Call, site: CallSite, store: Store, receiver: Value
    ) -> tuple[FunctionStub, ...] | None:
        """The stub of a function or method: by what is known of the receiver, or object called, else by its type."""
        if site.function is not None:
            return site.function
        if instruction.method is None:
            return self.method(self.class_names(receiver, store), "__call__")
        if site.overridden:
            return None
        return self.method(self.class_names(receiver, store) or site.stubbed_bases, instruction.method)

    def method(self, names: Sequence[str], method: str) -> tuple[FunctionStub, ...] | None:
        """The stub of a method, of the first of these library classes that has it."""
        return self._world.library.method(names, method) if names else None

    def apply(
        self,
        instruction: Call,
        overloads: tuple[FunctionStub, ...],
        receiver: Value,
        values: Sequence[Value],
        store: Store,
        result_node: Context,
    ) -> Value | None:
        """The value of a call, after the effects of its stub; None where no signature takes its arguments."""
        world = self._world
        if self._run_replaced(overloads, receiver, values, instruction.node, store):
            return world.typed_value(store, result_node, "result")
        arguments = [
            (argument, value, world.type(argument.node))
            for argument, value in zip(instruction.arguments, values, strict=True)
        ]
        bindings = self._bindings(receiver, store)
        bound = world.binder.bind(overloads, arguments, expected(world, overloads, result_node), bindings)
        if bound is None:
            return None
        loading_calls.note_options(world, bound)
        name = overloads[0].name
        session = session_of(store, receiver) if receiver is not NOTHING_KNOWN else frozenset()
        reads_result = name not in ENDS_RESULT and is_result(store, receiver)
        if reads_result:
            self._escapes.use(store, receiver, instruction.node)
        for each, its in self._called_on(bound, receiver, session, store):
            result = library_calls.apply(
                world, store, LibraryCall(instruction.node, name, bound, each, its, result_node)
            )
        given = self._manage(bound, receiver, instruction.node, store, None)
        result = result if given is None else given
        if reads_result and result != receiver:
            mark_read(store, receiver, instruction.node)
        conditions.forget_attributes(store)
        self._run_given(store, bound, [receiver, *values], instruction)
        _go_through(store, values, instruction)
        if name == "object_session":
            escape_all(store)
            result = _session_of_instance(store, values, result)
        elif name == "configure" or (name == "__call__" and instruction.arguments):
            sessions.forget_settings(store, receiver)
        if name == "start":
            boundaries.start(world, store, receiver)
        entry_points.given(world, bound)
        if name == "__init__":
            return result
        return boundaries.hand_over(world, store, bound, receiver, instruction.node, result, starts=True)

    def _called_on(self, bound: BoundCall, receiver: Value, session: Value, store: Store) -> list[tuple[Value, Value]]:
        """The receivers of a call, with the session of each: a function that closes ends all that there are."""
        if receiver is NOTHING_KNOWN and bound.stub.effect("closes") is not None:
            there = [frozenset({item}) for item, facts in store.heap.items() if isinstance(facts, SessionFacts)]
            return [(only, only) for only in there] or [(receiver, session)]
        return [(receiver, session)]

    def protocol(
        self,
        name: str,
        receiver: Value,
        node: Context,
        store: Store,
        failed: bool | None = None,
        given: Sequence[tuple[Argument, Value, Type | None]] = (),
    ) -> Value | None:
        """A call that the syntax makes (`__enter__`, `__iter__`), or a library: None if no stub describes it."""
        names = self.class_names(receiver, store)
        overloads = self.method(names, name)
        if overloads is None or (name in MANAGING and len(set(names)) > 1):
            return None
        if self._run_replaced(overloads, receiver, (), node, store):
            return NOTHING_KNOWN if name in ITERATING else None
        type_ = self._world.type(node)
        bound = self._world.binder.bind(overloads, given, None, self._bindings(receiver, store))
        if bound is None and not given:
            bound = self._world.binder.bind(_without_parameters(overloads), (), type_, self._bindings(receiver, store))
        if bound is None:
            return None
        session = session_of(store, receiver)
        result = library_calls.apply(
            self._world, store, LibraryCall(node, name, bound, receiver, session, node, failed)
        )
        self._manage(bound, receiver, node, store, failed)
        return result

    def _manage(
        self, bound: BoundCall, receiver: Value, node: Context, store: Store, failed: bool | None
    ) -> Value | None:
        """The context managers that a call enters or leaves, and the method that it calls of what its object keeps."""
        if bound.stub.effect("leaves") is not None:
            entered.leave(self.protocol, store, receiver, node, failed)
        if bound.stub.effect("ends_scope") is not None:
            self._end_scope(receiver, node, store)
        called = bound.stub.effect("calls_kept")
        if called is not None:
            held = entered.kept(store, receiver)
            if self.protocol(str(called.arguments["method"]), held, node, store, failed) is None:
                run_manager(store, held, (), site_of(node))
        return entered.enter(self.protocol, store, bound, receiver, node)

    def _end_scope(self, context: Value, node: Context, store: Store) -> None:
        """The block of a context ends, and with it the sessions that were made in it."""
        if not flask.is_made_for_its_block(self._world, node):
            run_manager(store, context, (), site_of(node))
            return
        for registry in flask.registries(self._world, store):
            self.protocol("remove", registry, node, store)

    def _run_given(self, store: Store, bound: BoundCall, values: Sequence[Value], instruction: Call) -> None:
        """The library calls what it is given, with the session."""
        if bound.stub.effect("calls") is not None:
            places = [instruction.receiver_place, *(argument.place for argument in instruction.arguments)]
            call_unknown(store, values, places, site_of(instruction.node))

    def _run_replaced(
        self, overloads: tuple[FunctionStub, ...], receiver: Value, values: Sequence[Value], node: Context, store: Store
    ) -> bool:
        """A method that works through one that a subclass of the session overrides has the effects of unknown code."""
        if not is_replaced(self._world.library, store, receiver, overloads):
            return False
        run_manager(store, join((receiver, *values)), (), site_of(node))
        return True

    def class_names(self, receiver: Value, store: Store) -> list[str]:
        """The library classes of the objects that a receiver may be."""
        found: list[str] = []
        for item in objects(receiver):
            facts = store.heap.get(item)
            if isinstance(facts, (SessionFacts, LibraryFacts)):
                found.append(facts.class_name)
        return found

    def _bindings(self, receiver: Value, store: Store) -> dict[str, Shape]:
        """What the type variables of a receiver's class stand for."""
        found: list[dict[str, Shape]] = []
        for item in objects(receiver):
            facts = store.heap.get(item)
            if isinstance(facts, LibraryFacts):
                found.append({name: shape for name, shape in facts.bindings if isinstance(shape, SHAPES)})
        return found[0] if len(found) == 1 else {}


def _session_of_instance(store: Store, values: Sequence[Value], result: Value) -> Value:
    """What `object_session()` gives: None for what is in no session.  What follows may depend on which it is."""
    given = join(values)
    loads.doubt(store, objects(given))
    instances = facts_in(store, given)
    ways = [situation for facts in instances for situation in facts.situations]
    unattached = all(isinstance(way, Situation) and is_unattached(way) for way in ways)
    return NONE_VALUE if instances and len(instances) == len(given) and unattached else result


def _go_through(store: Store, values: Sequence[Value], instruction: Call) -> None:
    """A generator expression that has waited runs where it is gone through."""
    waiting = [value for value in values if any(is_generator_expression(atom) for atom in value)]
    if waiting:
        call_unknown(store, waiting, (), site_of(instruction.node))


def _without_parameters(overloads: tuple[FunctionStub, ...]) -> tuple[FunctionStub, ...]:
    """The signatures as the syntax calls them: `__exit__` gets its arguments from the interpreter."""
    return tuple(replace(stub, parameters=()) for stub in overloads)
