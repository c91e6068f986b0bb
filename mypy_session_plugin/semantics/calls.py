"""What is called: a stubbed function or method, a constructor, a builtin with a meaning of its own, or unknown code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mypy.nodes import CallExpr, Context

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.objects import LibraryFacts, SessionFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    NONE_VALUE,
    NOTHING_KNOWN,
    Bound,
    Constant,
    Function,
    Method,
    ObjectId,
    Value,
    carrier,
    join,
    objects,
)
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import (
    boundaries,
    conditions,
    containers,
    contents,
    library_calls,
    lives,
    sessions,
    writes,
)
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.call_sites import CallSite, read_call
from mypy_session_plugin.semantics.constructions import construct
from mypy_session_plugin.semantics.escapes import Escapes
from mypy_session_plugin.semantics.events import RevealEvent
from mypy_session_plugin.semantics.leading import is_result, mark_read
from mypy_session_plugin.semantics.library_calls import LibraryCall, session_of
from mypy_session_plugin.semantics.library_objects import may_be_session
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.overriding import is_replaced
from mypy_session_plugin.semantics.phantom_calls import PhantomCalls
from mypy_session_plugin.semantics.shapes import SHAPES, SessionShape, Shape, session_class
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.summaries import Summaries
from mypy_session_plugin.semantics.unknown_calls import call_unknown, escape_all, fill_empty, run_manager, write_unknown
from mypy_session_plugin.semantics.world import World

REVEAL = ("mypy_session_plugin.phantom.reveal_state", "mypy_session_plugin.reveal_state")
INSPECT = ("sqlalchemy.inspection.inspect",)
#: Functions with a meaning of their own.
SPECIAL = frozenset({*REVEAL, *INSPECT, "builtins.isinstance", "builtins.bool", "functools.partial"})
#: Methods of frameworks, by the package that defines them, that run requests or tasks or change the context.
REQUESTS = frozenset({"open", "get", "post", "put", "patch", "delete", "head", "options", "request", "invoke", "send"})
SERVING = {
    "werkzeug": REQUESTS,
    "flask": REQUESTS | {"push", "pop", "do_teardown_appcontext"},
    "starlette": REQUESTS,
    "fastapi": REQUESTS,
    "httpx": REQUESTS,
    "django": REQUESTS,
    "celery": frozenset({"apply", "run", "__call__"}),
    "click": frozenset({"invoke"}),
}
#: Methods of a result that read nothing.
ENDS_RESULT = frozenset({"close", "keys", "__enter__", "__exit__", "__aenter__", "__aexit__"})
ITERATING = ("__iter__", "__aiter__", "__next__", "__anext__")
INSTANCE_STATE = "sqlalchemy.orm.state.InstanceState"


class Calls:
    """Interprets calls in one graph."""

    def __init__(self, world: World, stability: Stability, escapes: Escapes, summaries: Summaries) -> None:
        self._world = world
        self._escapes = escapes
        self._summaries = summaries
        self.phantom = PhantomCalls(world)
        self._sites: dict[Call, CallSite] = {}
        self._stability = stability

    def evaluate(self, instruction: Call, store: Store) -> Value:
        """The value of a call, after its effects."""
        node = instruction.node
        if not isinstance(node, CallExpr):
            return self._unknown(instruction, store)
        site = self._site(instruction, node)
        special = self._special(instruction, site, store)
        if special is not None:
            return special
        stubbed = self._stubbed(instruction, site, store)
        if stubbed is not None:
            return stubbed
        called = self.callee(instruction, store)
        if not site.is_closed:
            write_unknown(store, [*(store.value(argument.value) for argument in instruction.arguments), called])
        promised = self.phantom.evaluate(instruction, called, store, site.is_closed)
        if promised is not None:
            return promised
        constructed = construct(self._world, site, instruction, store)
        if constructed is not None:
            return constructed
        values = [store.value(argument.value) for argument in instruction.arguments]
        if site.touches_nothing:
            for value in values:
                sessions.may_load(store, value)
            return self._world.typed_value(store, node, "result")
        if containers.iterates(node):
            for argument, value in zip(instruction.arguments, values, strict=True):
                self._escapes.use(store, value, argument.node)
            values = [self.iterated(value, node, store) for value in values]
        if instruction.method in boundaries.KEEPING:
            receiver = store.value(instruction.receiver) if instruction.receiver is not None else frozenset()
            boundaries.keep(self._world, store, receiver, instruction.receiver_place, values)
        writes.method(self._world, store, instruction)
        changed = containers.call(self._world, store, instruction, values)
        if changed is not None:
            return changed
        if site.lazy:
            own = instruction if site.runs is not None else None
            return carrier(Bound(site.lazy, self.callee(instruction, store), tuple(values), node, own))
        followed = self._summaries.call(instruction, site, self.callee(instruction, store), values, store, node)
        if followed is not None:
            return followed
        result = self._unknown(instruction, store)
        if site.full_name == "builtins.next" and values:
            lives.take_out(self._world, store, values[0], node.args[0], result)
        return result

    def _site(self, instruction: Call, node: CallExpr) -> CallSite:
        site = self._sites.get(instruction)
        if site is None:
            site = self._sites[instruction] = read_call(self._world, instruction, node)
        return site

    def callee(self, instruction: Call, store: Store) -> Value:
        """The value that is called; for a method, bound to its receiver."""
        if instruction.callee is not None:
            return store.value(instruction.callee)
        receiver = store.value(instruction.receiver) if instruction.receiver is not None else NOTHING_KNOWN
        method = Method(receiver, instruction.method or "", getattr(instruction.node, "callee", None))
        return carrier(method)

    def iterated(self, value: Value, node: Context, store: Store, name: str = "__iter__") -> Value:
        """What is gone through: a library's object gives its elements out, a container is its own."""
        boundaries.wait_for_elements(self._world, store, value)
        provided = self.protocol(name, value, node, store) if objects(value) else None
        mark_read(store, value, node)
        return value if provided is None else provided

    def resume(self, atom: Bound, node: Context, store: Store) -> Value:
        """A coroutine is awaited: what its call stands for happens now."""
        instruction = atom.stub
        promised = self.phantom.resume(atom, "coroutine", node, store)
        if promised is not None:
            return promised
        if isinstance(instruction, Call) and isinstance(instruction.node, CallExpr):
            site = self._site(instruction, instruction.node)
            overloads = self._overloads(instruction, site, store, atom.function)
            if overloads is not None:
                done = self._apply(instruction, overloads, atom.function, atom.held, store, node)
                if done is not None:
                    return done
            followed = self._summaries.call(instruction, site, atom.function, atom.held, store, node)
            if followed is not None:
                return followed
        boundaries.use_by_call(self._world, store, [frozenset({atom})], node)
        boundaries.pass_on(self._world, store, atom.held)
        call_unknown(store, [frozenset({atom})], (), site_of(node))
        return self._world.typed_value(store, node, "result")

    def resumed(self, value: Value, how: str, node: Context, store: Store) -> Value | None:
        """A phantom-typed generator gives its next element, or a context manager is entered; None for all else."""
        atom = next(iter(value)) if len(value) == 1 else None
        return self.phantom.resume(atom, how, node, store)

    def protocol(
        self, name: str, receiver: Value, node: Context, store: Store, failed: bool | None = None
    ) -> Value | None:
        """A call that the syntax makes (`__enter__`, `__iter__`): its value, None if no stub describes it."""
        overloads = self._method(self._class_names(receiver, store), name)
        if overloads is None:
            return None
        if self._run_replaced(overloads, receiver, (), node, store):
            return NOTHING_KNOWN if name in ITERATING else None
        type_ = self._world.type(node)
        bound = self._world.binder.bind(overloads, (), None, self._bindings(receiver, store))
        if bound is None:
            bound = self._world.binder.bind(_without_parameters(overloads), (), type_, self._bindings(receiver, store))
        if bound is None:
            return None
        session = session_of(store, receiver)
        return library_calls.apply(self._world, store, LibraryCall(node, name, bound, receiver, session, node, failed))

    def _special(self, instruction: Call, site: CallSite, store: Store) -> Value | None:
        node, full_name = site.node, site.full_name
        if full_name not in SPECIAL:
            return None
        values = [store.value(argument.value) for argument in instruction.arguments]
        if full_name in REVEAL and len(values) == 1:
            is_session = session_class_of(self._world.type(node.args[0])) is not None
            self._world.listener(RevealEvent(node, values[0], is_session), store)
            return values[0]
        if full_name == "builtins.isinstance" and len(values) == 2:
            return conditions.is_instance(instruction.arguments[0].place, node.args[1])
        if full_name in INSPECT and len(values) == 1:
            facts = LibraryFacts(INSTANCE_STATE, holds=values[0])
            return frozenset({store.create(ObjectId("result", site_of(node)), facts)})
        if full_name == "functools.partial" and values:
            return carrier(Bound("partial", values[0], tuple(values[1:]), node))
        if full_name == "builtins.bool" and len(values) == 1:
            return values[0]
        return None

    def _stubbed(self, instruction: Call, site: CallSite, store: Store) -> Value | None:
        receiver = NOTHING_KNOWN if instruction.receiver is None else store.value(instruction.receiver)
        overloads = self._overloads(instruction, site, store, receiver)
        if overloads is None:
            receiver = self.callee(instruction, store)
            overloads = self._method(self._class_names(receiver, store), "__call__")
        if overloads is None:
            return None
        values = tuple(store.value(argument.value) for argument in instruction.arguments)
        if library_calls.is_async(overloads):
            return carrier(Bound("coroutine", receiver, values, site.node, instruction))
        return self._apply(instruction, overloads, receiver, values, store, site.node)

    def _apply(
        self,
        instruction: Call,
        overloads: tuple[FunctionStub, ...],
        receiver: Value,
        values: Sequence[Value],
        store: Store,
        result_node: Context,
    ) -> Value | None:
        world = self._world
        if self._run_replaced(overloads, receiver, values, instruction.node, store):
            return world.typed_value(store, result_node, "result")
        arguments = [
            (argument, value, world.type(argument.node))
            for argument, value in zip(instruction.arguments, values, strict=True)
        ]
        bindings = self._bindings(receiver, store)
        bound = world.binder.bind(overloads, arguments, world.type(result_node), bindings)
        if bound is None:
            return None
        name = overloads[0].name
        session = session_of(store, receiver) if receiver is not NOTHING_KNOWN else frozenset()
        reads_result = name not in ENDS_RESULT and is_result(store, receiver)
        if reads_result:
            self._escapes.use(store, receiver, instruction.node)
        result = library_calls.apply(
            world, store, LibraryCall(instruction.node, name, bound, receiver, session, result_node)
        )
        if reads_result and result != receiver:
            mark_read(store, receiver, instruction.node)
        conditions.forget_attributes(store)
        self._run_given(store, bound, [receiver, *values], instruction)
        if name == "object_session":
            escape_all(store)
        elif name == "configure":
            library_calls.forget_settings(store, receiver)
        if name == "start":
            boundaries.start(world, store, receiver)
        if name == "__init__":
            return result
        return boundaries.hand_over(world, store, bound, receiver, instruction.node, result, starts=True)

    def _run_given(self, store: Store, bound: BoundCall, values: Sequence[Value], instruction: Call) -> None:
        """The library calls what it is given, with the session."""
        if bound.stub.effect("calls") is not None:
            places = [instruction.receiver_place, *(argument.place for argument in instruction.arguments)]
            call_unknown(store, values, places, site_of(instruction.node))

    def _overloads(
        self, instruction: Call, site: CallSite, store: Store, receiver: Value
    ) -> tuple[FunctionStub, ...] | None:
        """The stub of a function or method: by what is known of the receiver, else by its type."""
        if instruction.method is None or site.function is not None:
            return site.function
        if site.overridden:
            return None
        return self._method(self._class_names(receiver, store) or site.stubbed_bases, instruction.method)

    def _method(self, names: Sequence[str], method: str) -> tuple[FunctionStub, ...] | None:
        return self._world.library.method(names, method) if names else None

    def _run_replaced(
        self, overloads: tuple[FunctionStub, ...], receiver: Value, values: Sequence[Value], node: Context, store: Store
    ) -> bool:
        """A method that works through one that a subclass of the session overrides has the effects of unknown code."""
        if not is_replaced(self._world.library, store, receiver, overloads):
            return False
        run_manager(store, join((receiver, *values)), (), site_of(node))
        return True

    def _class_names(self, receiver: Value, store: Store) -> list[str]:
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

    def _unknown(self, instruction: Call, store: Store) -> Value:
        node, world = instruction.node, self._world
        values = [store.value(argument.value) for argument in instruction.arguments]
        for value in values:
            mark_read(store, value, node)
        own = self._stability.own_place(getattr(node, "callee", node))
        source = instruction.receiver if own is None else own[0]
        receiver = store.value(source) if source is not None else frozenset()
        if self._is_closed(instruction, (*values, receiver), store):
            for value in values:
                containers.link_all(store, value)
                sessions.may_load(store, value)
            if self._may_fill(instruction, values):
                fill_empty(store, values)
            writes.closed_call(store, instruction, (*values, receiver), self._site_package(instruction))
            self._set_attribute(instruction, store)
        else:
            places = [own, *(argument.place for argument in instruction.arguments)]
            called = self.callee(instruction, store) if own is None else receiver
            boundaries.use_by_call(world, store, [*values, called], node)
            if instruction.method not in boundaries.KEEPING:
                boundaries.pass_on(world, store, values)
            call_unknown(store, [*values, called], [*places, instruction.receiver_place], site_of(node))
            self._serve(instruction, store)
        result = world.typed_value(store, node, "result")
        lender = instruction.receiver_place
        sessions.update_sessions(store, result - NONE_VALUE, lambda facts: replace(facts, lender=lender))
        return result

    def _site_package(self, instruction: Call) -> str:
        node = instruction.node
        return self._site(instruction, node).package if isinstance(node, CallExpr) else ""

    def _serve(self, instruction: Call, store: Store) -> None:
        """A test client, a task called directly and an application context may end the registry's session."""
        if instruction.method in SERVING.get(self._site_package(instruction), ()):
            run_manager(store, frozenset(), (), site_of(instruction.node))

    def _set_attribute(self, instruction: Call, store: Store) -> None:
        """`setattr()` and `delattr()`: of a name that is not known, any attribute of the object."""
        callee = getattr(instruction.node, "callee", None)
        if getattr(callee, "fullname", "") not in ("builtins.setattr", "builtins.delattr"):
            return
        for argument in instruction.arguments[:1]:
            contents.written(store, store.value(argument.value), surely=False)
            if argument.place is not None:
                store.forget_below(argument.place)
                store.disturb(argument.place, site_of(instruction.node))
        for argument in instruction.arguments[1:2]:
            for atom in store.value(argument.value):
                if isinstance(atom, Constant):
                    store.assign_attribute(str(atom.value), None, NOTHING_KNOWN, site_of(instruction.node))

    def _is_closed(self, instruction: Call, values: Sequence[Value], store: Store) -> bool:
        """Whether the callee is library code that is given nothing to call, and SQLAlchemy's no session."""
        node = instruction.node
        calls_back = any(isinstance(atom, (Function, Bound)) for value in values for atom in value)
        if not isinstance(node, CallExpr) or calls_back:
            return False
        site = self._site(instruction, node)
        takes_session = any(may_be_session(store, value) for value in values)
        return site.is_closed and not (takes_session and site.package == "sqlalchemy")

    def _may_fill(self, instruction: Call, values: Sequence[Value]) -> bool:
        """Whether library code may put something into a container: no builtin does, but by a method it is given."""
        given_method = any(isinstance(atom, Method) for value in values for atom in value)
        node = instruction.node
        return given_method or not isinstance(node, CallExpr) or self._site(instruction, node).package != "builtins"


def session_class_of(type_: object) -> SessionShape | None:
    """The library's session class of a type; None for what is no session."""
    info = info_of(type_)  # type: ignore[arg-type]
    return None if info is None else session_class(info)


def _without_parameters(overloads: tuple[FunctionStub, ...]) -> tuple[FunctionStub, ...]:
    """The signatures as the syntax calls them: `__exit__` gets its arguments from the interpreter."""
    return tuple(replace(stub, parameters=()) for stub in overloads)
