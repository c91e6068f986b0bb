"""Which sessions the code on the other side of a boundary gets at, and by which way.

A session given directly needs no proof.  What holds one (a closure, a bound method, an object given as an argument)
counts only if the body of the code that runs there stands in this module and reaches the session.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mypy.nodes import CallExpr, Context, FuncDef, FuncItem, MemberExpr, NameExpr, Var
from mypy.types import Type

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, Atom, Bound, Function, Method, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import bodies, constructors
from mypy_session_plugin.semantics.instance_uses import InstanceUses
from mypy_session_plugin.semantics.library_objects import may_be_session
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.phantom_types import is_written_as
from mypy_session_plugin.semantics.places import place_of, text_of_place
from mypy_session_plugin.semantics.sending import Run, Sent, arguments_of, boundary_of, unwrapped
from mypy_session_plugin.semantics.shapes import SessionShape, has_entity
from mypy_session_plugin.semantics.shared_sessions import Kind, SharedSession
from mypy_session_plugin.semantics.world import World

#: What a parameter says of the session that it takes: whoever gives it away has nothing to do with it any more.
TAKEN_CARE_OF = ("Synchronized", "Owned")


@dataclass(frozen=True, slots=True)
class Reached:
    """A session that the other side gets at: `text` is what the source hands over, `how` the way to the session.

    `how` is empty for the session itself, else `own method`, `closure`, `method`, `attribute`, `instance`, `result` or
    `shared`: one that the module makes once.  `boundary` is set where what is handed over crosses another boundary
    itself (`to_thread` inside `gather`).  `looks` and `loads` are what the code there does with an instance.
    """

    session: ObjectId
    text: str
    how: str = ""
    boundary: str | None = None
    shared: SharedSession | None = None
    looks: bool = False
    loads: str = ""


class Reach:
    """Looks through the values that are handed over at one call."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._store = store
        #: The captured functions that are looked into: one that names itself is not looked into again.
        self._entered: set[object] = set()

    def of(self, run: Run) -> list[Reached]:
        """The sessions that what runs there reaches, each by the most direct way, whichever function it is."""
        each = [replace(run, function=frozenset({atom})) for atom in sorted(run.function, key=repr)] or [run]
        first, *others = [self._of_one(one) for one in each]
        return [item for session, item in first.items() if all(session in other for other in others)]

    def _of_one(self, run: Run) -> dict[ObjectId, Reached]:
        given = self._given(run)
        found: dict[ObjectId, Reached] = {}
        for reached in (*self._arguments(run), *self._defaults(run, given), *self._through(run.function, run.node)):
            shared = reached.shared
            if shared is None or shared.kind is not Kind.DEFAULT or not {None, shared.definition} & {*given}:
                found.setdefault(reached.session, reached)
        return found

    def _given(self, run: Run) -> list[Var | None]:
        """The parameters that arguments are given to; None for one that is not known."""
        return [
            bodies.parameter_of(self._world, run.function, run.node, sent.position, sent.name).variable
            for sent in run.arguments
        ]

    def used_by(self, value: Value, node: Context) -> Iterator[ObjectId]:
        """The sessions that a call of the value, or one that is given it, certainly uses."""
        yield from (item.session for item in self._through(value, node) if item.how not in ("instance", "result"))

    def _arguments(self, run: Run) -> Iterator[Reached]:
        for sent in run.arguments:
            parameter = sent.target or bodies.parameter_of(
                self._world, run.function, run.node, sent.position, sent.name
            )
            if parameter.type is not None and is_written_as(parameter.type, TAKEN_CARE_OF):
                continue
            variable, body = parameter.variable, parameter.body
            guarded = body is not None and variable is not None and bodies.is_guarded(self._world, body, variable, ())
            if guarded:
                continue
            if sent.gone_through:
                yield from self._elements(sent)
                continue
            for reached in self._through(sent.value, sent.node):
                if reached.how != "instance" or body is None:
                    yield reached
                elif variable is not None:
                    yield from self._used_in(body, variable, sent.value, sent.node, reached)
            if body is not None and variable is not None and not may_be_session(self._store, sent.value):
                text = text_of_place(sent.node)
                yield from self._attributes(body, variable, sent.node, Reached(NOWHERE, text, "attribute"))

    def _used_in(
        self, body: FuncItem, variable: Var | str, value: Value, node: Context, way: Reached
    ) -> Iterator[Reached]:
        """An instance, or those of a container, whose receiver is in view: what the body certainly does with it."""
        uses = InstanceUses(self._world, self._store)
        found = [
            uses.of(body, variable, facts, node)
            for item in elements_within(self._store, value)
            if isinstance(facts := self._store.heap.get(item), InstanceFacts)
        ]
        known = [use for use in found if use is not None]
        if known and len(known) == len(found):
            loads = next((use.loads for use in known if use.loads), "")
            yield replace(way, looks=not loads and not any(use.writes for use in known), loads=loads)

    def _defaults(self, run: Run, given: list[Var | None]) -> Iterator[Reached]:
        """The sessions that parameters hold by default, and that no argument takes the place of."""
        function = next(iter(run.function)) if len(run.function) == 1 else None
        body = function.node if isinstance(function, Function) else None
        if not isinstance(function, Function) or not isinstance(body, FuncItem) or None in given:
            return
        if not function.defaults:
            return  # mypy's cache keeps no arguments of functions
        parameters = {argument.variable.name: argument.variable for argument in body.arguments}
        way = Reached(NOWHERE, body.name if isinstance(body, FuncDef) else "lambda", "closure")
        for name, value in function.defaults:
            variable = parameters[name]
            if variable in given or not bodies.is_named(body, variable):
                continue
            if not bodies.is_guarded(self._world, body, variable, ()):
                yield from (replace(way, session=session) for session in self._own(value))

    def _elements(self, sent: Sent) -> Iterator[Reached]:
        """The elements of a result that the caller itself goes through, where these are instances."""
        for item in objects(sent.value):
            facts = self._store.heap.get(item)
            if isinstance(facts, LibraryFacts) and any(has_entity(shape) for _name, shape in facts.bindings):
                text = text_of_place(sent.node)
                yield from (Reached(session, text, "instance") for session in self._own(facts.session))

    def _through(self, value: Value, node: Context, depth: int = 0) -> Iterator[Reached]:
        """What the value reaches whichever of its atoms it is; None reaches nothing, and could not be used."""
        if depth > 4:
            return
        ways = [list(self._of_atom(atom, node, depth)) for atom in sorted(value - {NONE}, key=repr)]
        for reached in ways[0] if ways else ():
            if all(any(other.session == reached.session for other in way) for way in ways):
                yield reached

    def _of_atom(self, atom: Atom, node: Context, depth: int) -> Iterator[Reached]:
        match atom:
            case ObjectId():
                yield from self._object(atom, node, depth)
            case Function():
                yield from self._closure(atom)
            case Method():
                yield from self._method(atom)
            case Bound():
                yield from self._bound(atom, depth)
            case _:
                pass

    def _object(self, identity: ObjectId, node: Context, depth: int) -> Iterator[Reached]:
        facts = self._store.heap.get(identity)
        text = text_of_place(node)
        match facts:
            case SessionFacts() if not facts.synchronized and not self._is_registry(facts, node):
                yield Reached(identity, text or facts.name)
            case LibraryFacts() if _is_live(facts):
                yield from (Reached(session, text, "result") for session in self._own(facts.session))
            case InstanceFacts():
                yield from self._instance(facts, text)
            case ContainerFacts():
                each = [frozenset({atom}) for atom in sorted(facts.elements, key=repr)]
                for element in each if facts.fixed is None else facts.fixed:
                    yield from self._through(element, node, depth + 1)

    def _is_registry(self, facts: SessionFacts, node: Context) -> bool:
        """Whether the value is a registry, and not the session of this thread or task that it has given out."""
        shape = self._world.shape(node)
        return facts.registry and not (isinstance(shape, SessionShape) and not shape.registry)

    def _own(self, session: Value) -> Iterator[ObjectId]:
        for item in objects(session):
            facts = self._store.session(item)
            if facts is not None and not facts.registry and not facts.synchronized and len(session) == 1:
                yield item

    def _instance(self, facts: InstanceFacts, text: str) -> Iterator[Reached]:
        """An instance that is certainly attached."""
        sessions = set()
        for situation in facts.situations:
            if not isinstance(situation, Situation) or situation.state not in (State.PENDING, State.PERSISTENT):
                return
            sessions.add(situation.session)
        session = sessions.pop() if len(sessions) == 1 else None
        if session is not None:
            yield from (Reached(item, text, "instance") for item in self._own(frozenset({session})))

    def _closure(self, function: Function) -> Iterator[Reached]:
        body = function.node
        if not isinstance(body, FuncItem):
            return
        way = Reached(NOWHERE, body.name if isinstance(body, FuncDef) else "lambda", "closure")
        yield from self._shared(body, way.text)
        for variable in function.captured:
            for name in bodies.names_of(body, variable)[:1]:
                yield from self._captured(body, variable, name, way)
                if not isinstance(name.node, Var):
                    continue
                for session in self._own(self._store.value(variable)):
                    if not bodies.is_guarded(self._world, body, name.node, ()):
                        yield replace(way, session=session)
                yield from self._attributes(body, name.node, name, way)

    def _captured(self, body: FuncItem, variable: str, name: NameExpr, way: Reached) -> Iterator[Reached]:
        """What a variable of the code around leads to: an instance, or another function, which the body calls."""
        value = self._store.value(variable)
        inner = {atom.node for atom in value if isinstance(atom, Function)}
        if inner & self._entered:
            return
        self._entered |= inner
        found = list(self._through(value, name))
        self._entered -= inner
        for reached in found:
            if reached.how == "instance":
                yield from self._used_in(body, variable, value, name, reached)
            elif reached.how in ("closure", "method", "own method") and not objects(value):
                yield replace(reached, text=way.text, how=way.how)

    def _shared(self, body: FuncItem, text: str) -> Iterator[Reached]:
        """The sessions that the module makes once and the code that runs there names."""
        for shared in self._world.own.shared.used_by(body) if bodies.is_here(self._world, body) else ():
            yield Reached(identity_of(self._store, shared), text, "shared", shared=shared)

    def _method(self, method: Method) -> Iterator[Reached]:
        node = method.node
        for item in objects(method.receiver):
            facts = self._store.heap.get(item)
            if isinstance(facts, SessionFacts) and not facts.registry and not facts.synchronized:
                yield Reached(item, text_of_place(node), "own method")
        body = bodies.body_of(self._world, method)
        if len(method.receiver) == 1:
            yield from self._receiver(method, body)
        if body is not None:
            yield from self._shared(body, text_of_place(node))
        if objects(method.receiver) or body is None or not isinstance(node, MemberExpr) or not body.arguments:
            return
        way = Reached(NOWHERE, text_of_place(node), "method")
        yield from self._attributes(body, body.arguments[0].variable, node.expr, way)

    def _receiver(self, method: Method, body: FuncItem | None) -> Iterator[Reached]:
        """An instance whose own method runs there is handed over as an argument is."""
        owner = getattr(method.node, "expr", None)
        for item in objects(method.receiver):
            facts = self._store.heap.get(item)
            for reached in self._instance(facts, text_of_place(owner)) if isinstance(facts, InstanceFacts) else ():
                if body is None:
                    yield reached
                elif body.arguments and isinstance(owner, Context):
                    yield from self._used_in(body, body.arguments[0].variable, method.receiver, owner, reached)

    def _bound(self, bound: Bound, depth: int) -> Iterator[Reached]:
        """The arguments that a partial or coroutine holds, and the function that will run with them."""
        boundary = self._crossing(bound)
        call = bound.call
        node: Context = call if isinstance(call, Context) else self._world.unit
        if isinstance(call, CallExpr):
            node = call.args[0] if bound.how == "partial" else call.callee
        run = Run("", bound.function if depth < 4 else frozenset(), node, arguments_of(bound))
        for reached in self.of(run if boundary is None else unwrapped(run)):
            yield replace(reached, boundary=reached.boundary or boundary)

    def _crossing(self, bound: Bound) -> str | None:
        instruction = bound.stub
        node = instruction.node if isinstance(instruction, Call) else None
        if not isinstance(node, CallExpr):
            return None
        for item in objects(bound.function):
            facts = self._store.heap.get(item)
            if isinstance(facts, LibraryFacts):
                return _boundary_of(self._world.library.method(facts.class_name, "__call__"))
        return boundary_crossed_by(self._world, node.callee)

    def _attributes(self, body: FuncItem, root: Var, holder: Context, way: Reached) -> Iterator[Reached]:
        """The sessions that a body reads as attributes of a variable, as what hangs on the object handed over."""
        type_ = self._world.type(holder) or root.type
        if type_ is None:
            return
        for path in sorted(bodies.attributes_read(self._world, body, root, partial(self._is_of_session, type_))):
            shape = self._world.shapes.of(bodies.type_of_path(type_, path))
            if isinstance(shape, SessionShape):
                value = self._held_at(holder, path, shape)
                yield from (replace(way, session=session) for session in self._own(value))

    def _is_of_session(self, type_: Type, path: bodies.Path) -> bool:
        """Whether what hangs on an object of a type is a session of its own, of which nobody takes care."""
        found, info = bodies.type_of_path(type_, path), info_of(type_)
        shape = self._world.shapes.of(found)
        if not isinstance(shape, SessionShape) or shape.registry or self._is_shared(type_, path):
            return False
        rebound = info is not None and constructors.is_rebound(self._world, info, path[0])
        return not rebound and not is_written_as(found, TAKEN_CARE_OF)

    def _is_shared(self, type_: Type, path: bodies.Path) -> bool:
        """Whether an attribute is one of the class, which makes its session once."""
        info = info_of(type_) if len(path) == 1 else None
        entry = info.get(path[0]) if info is not None else None
        return entry is not None and entry.node in self._world.own.shared.found

    def _held_at(self, holder: Context, path: bodies.Path, shape: SessionShape) -> Value:
        """What an attribute of an object holds: what its constructor was given, or what has been read there before."""
        owner = place_of(holder)
        whole = (*(owner or ()), *path)
        given = constructors.kept_argument(self._world, holder, path[0]) if len(path) == 1 else None
        place = place_of(given) if given is not None else None
        if place is not None and whole not in self._store.paths:
            known = self._store.variables.get(place[0]) if len(place) == 1 else self._store.paths.get(place)
            if known is not None:
                return known
        if owner is None:
            return frozenset()
        value = self._store.paths.get(whole) or self._world.path_symbol(self._store, whole, shape)
        self._store.paths[whole] = value
        return value


