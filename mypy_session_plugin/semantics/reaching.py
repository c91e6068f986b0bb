"""Which sessions the code on the other side of a boundary gets at, and by which way.

A session given directly needs no proof.  What holds one (a closure, a bound method, an object given as an argument)
counts only if the body of the code that runs there stands in this module and names the session: one level deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mypy.nodes import CallExpr, Context, Decorator, Expression, FuncDef, FuncItem, MemberExpr, NameExpr, Node, WithStmt

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Bound, Function, Method, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.flow.syntax import children
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics.shapes import SessionShape
from mypy_session_plugin.semantics.world import World

#: Classes whose `with` block guards what stands in it.
LOCKS = frozenset(
    {
        "threading.Lock",
        "threading.RLock",
        "threading.Semaphore",
        "_thread.lock",
        "_thread.RLock",
        "asyncio.locks.Lock",
        "asyncio.locks.Semaphore",
        "multiprocessing.synchronize.Lock",
    }
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A session that the other side gets at: `text` is what the source hands over, `how` the way to the session.

    `boundary` is set where what is handed over crosses another boundary itself (`to_thread` inside `gather`).
    """

    session: ObjectId
    text: str
    how: str
    boundary: str | None = None


class Reach:
    """Looks through the values that are handed over at one call."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._store = store

    def through(self, value: Value, node: Context, receiver: Value = frozenset(), depth: int = 0) -> Iterator[Reached]:
        """The sessions that whoever gets `value` reaches; `receiver` is the function that is run with it."""
        if depth > 4:
            return
        for atom in sorted(value, key=repr):
            match atom:
                case ObjectId():
                    yield from self._object(atom, node, receiver, depth)
                case Function():
                    yield from self._closure(atom)
                case Method():
                    yield from self._method(atom)
                case Bound():
                    yield from self._bound(atom, depth)
                case _:
                    pass

    def _object(self, identity: ObjectId, node: Context, receiver: Value, depth: int) -> Iterator[Reached]:
        facts = self._store.heap.get(identity)
        text = text_of_place(node)
        match facts:
            case SessionFacts() if not facts.registry and not facts.synchronized:
                yield Reached(identity, text or facts.name, "")
            case LibraryFacts() if _is_live(facts):
                yield from (Reached(session, text, "a live result of ") for session in self._own(facts.session))
            case InstanceFacts():
                yield from self._instance(facts, text, receiver)
            case ContainerFacts():
                for element in facts.fixed if facts.fixed is not None else (facts.elements,):
                    yield from self.through(element, node, receiver, depth + 1)

    def _own(self, session: Value) -> Iterator[ObjectId]:
        for item in objects(session):
            facts = self._store.session(item)
            if facts is not None and not facts.registry and not facts.synchronized and len(session) == 1:
                yield item

    def _instance(self, facts: InstanceFacts, text: str, receiver: Value) -> Iterator[Reached]:
        """An instance that is certainly attached, where the code that receives it is not in view."""
        if any(isinstance(atom, (Function, Method, Bound)) and self.body_of(atom) is not None for atom in receiver):
            return
        sessions = set()
        for situation in facts.situations:
            if not isinstance(situation, Situation) or situation.state not in (State.PENDING, State.PERSISTENT):
                return
            sessions.add(situation.session)
        session = sessions.pop() if len(sessions) == 1 else None
        if session is not None:
            yield from (Reached(item, text, "an instance attached to ") for item in self._own(frozenset({session})))

    def _closure(self, function: Function) -> Iterator[Reached]:
        body = function.node
        for variable in function.captured:
            for session in self._own(self._store.value(variable)):
                if isinstance(body, FuncItem) and not self._is_guarded(body, variable, None):
                    yield Reached(session, _name_of(body), "the closure over ")

    def _method(self, method: Method) -> Iterator[Reached]:
        node = method.node
        receivers = list(objects(method.receiver))
        for item in receivers:
            facts = self._store.heap.get(item)
            if isinstance(facts, SessionFacts) and not facts.registry and not facts.synchronized:
                yield Reached(item, text_of_place(node), "a method of ")
        body = self.body_of(method)
        if receivers or body is None or not isinstance(node, MemberExpr) or not body.arguments:
            return
        own_name = body.arguments[0].variable.name
        yield from self._attributes(body, own_name, node.expr, text_of_place(node))

    def _bound(self, bound: Bound, depth: int) -> Iterator[Reached]:
        """The arguments that a partial or coroutine holds, and the function that will run with them."""
        boundary = self._crossing(bound)
        for reached in self.through(bound.function, bound.call, depth=depth + 1):  # type: ignore[arg-type]
            yield Reached(reached.session, reached.text, reached.how, reached.boundary or boundary)
        call = bound.call
        arguments = list(call.args) if isinstance(call, CallExpr) else []
        if bound.how == "partial":
            arguments = arguments[1:]
        for value, argument in zip(bound.held, arguments, strict=False):
            for reached in self.through(value, argument, bound.function, depth + 1):
                if not self._argument_is_guarded(bound, argument):
                    yield Reached(reached.session, reached.text, reached.how, reached.boundary or boundary)
            yield from self._holder(bound, argument, value)

    def _crossing(self, bound: Bound) -> str | None:
        instruction = bound.stub
        node = instruction.node if isinstance(instruction, Call) else None
        if not isinstance(node, CallExpr):
            return None
        name = getattr(node.callee, "fullname", "")
        stubs = self._world.library.function(name) if name else None
        return boundary_of(stubs[0].parameters[0].annotation) if stubs and stubs[0].parameters else None

    def _holder(self, bound: Bound, argument: Expression, value: Value) -> Iterator[Reached]:
        """An object given as an argument whose attribute is a session that the function names."""
        body = next((found for atom in bound.function if (found := self.body_of(atom)) is not None), None)
        name = self._parameter_for(bound, argument, body)
        if body is not None and name is not None and not objects(value):
            yield from self._attributes(body, name, argument, text_of_place(argument))

    def _parameter_for(self, bound: Bound, argument: Expression, body: FuncItem | None) -> str | None:
        call = bound.call
        if body is None or not isinstance(call, CallExpr) or argument not in call.args:
            return None
        position = call.args.index(argument)
        if call.arg_names[position] is not None:
            return call.arg_names[position]
        if bound.how == "partial":
            position -= 1
        is_method = any(isinstance(atom, Method) for atom in bound.function)
        position += 1 if is_method else 0
        return body.arguments[position].variable.name if position < len(body.arguments) else None

    def _attributes(self, body: FuncItem, parameter: str, holder: Expression, text: str) -> Iterator[Reached]:
        """The sessions that a body reads as `parameter.<attribute>`, as what hangs on the object handed over."""
        place = place_of(holder)
        info = info_of(self._world.type(holder))
        if place is None or info is None:
            return
        for name in sorted(_attributes_read(body, parameter)):
            entry = info.get(name)
            shape = self._world.shapes.of(entry.type) if entry is not None else None
            if isinstance(shape, SessionShape) and not shape.registry and not self._is_guarded(body, parameter, name):
                path = (*place, name)
                value = self._store.paths.get(path) or self._world.path_symbol(self._store, path, shape)
                self._store.paths[path] = value
                yield from (Reached(session, text, f"attribute {name} of ") for session in self._own(value))

    def body_of(self, atom: object) -> FuncItem | None:
        """The function that a callable runs, if its body stands in the module that is checked."""
        if isinstance(atom, Function) and isinstance(atom.node, FuncItem):
            return atom.node if _has_body(atom.node) and self._is_here(atom.full_name, atom.node) else None
        if isinstance(atom, Bound):
            return next((body for part in atom.function if (body := self.body_of(part)) is not None), None)
        if isinstance(atom, Method) and isinstance(atom.node, MemberExpr):
            info = info_of(self._world.type(atom.node.expr))
            entry = info.get(atom.name) if info is not None else None
            node = entry.node.func if entry is not None and isinstance(entry.node, Decorator) else None
            node = entry.node if entry is not None and node is None and isinstance(entry.node, FuncDef) else node
            if isinstance(node, FuncDef) and _has_body(node) and self._is_here(node.fullname, node):
                return node
        return None

    def _is_here(self, full_name: str, node: FuncItem) -> bool:
        return not full_name or full_name.startswith(f"{self._world.types.tree.fullname}.") or node.fullname == ""

    def _argument_is_guarded(self, bound: Bound, argument: Expression) -> bool:
        body = next((found for atom in bound.function if (found := self.body_of(atom)) is not None), None)
        name = self._parameter_for(bound, argument, body)
        return body is not None and name is not None and self._is_guarded(body, name, None)

    def _is_guarded(self, body: FuncItem, name: str, attribute: str | None) -> bool:
        """Whether the body names the session only inside `with` blocks of locks."""
        inside = outside = 0
        waiting: list[tuple[Node, bool]] = [(body.body, False)]
        while waiting:
            node, guarded = waiting.pop()
            if isinstance(node, WithStmt):
                guarded = guarded or any(self._is_lock(manager) for manager in node.expr)
            if _names(node, name, attribute):
                inside, outside = inside + guarded, outside + (not guarded)
            waiting.extend((child, guarded) for child in children(node))
        return inside > 0 and outside == 0

    def _is_lock(self, manager: Expression) -> bool:
        info = info_of(self._world.type(manager))
        return info is not None and any(base.fullname in LOCKS for base in info.mro)


def boundary_of(annotation: object) -> str | None:
    """The boundary that a parameter of a stub crosses, anywhere in its annotation."""
    name = getattr(annotation, "name", "").rpartition(".")[2]
    if name.startswith("Crosses"):
        return name.removeprefix("Crosses").lower()
    found = (boundary_of(part) for part in getattr(annotation, "arguments", ()))
    return next((boundary for boundary in found if boundary is not None), None)


def place_of(expression: Context) -> tuple[str, ...] | None:
    """The access path that an expression is, with its root as the graph names variables."""
    if isinstance(expression, NameExpr):
        is_global = expression.fullname and "." in expression.fullname
        return (expression.fullname if is_global else expression.name,)
    if isinstance(expression, MemberExpr):
        owner = place_of(expression.expr)
        return None if owner is None else (*owner, expression.name)
    return None


def text_of_place(node: object) -> str:
    """The source of a name or attribute; empty for everything else."""
    if isinstance(node, NameExpr):
        return node.name
    if isinstance(node, MemberExpr):
        owner = text_of_place(node.expr)
        return f"{owner}.{node.name}" if owner else ""
    return ""


def _is_live(facts: LibraryFacts) -> bool:
    return facts.class_name.startswith("sqlalchemy.") and bool(facts.session) and not facts.holds


def _has_body(node: FuncItem) -> bool:
    return bool(getattr(node, "arguments", None) is not None and getattr(node, "body", None) is not None)


def _name_of(function: FuncItem) -> str:
    return function.name if isinstance(function, FuncDef) else "lambda"


def _names(node: Node, name: str, attribute: str | None) -> bool:
    if attribute is None:
        return isinstance(node, NameExpr) and node.name == name
    return isinstance(node, MemberExpr) and node.name == attribute and _names(node.expr, name, None)


def _attributes_read(body: FuncItem, parameter: str) -> set[str]:
    found: set[str] = set()
    waiting: list[Node] = [body.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, MemberExpr) and isinstance(node.expr, NameExpr) and node.expr.name == parameter:
            found.add(node.name)
        waiting.extend(children(node))
    return found
