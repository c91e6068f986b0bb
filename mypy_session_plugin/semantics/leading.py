"""What leads from a value to a session that must still be open when the value is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mypy.nodes import CallExpr, Context, FuncDef, FuncItem

from mypy_session_plugin.facts.objects import KEEPS, UNREAD, ContainerFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Atom, Bound, Function, Method, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.semantics import bodies, body_uses, live_results
from mypy_session_plugin.semantics.events import Way
from mypy_session_plugin.semantics.places import text_of_place
from mypy_session_plugin.semantics.sending import Sent, arguments_of
from mypy_session_plugin.semantics.shapes import has_entity
from mypy_session_plugin.semantics.world import World

#: Results whose rows come over the connection while they are read.
STREAMED = "sqlalchemy.ext.asyncio.result."
#: The variable that holds what has been used where.
USED = "used"
_DEEPEST = 4


class Leading:
    """Finds the ways in the code of one graph."""

    def __init__(self, world: World) -> None:
        self._world = world

    def certain(self, store: Store, value: Value, admits: Callable[[Way], bool]) -> Way | None:
        """The way by which the value certainly leads to a session; None where one of its atoms has no such way."""
        ways: list[Way] = []
        for atom in sorted(value, key=repr):
            way = next((way for way in self._of(store, atom, 0) if admits(way)), None)
            if way is None:
                return None
            ways.append(way)
        return ways[0] if ways else None

    def _of(self, store: Store, atom: Atom, depth: int) -> Iterator[Way]:
        if depth > _DEEPEST:
            return
        match atom:
            case ObjectId():
                yield from self._object(store, atom, depth)
            case Function():
                yield from self._closure(store, atom)
            case Method():
                yield from self._method(store, atom, depth)
            case Bound():
                yield from self._bound(store, atom, depth)

    def _each(self, store: Store, value: Value, depth: int) -> Iterator[Way]:
        """The ways of a value that is one thing; of several, those to a session that all lead to."""
        ways = [list(self._of(store, atom, depth + 1)) for atom in sorted(value, key=repr)]
        for way in ways[0] if ways else ():
            if all(any(other.session == way.session for other in others) for others in ways):
                yield way

    def _object(self, store: Store, identity: ObjectId, depth: int) -> Iterator[Way]:
        match store.heap.get(identity):
            case SessionFacts() as facts:
                if _is_followed(facts) and not identity.older:
                    yield Way(identity, "session", identity)
            case LibraryFacts() as facts:
                if is_unread(facts):
                    how = "streamed" if facts.class_name.startswith(STREAMED) else "result"
                    yield from (Way(session, how, identity) for session in self._sessions(store, facts.session))
                elif KEEPS in facts.settings:
                    yield from self._each(store, facts.holds, depth)
            case ContainerFacts() as facts:
                each = [frozenset({item}) for item in sorted(facts.elements, key=repr)]
                for element in each if facts.fixed is None else facts.fixed:
                    yield from self._each(store, element, depth)

    def _sessions(self, store: Store, value: Value) -> Iterator[ObjectId]:
        """The session that a value is, if it is one and no registry."""
        only = next(iter(value)) if len(value) == 1 else None
        facts = store.session(only) if isinstance(only, ObjectId) else None
        if facts is not None and isinstance(only, ObjectId) and _is_followed(facts) and not only.older:
            yield only

    def _closure(self, store: Store, function: Function) -> Iterator[Way]:
        body = function.node
        if not isinstance(body, FuncItem):
            return
        text = body.name if isinstance(body, FuncDef) else "lambda"
        for variable in function.captured:
            names = bodies.names_of(body, variable)
            if body_uses.is_used(body, names):
                for session in self._sessions(store, store.value(variable)):
                    yield Way(session, "code", session, text, body.line)

    def _method(self, store: Store, method: Method, depth: int) -> Iterator[Way]:
        line = method.node.line if isinstance(method.node, Context) else 0
        if method.name not in body_uses.HARMLESS:
            for session in self._sessions(store, method.receiver):
                yield Way(session, "code", session, text_of_place(method.node), line)
            yield from (way for way in self._each(store, method.receiver, depth) if way.how in ("result", "streamed"))

    def _bound(self, store: Store, bound: Bound, depth: int) -> Iterator[Way]:
        """A partial, coroutine or generator: the function that will run, and what its parameters are given."""
        call = bound.call
        if not isinstance(call, CallExpr):
            return
        node = call.args[0] if bound.how == "partial" else call.callee
        text = text_of_place(node)
        instruction = bound.stub
        if isinstance(instruction, Call) and instruction.method not in (None, *body_uses.HARMLESS):
            for session in self._sessions(store, bound.function):
                yield Way(session, "code", session, text, call.line)
        for session in self._sessions(store, live_results.session_read_by(self._world, bound)):
            yield Way(session, "code", session, text, call.line)
        for way in self._each(store, bound.function, depth):
            yield replace(way, text=text or way.text, line=call.line)
        for sent in arguments_of(bound):
            yield from self._argument(store, bound, node, sent, depth)

    def _argument(self, store: Store, bound: Bound, node: Context, sent: Sent, depth: int) -> Iterator[Way]:
        """What an argument leads to, where the body in view uses the parameter that takes it."""
        target = bodies.parameter_of(self._world, bound.function, node, sent.position, sent.name)
        if target.body is None or target.variable is None:
            return
        names = body_uses.uses_of(target.body, target.variable)
        text, line = text_of_place(node), getattr(bound.call, "line", 0)
        if body_uses.is_used(target.body, names):
            yield from (Way(session, "code", session, text, line) for session in self._sessions(store, sent.value))
        if names:
            for way in self._each(store, sent.value, depth):
                if way.how in ("result", "streamed"):
                    yield way


def is_unread(facts: LibraryFacts) -> bool:
    """Whether it is a result that must still be read from its session: of entities, or a streamed one."""
    if UNREAD not in facts.settings:
        return False
    return facts.class_name.startswith(STREAMED) or any(has_entity(shape) for _name, shape in facts.bindings)


def is_result(store: Store, value: Value) -> bool:
    """Whether a value may be a result."""
    facts = [store.heap.get(item) for item in objects(value)]
    return any(isinstance(item, LibraryFacts) and item.class_name.endswith("Result") for item in facts)


def mark_read(store: Store, value: Value, node: Context) -> None:
    """The results in a value are read at a node, or may be: what is left in them after that is not known."""
    for item in objects(value):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts) and UNREAD in facts.settings:
            mark_used(store, item, node)


def mark_used(store: Store, item: ObjectId, node: Context) -> None:
    """A result, or code that needs a session, is used at a node: a later use tells nothing new."""
    store.variables[USED] = store.variables.get(USED, frozenset()) | {Bound("used", frozenset({item}), (), node)}


def was_used(store: Store, item: ObjectId, node: Context) -> bool:
    """Whether a result, or the code that needs a session, was used at another node before."""
    used = store.variables.get(USED, frozenset())
    return any(isinstance(atom, Bound) and item in atom.function and atom.call is not node for atom in used)


def _is_followed(facts: SessionFacts) -> bool:
    return not facts.registry and not facts.synchronized