def identity_of(store: Store, shared: SharedSession) -> ObjectId:
    """The object that stands for a session that the module makes once, whoever names it."""
    identity = ObjectId("shared", site_of(shared.made))
    if identity not in store.heap:
        store.heap[identity] = SessionFacts("sqlalchemy.orm.session.Session", shared.name)
    return identity


def one_for_all(world: World, store: Store, session: ObjectId) -> ObjectId | None:
    """What stands for a session that is a variable of the module, which makes it once; None for every other."""
    place = session.site[0] if session.kind == "path" and isinstance(session.site, tuple) else None
    shared = world.own.shared.of_global(place[0]) if isinstance(place, tuple) and len(place) == 1 else None
    return identity_of(store, shared) if shared is not None else None


def elements_within(store: Store, value: Value, depth: int = 0) -> Iterator[ObjectId]:
    """The objects that a value is, with those inside its containers."""
    for item in objects(value):
        facts = store.heap.get(item)
        if isinstance(facts, ContainerFacts) and depth < 4:
            yield from elements_within(store, facts.elements, depth + 1)
        else:
            yield item


#: Stands for the session where only the way to one is described.
NOWHERE = ObjectId("nowhere", ())


def boundary_crossed_by(world: World, function: Context) -> str | None:
    """The boundary that a call of a library's function crosses with its first argument: `to_thread.run_sync`."""
    name = getattr(function, "fullname", "")
    return _boundary_of(world.library.function(name)) if name else None


def _boundary_of(stubs: tuple[FunctionStub, ...] | None) -> str | None:
    return boundary_of(stubs[0].parameters[0].annotation) if stubs and stubs[0].parameters else None


def _is_live(facts: LibraryFacts) -> bool:
    return facts.class_name.startswith("sqlalchemy.") and bool(facts.session) and not facts.holds
