"""What leaves the block that closes its session: returned, kept in another place, or used after the block.

What is returned or kept is remembered until the function is left, when it is known what has been closed by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from mypy.nodes import (
    CallExpr,
    Context,
    FuncDef,
    FuncItem,
    GlobalDecl,
    MemberExpr,
    NameExpr,
    NonlocalDecl,
    ReturnStmt,
    SuperExpr,
)

from mypy_session_plugin.facts.objects import KEEPS, ContainerFacts, LibraryFacts, SessionFacts
from mypy_session_plugin.facts.session_life import END_OF_DEPENDENCY
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Atom, Bound, Function, Method, ObjectId, Value
from mypy_session_plugin.flow.graph import Return, StoreAttribute, StoreName
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.semantics.events import EscapeEvent, Event, Way
from mypy_session_plugin.semantics.leading import Leading, mark_used, was_used
from mypy_session_plugin.semantics.world import World

#: The variables that hold what a path gives back, and what it has put elsewhere, each with its statement.
RETURNED, KEPT = "returned", "kept"
_CONSTRUCTOR = "__init__"

#: A closed session that something has used, as it stood before.
Ended: TypeAlias = "tuple[ObjectId, SessionFacts]"


class Escapes:
    """Follows what leaves in one graph."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._leading = Leading(world)
        self._nothing: dict[Context, EscapeEvent] = {}
        unit = world.unit
        self._own = _own_name(unit) if isinstance(unit, FuncDef) else ""
        declares = any(isinstance(node, (GlobalDecl, NonlocalDecl)) for node in world.nodes)
        self._outer = frozenset(_outer_names(unit)) if declares and isinstance(unit, FuncItem) else frozenset()

    def returned(self, instruction: Return, store: Store) -> None:
        """A path gives a value back; another `return`, in a `finally`, takes its place."""
        if isinstance(instruction.node, ReturnStmt):
            value = store.value(instruction.value) if instruction.value is not None else frozenset()
            store.variables[RETURNED] = frozenset({_remembered("", value, instruction, store)})

    def kept_attribute(self, instruction: StoreAttribute, value: Value, store: Store) -> None:
        """An attribute of the method's own object is assigned."""
        place = instruction.place
        if place is not None and len(place) == 2 and place[0] == self._own:
            self._keep(".".join(place), value, instruction, store)

    def kept_name(self, instruction: StoreName, value: Value, store: Store) -> None:
        """A variable of the code around the function is assigned."""
        if instruction.variable.rpartition(".")[2] in self._outer:
            self._keep(instruction.variable, value, instruction, store)

    def _keep(self, place: str, value: Value, instruction: StoreAttribute | StoreName, store: Store) -> None:
        others = {atom for atom in store.value(KEPT) if isinstance(atom, Bound) and atom.how != place}
        store.variables[KEPT] = frozenset({*others, _remembered(place, value, instruction, store)})

    def leave(self, store: Store) -> None:
        """The function returns: tell of each value that it leaves behind where that leads to."""
        for atom in store.value(RETURNED):
            if isinstance(atom, Bound):
                self._tell_left(store, atom, False)
        for atom in store.value(KEPT):
            if isinstance(atom, Bound) and not self._may_be_replaced(store, atom):
                self._tell_left(store, atom, True)

    def _tell_left(self, store: Store, left: Bound, is_kept: bool) -> None:
        node = left.call
        if not isinstance(node, Context):
            return
        was_open, was_closed = left.held
        answers = not is_kept and _is_used_later(store, left.function)

        def admits(way: Way) -> bool:
            facts = store.session(way.session)
            if facts is None or was_used(store, way.through, node):
                return False
            if answers and self._ends_early(facts):
                return True
            if way.how in ("result", "streamed"):
                return way.session in was_closed or facts.life.is_closed
            if way.session not in was_open or not facts.life.is_closed:
                return False
            return way.how != "session" or self._leaves(facts, node, is_kept)

        way = self._leading.certain(store, left.function, admits)
        is_own = left.how.startswith(f"{self._own}.")
        self._tell(store, node, left.how if is_own else left.how.rpartition(".")[2], way)

    def _ends_early(self, session: SessionFacts) -> bool:
        """Whether the dependency that gave a session ends before what the function returns is used."""
        return session.parameter and self._world.surroundings.ends_early(self._world.unit, session.name)

    def _leaves(self, session: SessionFacts, node: Context, is_kept: bool) -> bool:
        """Whether a session itself goes out of the block that closes it: made here, and kept by the constructor."""
        if not session.made_here or not is_kept:
            return session.made_here
        unit = self._world.unit
        in_constructor = isinstance(unit, FuncDef) and unit.name == _CONSTRUCTOR
        return in_constructor and all(closing.encloses(node.line) for closing in session.life.closings)

    def use(self, store: Store, value: Value, node: Context) -> Ended | None:
        """A value is called, gone through or asked for rows: what it was made for may have ended with a block.

        The session that it needs, which stays as it is: what the value does with it tells nothing more.
        """

        def admits(way: Way) -> bool:
            facts = store.session(way.session)
            if facts is None or not facts.life.is_closed or was_used(store, way.through, node):
                return False
            closings = facts.life.closings
            if not all(closing.is_block for closing in closings):
                return False
            return way.how in ("result", "streamed") or (
                way.how == "code" and all(closing.encloses(way.line) for closing in closings)
            )

        way = self._leading.certain(store, value, admits) if _any_closed(store) else None
        if way is None:
            self._tell_nothing(store, node)
            return None
        self._world.suspects.add(node)
        self._tell(store, node, "used", way)
        facts = store.session(way.session)
        if facts is None:
            return None
        mark_used(store, way.through, node)
        return way.session, facts

    def _tell_nothing(self, store: Store, node: Context) -> None:
        """On this path the value does not need what has ended; that counts where it does on another one."""
        event = self._nothing.get(node)
        if event is None:
            event = self._nothing[node] = EscapeEvent(node, "used", None, "", None)
        self._world.listener(event, store)

    def _tell(self, store: Store, node: Context, place: str, way: Way | None) -> None:
        session = store.session(way.session) if way is not None else None
        closing = next(iter(session.life.closings), None) if session is not None else None
        if session is not None and closing is None and self._ends_early(session):
            closing = END_OF_DEPENDENCY
        name = session.name if session is not None else ""
        self._world.listener(EscapeEvent(node, place, way, name, closing), store)

    def _may_be_replaced(self, store: Store, kept: Bound) -> bool:
        """Whether a place may hold something else by now: a global assigned by unknown code, `self` given to it."""
        if not kept.how.startswith(f"{self._own}."):
            return _relevant(store, store.value(kept.how)) != kept.function
        line = getattr(kept.call, "line", 0)
        return any(
            isinstance(node, CallExpr) and node.line >= line and _gets(node, self._own) for node in self._world.nodes
        )


