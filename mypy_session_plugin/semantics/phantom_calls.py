"""What a call of a phantom-typed function does: positions, the states that its signature promises, and its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from mypy.nodes import CallExpr, Context, Node
from mypy.types import CallableType, get_proper_type

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, SessionFacts, Situations
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.states import ATTACHED, Followers, Level, Situation, State, added, become
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, NOTHING_KNOWN, UNKNOWN, Bound, ObjectId, Unknown, Value, carrier
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.mypy_compat.signatures import takes_phantom_protocol
from mypy_session_plugin.semantics import boundaries, callable_terms, live_results, ownership, promised_loads
from mypy_session_plugin.semantics.instances import Operation, operate
from mypy_session_plugin.semantics.making import site_of, the_session
from mypy_session_plugin.semantics.phantom_carriers import Carriers, gone_through
from mypy_session_plugin.semantics.phantom_positions import (
    Arrived,
    Position,
    arrivals,
    is_broken,
    make,
    show,
    show_owner,
    situations_in,
)
from mypy_session_plugin.semantics.phantom_signatures import (
    PhantomParameter,
    PhantomSignature,
    Runs,
    positions,
    signature_of_call,
)
from mypy_session_plugin.semantics.phantom_types import crossed_by, demanded, is_written_as, performed, text_of_type
from mypy_session_plugin.semantics.sending import run_of
from mypy_session_plugin.semantics.shapes import SessionShape
from mypy_session_plugin.semantics.transactions import give_away
from mypy_session_plugin.semantics.unknown_calls import call_unknown, reachable
from mypy_session_plugin.semantics.world import World

HOW = {Runs.AWAITED: "coroutine", Runs.ITERATED: "generator", Runs.ENTERED: "manager"}


@dataclass(frozen=True, slots=True)
class _Arguments:
    """The evaluated arguments of one call: each with its parameter, and all values that the callee gets."""

    given: tuple[tuple[PhantomParameter, Value, Context], ...]
    values: tuple[Value, ...]

    def session(self, world: World) -> Value:
        """The only session argument; nothing where there is none, or several."""
        found = [value for parameter, value, _node in self.given if _is_session(world, parameter)]
        return found[0] if len(found) == 1 else frozenset()


def _is_session(world: World, parameter: PhantomParameter) -> bool:
    return isinstance(world.shapes.of(parameter.type), SessionShape)


class PhantomCalls:
    """Interprets calls of phantom-typed functions in one graph."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._signatures: dict[Call, PhantomSignature | None] = {}
        self._carriers = Carriers()
        self._gone_through: frozenset[Node] | None = None

    def evaluate(self, instruction: Call, callee: Value, store: Store, is_library: bool) -> Value | None:
        """The value of a call, after its effects; None if no phantom type is in the signature of what is called.

        Of a constructor, or of a library's generic code (`list[Detached[User]].append`), only the arguments are looked
        at: what these do is known by other means.
        """
        values = tuple(store.value(argument.value) for argument in instruction.arguments)
        carried = self._carriers.through_partial(instruction, callee, values)
        if carried is not None:
            instruction, values = carried.call, carried.values
        signature = self._signature(instruction)
        if signature is None:
            self._stand_in(instruction)
            return None
        arguments = self._arrive(instruction, signature, values, callee, store)
        if is_library and carried is None:
            _forget_broken(instruction, signature, store)
        if signature.is_constructor:
            self._hand_over(instruction, signature, arguments, store)
            self._give_away(instruction, signature.name, arguments, store)
        if signature.is_constructor or (is_library and carried is None):
            return None
        if signature.runs is not Runs.NOW:
            return carrier(Bound(HOW[signature.runs], callee, values, instruction.node, instruction))
        given = self._run(instruction, signature, arguments, store, instruction.node)
        if signature.of_elements() is None:
            return given
        return carrier(Bound(HOW[Runs.ITERATED], callee, values, instruction.node, instruction))

    def _stand_in(self, instruction: Call) -> None:
        """Let the rules see the arguments whose parameters are protocols with phantom types, and say no more."""
        node = instruction.node
        type_ = self._world.type(node.callee) if isinstance(node, CallExpr) else None
        found = get_proper_type(type_) if type_ is not None and self._world.types.has_phantom_types else None
        if isinstance(found, CallableType) and takes_phantom_protocol(found):
            for position, argument in positions(found, instruction.arguments) or ():
                callable_terms.compare_methods(self._world, found.arg_types[position], argument, node)

    def perform(self, instruction: Call, signature: PhantomSignature, callee: Value, store: Store) -> Value:
        """The value of a call whose signature is known, after its effects."""
        values = tuple(store.value(argument.value) for argument in instruction.arguments)
        arguments = self._arrive(instruction, signature, values, callee, store)
        return self._run(instruction, signature, arguments, store, instruction.node)

    def of_each(self, instruction: Call, elements: tuple[Value, ...], store: Store) -> Value | None:
        """What `map()` gives for one element of each iterable, after the effects; None where nothing is promised.

        Only of one whose elements are taken at once: else nobody knows when the function runs.
        """
        node = instruction.node
        if self._gone_through is None:
            self._gone_through = gone_through(self._world.nodes, self._world.types.goes_through)
        if not isinstance(node, CallExpr) or node not in self._gone_through or frozenset() in elements:
            return None
        carried = self._carriers.of_each(node, elements, instruction)
        signature = self._signature(carried.call) if carried is not None else None
        if carried is None or signature is None or signature.runs is not Runs.NOW or signature.is_constructor:
            return None
        callee = store.value(instruction.arguments[0].value)
        arguments = self._arrive(carried.call, signature, carried.values, callee, store, of_elements=True)
        given = self._run(carried.call, signature, arguments, store, node)
        elements_given = given if signature.declared is not None else NOTHING_KNOWN
        identity = ObjectId("container", (site_of(node), "each"))
        return frozenset({store.create(identity, ContainerFacts("generator", elements_given))})

    def _arrive(
        self,
        instruction: Call,
        signature: PhantomSignature,
        values: tuple[Value, ...],
        callee: Value,
        store: Store,
        of_elements: bool = False,
    ) -> _Arguments:
        """Let the rules see the arguments at the parameters' phantom types."""
        arguments = self._arguments(instruction, signature, (*values, callee))
        for parameter, value, expression in arguments.given:
            callable_terms.compare(self._world, parameter.type, expression, instruction.node, signature.name)
            text = f"{signature.name} takes {text_of_type(parameter.type)}"
            promised_loads.arrive(self._world, store, parameter.type, value, (instruction.node, expression, text))
            if parameter.declared is None and not demanded(parameter.type):
                continue
            ownership.arrive(self._world, store, parameter.type, value, (instruction.node, expression, text))
            if parameter.declared is not None:
                position = Position(instruction.node, expression, text, of_elements)
                show(self._world, store, parameter.declared, value, position)
                belonging = partial(self._named, arguments=arguments)
                show_owner(self._world, store, parameter.declared, value, belonging, position)
        return arguments

    def resume(self, atom: object, how: str, node: Context, store: Store) -> Value | None:
        """A coroutine is awaited, a generator gives its next element, a context manager is entered.

        None for what is not the outcome of a phantom-typed function's call.
        """
        signature = self._promised(atom, how)
        if signature is None or not isinstance(atom, Bound) or not isinstance(atom.stub, Call):
            return None
        arguments = self._arguments(atom.stub, signature, (*atom.held, atom.function))
        return self._run(atom.stub, signature, arguments, store, node)

    def promises(self, atom: object, how: str) -> bool:
        """Whether phantom types say what happens when this coroutine, generator or context manager goes on."""
        return self._promised(atom, how) is not None

    def _promised(self, atom: object, how: str) -> PhantomSignature | None:
        if not isinstance(atom, Bound) or atom.how != how or not isinstance(atom.stub, Call):
            return None
        signature = self._signature(atom.stub)
        if signature is not None and how == HOW[Runs.ITERATED]:
            signature = signature.of_elements() or signature
        return signature if signature is not None and HOW.get(signature.runs) == how else None

    def _signature(self, instruction: Call) -> PhantomSignature | None:
        if not self._world.types.has_phantom_types:
            return None
        if instruction not in self._signatures:
            callee = self._carriers.callee_of(instruction)
            self._signatures[instruction] = signature_of_call(self._world.types, instruction, callee)
        return self._signatures[instruction]

    def _arguments(self, instruction: Call, signature: PhantomSignature, values: Sequence[Value]) -> _Arguments:
        by_node = {id(argument): value for argument, value in zip(instruction.arguments, values, strict=False)}
        given = tuple((parameter, by_node[id(argument)], argument.node) for parameter, argument in signature.given)
        return _Arguments(given, tuple(values))

    def _run(
        self, instruction: Call, signature: PhantomSignature, arguments: _Arguments, store: Store, result: Context
    ) -> Value:
        """The effects of the body, which is not looked into, and what it gives back."""
        session = arguments.session(self._world)
        before = self._before(arguments, store)
        rest = [value for parameter, value, _node in arguments.given if crossed_by(parameter.type) is None]
        boundaries.use_by_call(self._world, store, rest, instruction.node)
        self._hand_over(instruction, signature, arguments, store)
        self._run_body(instruction, signature.name, arguments, store)
        if self._world.fails_half_way():
            return NOTHING_KNOWN
        for arrived, parameter, known in before:
            owner = self._owner(arrived, arguments, session)
            Promise(store, arrived, known, owner, signature.name, instruction.node.line).keep(
                _reaches_session(store, arguments.values), self._may_return(signature, parameter)
            )
        origin = Origin(instruction.node.line, f"returned by {signature.name}")
        declared = signature.declared
        at_once = signature.runs in (Runs.NOW, Runs.AWAITED)
        if declared is None and at_once:
            value = self._world.typed_value(store, result, "result")
        else:
            owner = self._named(declared.session, arguments) if declared is not None and declared.session else session
            plain = self._world.shape(result) if at_once else None
            value = make(self._world, store, signature.result, plain, owner, origin, result)
        ownership.declare_own(store, value, signature.result, signature.name)
        promised_loads.declare(store, value, signature.result)
        live_results.attach(self._world, store, value, signature.result, session)
        return value

    def _hand_over(self, instruction: Call, signature: PhantomSignature, arguments: _Arguments, store: Store) -> None:
        """What the signature says to cross a boundary is handed over."""
        crossing: dict[str, list[tuple[Value, Context]]] = {}
        for parameter, value, node in arguments.given:
            boundary = crossed_by(parameter.type)
            if boundary is not None:
                crossing.setdefault(boundary, []).append((value, node))
        for boundary, values in crossing.items():
            waits = signature.runs is Runs.AWAITED
            boundaries.hand_runs(self._world, store, run_of(boundary, values), instruction.node, waits)

    def _before(
        self, arguments: _Arguments, store: Store
    ) -> list[tuple[Arrived, PhantomParameter, dict[ObjectId, Situations]]]:
        """Each instance that arrives at a parameter, with how it stands before the call."""
        found = []
        for parameter, value, expression in arguments.given:
            if parameter.declared is None:
                continue
            for arrived in arrivals(store, parameter.declared, value, expression):
                known = {
                    atom: facts.situations
                    for atom in arrived.value
                    if isinstance(atom, ObjectId) and isinstance(facts := store.heap.get(atom), InstanceFacts)
                }
                found.append((arrived, parameter, known))
        return found

    def _run_body(self, instruction: Call, name: str, arguments: _Arguments, store: Store) -> None:
        """As of any unknown call, but for sessions whose parameter says what the function `Performs`."""
        told = {
            id(value): what
            for parameter, value, _node in arguments.given
            if (what := performed(parameter.type)) is not None
        }
        places = [argument.place for argument in instruction.arguments]
        values = [value for value in arguments.values if id(value) not in told]
        call_unknown(store, values, [*places, instruction.receiver_place], site_of(instruction.node))
        for parameter, value, _node in arguments.given:
            what = performed(parameter.type)
            if what is not None:
                ownership.perform(store, value, what, Origin(instruction.node.line, f"changed by {name}"))
        self._give_away(instruction, name, arguments, store)

    def _give_away(self, instruction: Call, name: str, arguments: _Arguments, store: Store) -> None:
        """Sessions whose parameters own them are not the caller's any more."""
        for parameter, value, _node in arguments.given:
            if is_written_as(parameter.type, ("Owned",)) and not self._world.fails_half_way():
                give_away(store, value, name, instruction.node.line)

    def _owner(self, arrived: Arrived, arguments: _Arguments, session: Value) -> Value:
        place = arrived.declared.session
        return session if place is None else self._named(place, arguments)

    def _named(self, place: str, arguments: _Arguments) -> Value:
        """The session that `In` names: an argument; an attribute of the receiver is not followed."""
        return next((value for parameter, value, _node in arguments.given if parameter.name == place), frozenset())

    def _may_return(self, signature: PhantomSignature, parameter: PhantomParameter) -> bool:
        """Whether the result may be the argument itself, in a state of its own."""
        mine, result = parameter.declared, signature.declared
        return mine is not None and result is not None and bool(result.states) and result.states != mine.states


