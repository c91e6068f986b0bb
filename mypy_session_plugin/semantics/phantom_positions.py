"""Values at phantom-typed positions: what the rules are shown of them, and what they are known to be afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mypy.nodes import Context, DictExpr, ListExpr, SetExpr, StarExpr, TupleExpr
from mypy.types import Type

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.states import ATTACHED, Level, Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, NOTHING_KNOWN, UNKNOWN, ObjectId, Unknown, Value, join
from mypy_session_plugin.semantics.events import BelongingEvent, PositionEvent
from mypy_session_plugin.semantics.making import Maker, site_of, the_session
from mypy_session_plugin.semantics.phantom_types import Declared, declared_of
from mypy_session_plugin.semantics.shapes import Collection, Entity, Row, Shape, with_states
from mypy_session_plugin.semantics.world import World, with_none


@dataclass(frozen=True, slots=True)
class Position:
    """A place that a value arrives at: the node to report at and how a message names what is declared there.

    `is_element`: the value is an element of what the expression gives.
    """

    node: Context
    expression: Context
    text: str
    is_element: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """One value at a position of one instance: an argument itself, or an element of it."""

    declared: Declared
    value: Value
    expression: Context
    is_element: bool = False


def arrivals(
    store: Store, declared: Declared, value: Value, expression: Context, is_element: bool = False
) -> Iterator[Arrived]:
    """Every instance position inside a declaration, with the value that arrives there."""
    if declared.states is not None:
        yield Arrived(declared, value, expression, is_element)
    if declared.elements is None and declared.items is None:
        return
    if declared.states is not None and not any(_container(store, atom) for atom in value):
        return
    fixed = fixed_items(store, value)
    if fixed is not None:
        for position, item in enumerate(fixed):
            of_item = declared.elements
            if declared.items is not None:
                of_item = declared.items[position] if len(fixed) == len(declared.items) else None
            if of_item is not None:
                yield from arrivals(store, of_item, item, _written_item(expression, position), True)
    elif declared.elements is not None:
        yield from arrivals(store, declared.elements, summary(store, value), expression, True)


def fixed_items(store: Store, value: Value) -> tuple[Value, ...] | None:
    """The elements one by one, where the value is one container whose number of elements is known."""
    atoms = value - {NONE}
    if len(atoms) != 1:
        return None
    facts = _container(store, next(iter(atoms)))
    return None if facts is None else facts.fixed


def summary(store: Store, value: Value) -> Value:
    """All elements that a container may hold; unknown besides, where it may be another one."""
    found: list[Value] = []
    for atom in value - {NONE}:
        facts = _container(store, atom)
        found.append(NOTHING_KNOWN if facts is None else facts.elements)
    return join(found) if found else frozenset()


def _container(store: Store, atom: object) -> ContainerFacts | None:
    facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
    return facts if isinstance(facts, ContainerFacts) else None


def _written_item(expression: Context, position: int) -> Context:
    """The element of a display, where the container is written as one."""
    if isinstance(expression, (ListExpr, TupleExpr, SetExpr)) and position < len(expression.items):
        item = expression.items[position]
        return expression if isinstance(item, StarExpr) else item
    if isinstance(expression, DictExpr) and position < len(expression.items):
        return expression.items[position][1]
    return expression


def show(world: World, store: Store, declared: Declared, value: Value, position: Position) -> None:
    """Let the rules see each instance that arrives at a position; an empty container is neither right nor wrong."""
    for arrived in arrivals(store, declared, value, position.expression):
        if not arrived.value:
            continue
        world.listener(
            PositionEvent(
                position.node,
                arrived.expression,
                position.text,
                arrived.value,
                arrived.declared.states or frozenset(),
                position.is_element or (arrived.is_element and arrived.expression is position.expression),
                world.options.strict,
            ),
            store,
        )


def show_owner(
    world: World,
    store: Store,
    declared: Declared,
    value: Value,
    session_at: Callable[[str], Value],
    position: Position,
) -> None:
    """Let the rules see each instance that arrives where `In` says which session it belongs to: the one at a place."""
    for arrived in arrivals(store, declared, value, position.expression):
        place = arrived.declared.session
        owner = session_at(place) if place is not None and arrived.value else frozenset()
        if owner:
            event = BelongingEvent(position.node, arrived.expression, position.text, arrived.value, owner)
            world.listener(event, store)


def is_broken(store: Store, declared: Declared, value: Value) -> bool:
    """Whether some instance position certainly gets a state that it does not admit."""
    for arrived in arrivals(store, declared, value, NO_NODE):
        found = list(situations(store, arrived.value))
        states = arrived.declared.states or frozenset()
        if found and all(isinstance(item, Situation) and item.state not in states for item in found):
            return True
    return False


NO_NODE = Context()


def situations(store: Store, value: Value) -> Iterator[Situation | Unknown]:
    """Every way in which an instance may stand, the unknown for what is no instance; None does not count."""
    for atom in value - {NONE}:
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        if isinstance(facts, InstanceFacts):
            yield from facts.situations
        else:
            yield UNKNOWN


def situations_in(store: Store, states: Iterable[State], session: Value) -> tuple[Situation, ...]:
    """The ways to stand in the given states, the attached ones in the session, if it is known."""
    owner = the_session(session)
    owner = owner if owner is not None and store.session(owner) is not None else None
    found = []
    for state in sorted(states, key=lambda item: item.value):
        level = Level.UNKNOWN if state in (State.PERSISTENT, State.DELETED) else Level.BEFORE
        gone = Level.UNKNOWN if state is State.DELETED else Level.BEFORE
        found.append(Situation(state, owner if state in ATTACHED else None, new=level, gone=gone))
    return tuple(found)


def trusted(world: World, store: Store, declared: Declared, type_: Type, value: Value, node: Context) -> Value:
    """The value of a place after an assignment: unknown instances stand as its declaration says.

    Where the declaration is broken, the place holds something unknown: the instance itself keeps its state.
    """
    if is_broken(store, declared, value):
        return NOTHING_KNOWN
    origin = Origin(node.line, "declared")
    if value == NOTHING_KNOWN:
        return make(world, store, type_, None, frozenset(), origin, node)
    for arrived in arrivals(store, declared, value, node):
        for atom in arrived.value:
            facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
            if not isinstance(atom, ObjectId) or not isinstance(facts, InstanceFacts):
                continue
            if UNKNOWN in facts.situations and len(arrived.value) == 1 and not atom.older:
                said: dict[Situation | Unknown, Origin | None] = dict.fromkeys(
                    situations_in(store, arrived.declared.states or (), frozenset()), origin
                )
                said.update({item: why for item, why in facts.situations.items() if item is not UNKNOWN})
                store.heap[atom] = facts.with_situations(said)
    return value


def make(
    world: World, store: Store, type_: Type, plain: Shape | None, session: Value, origin: Origin, node: Context
) -> Value:
    """New instances as a type declares them, those in attached states in the session.

    `plain` is the shape that mypy knows without the phantom types: it has the class where the type is generic.
    """
    shape = world.shapes.of(type_)
    if plain is not None:
        shape = overlay(shape, plain, declared_states(type_))
    made = Maker(store, "load", origin, session).value(shape, (*site_of(node), "declared"))
    return with_none(made, type_)


def declared_states(type_: Type) -> frozenset[State] | None:
    """The states that a type declares of an instance itself."""
    declared = declared_of(type_)
    return None if declared is None else declared.states


def overlay(shape: Shape, plain: Shape, states: frozenset[State] | None) -> Shape:
    """The more telling of two shapes of one value, with the declared states."""
    match shape, plain:
        case Collection(kind, element), Collection(element=other):
            return Collection(kind, overlay(element, other, _states(element)))
        case Row(items), Row(others) if len(items) == len(others):
            return Row(tuple(overlay(one, other, _states(one)) for one, other in zip(items, others, strict=True)))
        case Entity(), _:
            return shape
        case _, Entity() if states is not None:
            return with_states(plain, states)
        case _:
            return shape


def _states(shape: Shape) -> frozenset[State] | None:
    return shape.states if isinstance(shape, Entity) else None
