"""How a function of the module begins when it is called: what its parameters hold, and which places of the caller's."""

from __future__ import annotations

from collections.abc import Sequence

from mypy.nodes import Expression, FuncDef, IntExpr, NameExpr, StrExpr
from mypy.types import Type

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.store import Name, Store
from mypy_session_plugin.facts.values import (
    NONE_VALUE,
    NOTHING_KNOWN,
    Function,
    Method,
    Value,
    constant,
    objects,
)
from mypy_session_plugin.flow.graph import Argument, ArgumentKind, Call, Place
from mypy_session_plugin.mypy_compat.types import parameters_of
from mypy_session_plugin.semantics.conditions import kept
from mypy_session_plugin.semantics.functions import Binding, Callee, is_bare, is_local
from mypy_session_plugin.semantics.making import Maker, site_of
from mypy_session_plugin.semantics.shapes import Entity, SessionShape, without_states
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.unknown_calls import lost_to_callees, reach
from mypy_session_plugin.semantics.world import World


@dataclass(frozen=True, slots=True)
class Entry:
    """A callee's parameters at one call: their values, and the caller's places that they are.

    `shared` are the variables of the caller's that a function nested in it names.
    """

    values: dict[Name, Value]
    places: tuple[tuple[Place, str], ...]
    shared: frozenset[str]


class Entries:
    """Reads the arguments of the calls of one graph."""

    def __init__(self, world: World, stability: Stability) -> None:
        self._world = world
        self._stability = stability

    def of_call(
        self, instruction: Call, callee: Callee, value: Value, held: Sequence[Value], store: Store, direct: bool
    ) -> Entry | None:
        """The entry of a call, by what is called and the values of the arguments."""
        owner = getattr(getattr(instruction.node, "callee", None), "expr", None)
        own = instruction.receiver_place if owner is not None and self._stability.keeps(owner) else None
        return self.read(callee, instruction.arguments, value, held, store, own, direct)

    def read(
        self,
        callee: Callee,
        arguments: Sequence[Argument],
        value: Value,
        held: Sequence[Value],
        store: Store,
        own: Place | None,
        direct: bool,
    ) -> Entry | None:
        """What the parameters hold; None where that is not certain, or a function that names variables is among it.

        `value` is what is called and `own` the place of the object whose method it is.  `direct`: the body runs at
        once, so that the arguments stand where they were read from.
        """
        function = callee.function
        parameters = list(parameters_of(function))
        values: dict[Name, Value] = {}
        places: list[tuple[Place, str]] = []
        if callee.binding is not Binding.NOTHING:
            first = parameters.pop(0)[0].name if parameters else "self"
            is_object = callee.binding is Binding.RECEIVER
            receiver = [atom for atom in value if isinstance(atom, Method)]
            values[first] = receiver[0].receiver if is_object and len(receiver) == len(value) == 1 else NOTHING_KNOWN
            if direct and own is not None:
                places.append((own, first))
        given_to = assigned(function, [variable.name for variable, _type in parameters], arguments)
        if given_to is None:
            return None
        by_name = {name: (argument, held[position]) for name, argument, position in given_to}
        for variable, declared in parameters:
            if variable.name in by_name:
                argument, given = by_name[variable.name]
                if direct and argument.place is not None and self._stability.keeps(argument.node):
                    places.append((argument.place, variable.name))
            else:
                given = _default(function, variable.name)
            values[variable.name] = self._given(store, kept(given), declared, (site_of(function), variable.name))
        reached = reach(store, map(_without_functions, values.values()))
        if reached.names or reached.variables or reached.places:
            return None
        shared = _shared_with(function, value, store)
        return None if shared is None else Entry(values | lost_to_callees(store), tuple(places), shared)

    def _given(self, store: Store, value: Value, declared: Type | None, site: object) -> Value:
        """What a parameter holds: of an argument of unknown value, what the parameter's type says."""
        if objects(value) or value != NOTHING_KNOWN or declared is None:
            return value
        shape = without_states(self._world.shapes.of(declared))
        if not isinstance(shape, SessionShape | Entity):
            return value
        return Maker(store, "given", None).value(shape, site)


def _without_functions(value: Value) -> Value:
    """A value without the functions of the module: they have nothing of the caller's."""
    return frozenset(atom for atom in value if not (isinstance(atom, Function) and is_bare(atom)))


def assigned(
    function: FuncDef, names: Sequence[str], arguments: Sequence[Argument]
) -> list[tuple[str, Argument, int]] | None:
    """Which parameter takes which argument; None where a star takes some, of the call or of the function."""
    kinds = {argument.variable.name: argument.kind for argument in function.arguments}
    positional = [name for name in names if kinds[name].is_positional()]
    found: list[tuple[str, Argument, int]] = []
    for position, argument in enumerate(arguments):
        if argument.kind is ArgumentKind.POSITIONAL and positional:
            found.append((positional.pop(0), argument, position))
        elif argument.name is not None and argument.name in names and not kinds[argument.name].is_star():
            found.append((argument.name, argument, position))
        else:
            return None
    return found


def _default(function: FuncDef, name: str) -> Value:
    """What a parameter holds that is given nothing: a literal, or what is not known."""
    initializer = next(
        (argument.initializer for argument in function.arguments if argument.variable.name == name), None
    )
    return _literal(initializer) if initializer is not None else NOTHING_KNOWN


def _literal(expression: Expression) -> Value:
    if isinstance(expression, NameExpr) and expression.fullname == "builtins.None":
        return NONE_VALUE
    if isinstance(expression, NameExpr) and expression.fullname in ("builtins.True", "builtins.False"):
        return constant(expression.fullname == "builtins.True")
    if isinstance(expression, IntExpr | StrExpr):
        return constant(expression.value)
    return NOTHING_KNOWN


def _shared_with(function: FuncDef, value: Value, store: Store) -> frozenset[str] | None:
    """The variables of the caller's that a nested function names; None where it is another function's."""
    if not is_local(function):
        return frozenset()
    atoms = [atom for atom in value if isinstance(atom, Function) and atom.node is function]
    if len(atoms) != len(value) or len(value) != 1 or value != store.variables.get(function.name):
        return None
    return frozenset(atoms[0].captured)