def _forget_broken(instruction: Call, signature: PhantomSignature, store: Store) -> None:
    """What is put into a container that does not admit it is unknown there; the instance itself keeps its state."""
    for parameter, argument in signature.given:
        if parameter.declared is not None and is_broken(store, parameter.declared, store.value(argument.value)):
            store.variables[argument.value] = NOTHING_KNOWN


def _reaches_session(store: Store, values: Iterable[Value]) -> bool:
    """Whether code given these values may have a session: one of them, or something that is not known."""
    atoms = [atom for value in values for atom in value]
    held = reachable(store, values)
    unknown = any(isinstance(atom, Unknown) for atom in atoms)
    return unknown or any(isinstance(store.heap.get(item), SessionFacts) for item in held)


@dataclass(frozen=True, slots=True)
class Promise:
    """How the instance given to one parameter stands after the call.

    The state that a parameter declares is that before the call.  `Becomes` and `Added` say what follows it.  Without
    these a persistent instance stays persistent, which is what code that is handed one hardly ever changes; of other
    states that is said only where the callee has no session at hand to change them with.
    """

    store: Store
    arrived: Arrived
    before: dict[ObjectId, Situations]
    session: Value
    callee: str
    line: int

    def keep(self, reaches_session: bool, may_be_returned: bool) -> None:
        """Change the store as the signature says; instances that the declaration does not admit stay unknown."""
        declared = self.arrived.declared
        value = self.arrived.value
        if declared.after is not None or declared.added:
            self._restore(lambda situation: (situation,))
            event = f"changed by {self.callee}"
            operate(self.store, self._targets(value), Operation(self._change, self._after(), event, True), self.line)
            return
        stable = {State.PERSISTENT}
        if not reaches_session and not may_be_returned:
            stable |= {State.DELETED, State.DETACHED}
        self._restore(lambda situation: self._stays(situation, stable, reaches_session))
        states = declared.states or frozenset()
        if self._is_certain(value) and (states <= stable or states == ATTACHED):
            self._say(situations_in(self.store, states, self.session))

    def _targets(self, value: Value) -> Value:
        """A summary's elements are each changed by itself, which one value cannot say: they are changed weakly."""
        return value if self._is_certain(value) else value | NOTHING_KNOWN

    def _is_certain(self, value: Value) -> bool:
        atoms = value - {NONE}
        only = next(iter(atoms)) if len(atoms) == 1 else None
        return isinstance(only, ObjectId) and not only.older

    def _restore(self, follow: Callable[[Situation], Iterable[Situation | Unknown]]) -> None:
        """Take back what an unknown call would have done to the instances."""
        states = self.arrived.declared.states or frozenset()
        for identity, known in self.before.items():
            facts = self.store.heap.get(identity)
            if not isinstance(facts, InstanceFacts):
                continue
            result: dict[Situation | Unknown, Origin | None] = {}
            for situation, origin in known.items():
                if isinstance(situation, Unknown) or situation.state not in states:
                    result.update({situation: origin, UNKNOWN: None})
                else:
                    result.update(dict.fromkeys(follow(situation), origin))
            self.store.heap[identity] = facts.with_situations(result)

    def _stays(self, situation: Situation, stable: set[State], reaches_session: bool) -> Iterable[Situation | Unknown]:
        if situation.state not in stable:
            return (situation, UNKNOWN)
        if situation.state is State.PERSISTENT and reaches_session:
            later = replace(situation, new=Level.UNKNOWN)
            return (later, replace(later, marked=True))
        return (situation,)

    def _say(self, said: Sequence[Situation]) -> None:
        """What was not known before is what the declaration says."""
        origin = Origin(self.line, f"given to {self.callee}")
        for identity in self.before:
            facts = self.store.heap.get(identity)
            if isinstance(facts, InstanceFacts) and set(facts.situations) == {UNKNOWN}:
                self.store.heap[identity] = facts.with_situations(dict.fromkeys(said, origin))

    def _change(self, situation: Situation) -> Followers:
        declared = self.arrived.declared
        if situation.state not in (declared.states or ()):
            return (situation,)
        owner = the_session(self.session)
        if declared.added:
            return added(situation, owner) or (situation,)
        followers: list[Situation | Unknown] = []
        for state in sorted(declared.after or (), key=lambda item: item.value):
            followers.extend((situation,) if state is situation.state else become(situation, state, owner))
        return tuple(dict.fromkeys(followers))

    def _after(self) -> tuple[Situation, ...]:
        declared = self.arrived.declared
        states = frozenset({State.PENDING, State.PERSISTENT}) if declared.added else declared.after or frozenset()
        return situations_in(self.store, states, self.session)