def is_idle(world: World, event: Event) -> bool:
    """Whether an event tells that nothing has ended of which no path tells that it has."""
    return isinstance(event, EscapeEvent) and event.place == "used" and event.node not in world.suspects


def keep(store: Store, ended: Ended | None) -> None:
    """The session that something needed stays as it was before that used it."""
    if ended is not None:
        session, facts = ended
        store.heap[session] = facts


def _remembered(place: str, value: Value, instruction: Return | StoreAttribute | StoreName, store: Store) -> Bound:
    """A value that leaves by a statement, with the sessions that are open at that moment."""
    sessions = [(item, facts.life) for item, facts in store.heap.items() if isinstance(facts, SessionFacts)]
    is_closed = frozenset(item for item, life in sessions if life.is_closed)
    is_open = frozenset(item for item, life in sessions if not life.closings)
    node = instruction.node if isinstance(instruction, Return) else instruction.statement or instruction.node
    return Bound(place, _relevant(store, value), (is_open, is_closed), node)


def _relevant(store: Store, value: Value) -> Value:
    """What of a value may lead to a session; all else is the unknown, so that nothing is kept for it."""
    return frozenset(atom if _may_lead(store, atom) else next(iter(NOTHING_KNOWN)) for atom in value)


def _may_lead(store: Store, atom: Atom) -> bool:
    if isinstance(atom, ObjectId):
        return isinstance(store.heap.get(atom), (SessionFacts, LibraryFacts, ContainerFacts))
    return isinstance(atom, (Function, Method, Bound))


def _is_used_later(store: Store, value: Value) -> bool:
    """Whether what is returned uses what it keeps when the function has returned: a streaming response."""
    facts = [store.heap.get(atom) if isinstance(atom, ObjectId) else None for atom in value]
    return bool(facts) and all(isinstance(item, LibraryFacts) and KEEPS in item.settings for item in facts)


def _any_closed(store: Store) -> bool:
    return any(isinstance(facts, SessionFacts) and facts.life.is_closed for facts in store.heap.values())


def _own_name(unit: FuncDef) -> str:
    first = unit.arguments[0].variable if unit.arguments and unit.info else None
    return first.name if first is not None and first.is_self else ""


def _outer_names(unit: FuncItem) -> Iterator[str]:
    for node in descendants(unit.body, into_functions=False):
        if isinstance(node, (GlobalDecl, NonlocalDecl)):
            yield from node.names


def _gets(call: CallExpr, own: str) -> bool:
    """Whether a call is one of a method of the object itself, or is given the object."""
    callee = call.callee
    owner = callee.expr if isinstance(callee, MemberExpr) else None
    return isinstance(callee, SuperExpr) or any(
        isinstance(node, NameExpr) and node.name == own for node in (owner, *call.args)
    )
