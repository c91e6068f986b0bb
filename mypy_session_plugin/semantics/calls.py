"""What is called: a stubbed function or method, a constructor, a builtin with a meaning of its own, or unknown code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mypy.nodes import CallExpr, Context, Expression, FuncDef, MemberExpr, NameExpr, RefExpr, TypeInfo
from mypy.types import Instance, get_proper_type

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.objects import InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    FALSE,
    NOTHING_KNOWN,
    TRUE,
    Bound,
    Constant,
    Function,
    Method,
    ObjectId,
    Subject,
    Test,
    Value,
    carrier,
    objects,
)
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of, is_any
from mypy_session_plugin.semantics import boundaries, containers, library_calls, sessions
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.events import RevealEvent
from mypy_session_plugin.semantics.instances import link
from mypy_session_plugin.semantics.library_calls import LibraryCall, session_of
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.mapped import bases_of
from mypy_session_plugin.semantics.reaching import place_of
from mypy_session_plugin.semantics.phantom_calls import PhantomCalls
from mypy_session_plugin.semantics.results import new_session
from mypy_session_plugin.semantics.factories import DEFAULTS, NOT_KNOWN, settings_of
from mypy_session_plugin.semantics.shapes import SESSIONS, SessionShape, session_class
from mypy_session_plugin.semantics.unknown_calls import call_unknown
from mypy_session_plugin.semantics.world import World

REVEAL = ("mypy_session_plugin.phantom.reveal_state", "mypy_session_plugin.reveal_state")
INSPECT = ("sqlalchemy.inspection.inspect",)
#: What a call makes that the option `session_expressions` names.
CONFIGURED_CLASS = "sqlalchemy.orm.session.Session"
INSTANCE_STATE = "sqlalchemy.orm.state.InstanceState"
#: Modules whose code calls nothing of the user's but what it is given: the standard library and SQLAlchemy.
CLOSED_MODULES = frozenset(sys.stdlib_module_names) | {"sqlalchemy", "typing_extensions", "_typeshed"}


class Calls:
    """Interprets calls in one graph."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._phantom = PhantomCalls(world)

    def evaluate(self, instruction: Call, store: Store) -> Value:
        """The value of a call, after its effects."""
        node = instruction.node
        if not isinstance(node, CallExpr):
            return self._unknown(instruction, store)
        special = self._special(instruction, node, store)
        if special is not None:
            return special
        stubbed = self._stubbed(instruction, node, store)
        if stubbed is not None:
            return stubbed
        is_library = self._module_of(node.callee).partition(".")[0] in CLOSED_MODULES
        promised = self._phantom.evaluate(instruction, self.callee(instruction, store), store, is_library)
        if promised is not None:
            return promised
        constructed = self._constructed(instruction, node, store)
        if constructed is not None:
            return constructed
        values = [store.value(argument.value) for argument in instruction.arguments]
        if containers.iterates(node):
            values = [self.iterated(value, node, store) for value in values]
        changed = containers.call(self._world, store, instruction, values)
        if changed is not None:
            return changed
        if self._is_lazy(node):
            held = tuple(store.value(argument.value) for argument in instruction.arguments)
            return carrier(Bound("coroutine", self.callee(instruction, store), held, node))
        return self._unknown(instruction, store)

    def callee(self, instruction: Call, store: Store) -> Value:
        """The value that is called; for a method, bound to its receiver."""
        if instruction.callee is not None:
            return store.value(instruction.callee)
        receiver = store.value(instruction.receiver) if instruction.receiver is not None else NOTHING_KNOWN
        method = Method(receiver, instruction.method or "", getattr(instruction.node, "callee", None))
        return carrier(method)

    def iterated(self, value: Value, node: Context, store: Store, name: str = "__iter__") -> Value:
        """What is gone through: a library's object gives its elements out, a container is its own."""
        provided = self.protocol(name, value, node, store) if objects(value) else None
        return value if provided is None else provided

    def resume(self, atom: Bound, node: Context, store: Store) -> Value:
        """A coroutine is awaited: what its call stands for happens now."""
        instruction = atom.stub
        promised = self._phantom.resume(atom, "coroutine", node, store)
        if promised is not None:
            return promised
        if isinstance(instruction, Call):
            overloads = self._overloads(instruction, store, atom.function)
            if overloads is not None:
                done = self._apply(instruction, overloads, atom.function, atom.held, store, node)
                if done is not None:
                    return done
        call_unknown(store, (atom.function, *atom.held), (), site_of(node))
        return self._world.typed_value(store, node, "result")

    def resumed(self, value: Value, how: str, node: Context, store: Store) -> Value | None:
        """A phantom-typed generator gives its next element, or a context manager is entered; None for all else."""
        atom = next(iter(value)) if len(value) == 1 else None
        return self._phantom.resume(atom, how, node, store)

    def protocol(
        self, name: str, receiver: Value, node: Context, store: Store, failed: bool | None = None
    ) -> Value | None:
        """A call that the syntax makes (`__enter__`, `__iter__`): its value, None if no stub describes it."""
        names = self._class_names(receiver, None, store)
        overloads = self._world.library.method(names, name) if names else None
        if overloads is None:
            return None
        type_ = self._world.type(node)
        bound = self._world.binder.bind(overloads, (), None, self._bindings(receiver, store))
        if bound is None:
            bound = self._world.binder.bind(_without_parameters(overloads), (), type_, self._bindings(receiver, store))
        if bound is None:
            return None
        session = session_of(store, receiver)
        return library_calls.apply(
            self._world, store, LibraryCall(node, name, bound, receiver, session, node, failed)
        )

    def _special(self, instruction: Call, node: CallExpr, store: Store) -> Value | None:
        full_name = node.callee.fullname if isinstance(node.callee, RefExpr) else ""
        values = [store.value(argument.value) for argument in instruction.arguments]
        if full_name in REVEAL and len(values) == 1:
            is_session = session_class_of(self._world.type(node.args[0])) is not None
            self._world.listener(RevealEvent(node, values[0], is_session), store)
            return values[0]
        if full_name == "builtins.isinstance" and len(values) == 2:
            place, tested = instruction.arguments[0].place, node.args[1]
            name = tested.fullname if isinstance(tested, RefExpr) else ""
            subject = Subject(place, "isinstance", name) if place is not None and name else None
            return frozenset({Test(True, subject)})
        if full_name in INSPECT and len(values) == 1:
            facts = LibraryFacts(INSTANCE_STATE, holds=values[0])
            return frozenset({store.create(ObjectId("result", site_of(node)), facts)})
        if full_name == "functools.partial" and values:
            return carrier(Bound("partial", values[0], tuple(values[1:]), node))
        if full_name == "builtins.bool" and len(values) == 1:
            return values[0]
        return None

    def _stubbed(self, instruction: Call, node: CallExpr, store: Store) -> Value | None:
        receiver: Value = NOTHING_KNOWN
        if instruction.receiver is not None:
            receiver = store.value(instruction.receiver)
        overloads = self._overloads(instruction, store, receiver)
        if overloads is None:
            receiver = self.callee(instruction, store)
            overloads = self._called_object(instruction, receiver, store)
        if overloads is None:
            return None
        values = tuple(store.value(argument.value) for argument in instruction.arguments)
        if library_calls.is_async(overloads):
            return carrier(Bound("coroutine", receiver, values, node, instruction))
        return self._apply(instruction, overloads, receiver, values, store, node)

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
        result = library_calls.apply(
            world, store, LibraryCall(instruction.node, name, bound, receiver, session, result_node)
        )
        if name == "start":
            boundaries.start(world, store, receiver)
        if name == "__init__":
            return result
        return boundaries.hand_over(world, store, bound, receiver, instruction.node, result, starts=True)

    def _overloads(self, instruction: Call, store: Store, receiver: Value) -> tuple[FunctionStub, ...] | None:
        node = instruction.node
        callee = node.callee if isinstance(node, CallExpr) else None
        library = self._world.library
        if instruction.method is not None:
            expression = callee.expr if isinstance(callee, MemberExpr) else None
            names = self._class_names(receiver, expression, store, instruction.method)
            return library.method(names, instruction.method) if names else None
        if isinstance(callee, RefExpr) and callee.fullname and not isinstance(callee.node, TypeInfo):
            return library.function(callee.fullname)
        return None

    def _called_object(self, instruction: Call, callee: Value, store: Store) -> tuple[FunctionStub, ...] | None:
        """An object of a library is called: a factory, a registry."""
        names = self._class_names(callee, None, store)
        return self._world.library.method(names, "__call__") if names else None

    def _class_names(
        self, receiver: Value, expression: Expression | None, store: Store, method: str | None = None
    ) -> list[str]:
        """The library classes of a receiver: what is known of the object, else its type; none where the user overrides."""
        info = info_of(self._world.type(expression)) if expression is not None else None
        if info is not None and method is not None and self._is_overridden(info, method):
            return []
        found: list[str] = []
        for item in objects(receiver):
            facts = store.heap.get(item)
            if isinstance(facts, (SessionFacts, LibraryFacts)):
                found.extend(name for name in self._with_bases(facts.class_name) if name not in found)
        if found or info is None:
            return found
        return [base.fullname for base in info.mro]

    def _with_bases(self, class_name: str) -> list[str]:
        stub = self._world.library.class_stub(class_name)
        bases = [] if stub is None else [name for base in stub.bases for name in self._with_bases(base.name)]
        return [class_name, *bases]

    def _is_overridden(self, info: TypeInfo, method: str) -> bool:
        """Whether a class of the user's defines the method before any class that a stub describes."""
        for base in info.mro:
            if self._world.library.class_stub(base.fullname) is not None:
                return False
            if method in base.names and base.module_name.partition(".")[0] not in CLOSED_MODULES:
                return True
        return False

    def _bindings(self, receiver: Value, store: Store) -> dict[str, object]:  # type: ignore[type-arg]
        found: list[dict[str, object]] = []
        for item in objects(receiver):
            facts = store.heap.get(item)
            if isinstance(facts, LibraryFacts):
                found.append(dict(facts.bindings))
        return found[0] if len(found) == 1 else {}

    def _constructed(self, instruction: Call, node: CallExpr, store: Store) -> Value | None:
        info = class_named_by(self._world.type(node.callee))
        if info is None:
            return self._configured_session(node, store)
        session = session_class(info)
        if session is not None:
            return self._new_session(info, session, node, store)
        if self._world.shapes.mapped.is_mapped(info):
            return self._new_instance(info, instruction, node, store)
        overloads = self._world.library.method([base.fullname for base in info.mro], "__init__")
        if overloads is None:
            return None
        return self._new_library_object(info, overloads, instruction, node, store)

    def _new_session(self, info: TypeInfo, shape: SessionShape, node: CallExpr, store: Store) -> Value:
        settings = settings_of(node) if info.fullname in SESSIONS else dict.fromkeys(DEFAULTS, NOT_KNOWN)
        return new_session(store, shape, node, settings)

    def _configured_session(self, node: CallExpr, store: Store) -> Value | None:
        """A call that the option `session_expressions` names, with its parentheses: `app.db.Session()`."""
        place = place_of(node.callee)
        if place is None or f"{'.'.join(place)}()" not in self._world.options.session_expressions:
            return None
        if not is_any(self._world.type(node.callee)):
            return None
        shape = SessionShape(CONFIGURED_CLASS, registry=False)
        return new_session(store, shape, node, dict.fromkeys(DEFAULTS, NOT_KNOWN))

    def _new_instance(self, info: TypeInfo, instruction: Call, node: CallExpr, store: Store) -> Value:
        for argument in instruction.arguments:
            containers.link_all(store, store.value(argument.value))
        existing = frozenset(identity for identity, _facts in store.instances() if not identity.older)
        facts = InstanceFacts(
            info.fullname,
            bases_of(info),
            {Situation(State.TRANSIENT): Origin(node.line, "constructed")},
            constructed=True,
            distinct=existing,
        )
        return frozenset({store.create(ObjectId("construct", site_of(node)), facts)})

    def _new_library_object(
        self, info: TypeInfo, overloads: tuple[FunctionStub, ...], instruction: Call, node: CallExpr, store: Store
    ) -> Value | None:
        world = self._world
        class_name = next(base.fullname for base in info.mro if world.library.method(base.fullname, "__init__"))
        values = [store.value(argument.value) for argument in instruction.arguments]
        arguments = [
            (argument, value, world.type(argument.node))
            for argument, value in zip(instruction.arguments, values, strict=True)
        ]
        bound = world.binder.bind(overloads, arguments, None, {})
        if bound is None:
            return None
        settings = tuple(sorted(settings_of(node).items()))
        facts = LibraryFacts(class_name, settings=settings, workers=workers_of(bound))
        made = frozenset({store.create(ObjectId("result", site_of(node)), facts)})
        starts = world.library.method(class_name, "start") is None
        return boundaries.hand_over(world, store, bound, frozenset(), node, made, starts)

    def _is_lazy(self, node: CallExpr) -> bool:
        """Whether the call only makes a coroutine or generator, which runs when it is awaited or iterated."""
        proper = get_proper_type(self._world.type(node)) if self._world.type(node) is not None else None
        return isinstance(proper, Instance) and proper.type.fullname in ("typing.Coroutine", "types.CoroutineType")

    def _unknown(self, instruction: Call, store: Store) -> Value:
        node, world = instruction.node, self._world
        values = [store.value(argument.value) for argument in instruction.arguments]
        receiver = store.value(instruction.receiver) if instruction.receiver is not None else frozenset()
        if self._is_closed(node, (*values, receiver), store):
            for value in values:
                containers.link_all(store, value)
                sessions.may_load(store, value)
        else:
            places = [argument.place for argument in instruction.arguments]
            called = self.callee(instruction, store)
            for value in [*values, called]:
                boundaries.use(world, store, _sessions_in(store, value), node)
            call_unknown(store, [*values, called], [*places, instruction.receiver_place], site_of(node))
        return world.typed_value(store, node, "result")

    def _is_closed(self, node: Context, values: Sequence[Value], store: Store) -> bool:
        """Whether the callee is library code that is given nothing to call, and SQLAlchemy's no session."""
        if any(isinstance(atom, (Function, Bound)) for value in values for atom in value):
            return False
        callee = node.callee if isinstance(node, CallExpr) else None
        package = "" if callee is None else self._module_of(callee).partition(".")[0]
        takes_session = any(store.session(item) is not None for value in values for item in objects(value))
        return package in CLOSED_MODULES and not (takes_session and package == "sqlalchemy")

    def _module_of(self, callee: Expression) -> str:
        named = class_named_by(self._world.type(callee))
        if named is not None:
            return named.module_name
        if isinstance(callee, MemberExpr):
            info = info_of(self._world.type(callee.expr))
            if info is not None:
                return next((base.module_name for base in info.mro if callee.name in base.names), "")
        if isinstance(callee, NameExpr | MemberExpr) and isinstance(callee.node, FuncDef | TypeInfo):
            return callee.node.fullname
        return callee.fullname if isinstance(callee, RefExpr) else ""


def _sessions_in(store: Store, value: Value) -> Value:
    """The session that a value given to unknown code is."""
    return frozenset(item for item in objects(value) if store.session(item) is not None)


def session_class_of(type_: object) -> SessionShape | None:
    """The library's session class of a type; None for what is no session."""
    info = info_of(type_)  # type: ignore[arg-type]
    return None if info is None else session_class(info)


def workers_of(bound: BoundCall) -> int | None:
    """The number of workers of an executor, where a literal gives it."""
    given = bound.argument("max_workers")
    for atom in given.value if given is not None else ():
        if isinstance(atom, Constant) and isinstance(atom.value, int):
            return atom.value
    return None


def _without_parameters(overloads: tuple[FunctionStub, ...]) -> tuple[FunctionStub, ...]:
    """The signatures as the syntax calls them: `__exit__` gets its arguments from the interpreter."""
    from dataclasses import replace

    return tuple(replace(stub, parameters=()) for stub in overloads)

