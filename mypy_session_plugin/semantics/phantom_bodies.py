"""Phantom types inside a function: its parameters, what it assigns, returns and yields, and what it has promised."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    Context,
    ExpressionStmt,
    FuncDef,
    FuncItem,
    IndexExpr,
    MemberExpr,
    NameExpr,
    PassStmt,
    RaiseStmt,
    ReturnStmt,
    Statement,
    StrExpr,
    TryStmt,
    TypeInfo,
    Var,
    WithStmt,
    YieldExpr,
    YieldFromExpr,
)
from mypy.types import Type

from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Constant, Value, constant, is_parameter
from mypy_session_plugin.flow.graph import Return, StoreAttribute, StoreItem, StoreName, Yield
from mypy_session_plugin.flow.names import written_name
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.callees import attribute_as_written
from mypy_session_plugin.mypy_compat.signatures import has_phantom_type, is_declared
from mypy_session_plugin.mypy_compat.types import info_of, parameters_of
from mypy_session_plugin.semantics import callable_terms, constructors, ownership, promised_loads
from mypy_session_plugin.semantics.events import DeclarationEvent, PositionEvent
from mypy_session_plugin.semantics.making import Maker
from mypy_session_plugin.semantics.phantom_overrides import weakened
from mypy_session_plugin.semantics.phantom_positions import (
    Position,
    is_broken,
    show,
    show_owner,
    trusted,
)
from mypy_session_plugin.semantics.phantom_signatures import BodySignature, signature_of_body
from mypy_session_plugin.semantics.phantom_types import Declared, declared_of, demanded, sessions_named, text_of_type
from mypy_session_plugin.semantics.shapes import Collection, Entity, SessionShape, Shape, with_states, without_states
from mypy_session_plugin.semantics.unknown_calls import CALLED
from mypy_session_plugin.semantics.world import World, with_none

#: The variable that tells at which `return` a path has left, by its line and column.
LEFT_AT = "left at"


class PhantomBody:
    """The phantom types of one graph's own code."""

    def __init__(self, world: World) -> None:
        self._world = world
        unit = world.unit
        self._signature = signature_of_body(unit) if isinstance(unit, FuncItem) else None
        self._becoming = dict(_becoming_parameters(unit)) if isinstance(unit, FuncDef) and not _is_empty(unit) else {}
        self._names = {name: NameExpr(name) for name in self._becoming}
        self._returns: dict[tuple[int, int], Context] = {}
        self._unsettled = dict(_unsettled_returns(unit, self._signature))
        #: The attributes whose type is a type variable of their class.
        self._generic: dict[MemberExpr, Shape | None] = {}

    @property
    def watched(self) -> frozenset[str]:
        """Variables of this analysis that must be kept to the end of the function."""
        promised = (self._signature.returns, self._signature.yields) if self._signature is not None else ()
        named = frozenset(name for type_ in promised for name in sessions_named(declared_of(type_)))
        named = named.union(self._unsettled.values())
        return named.union({LEFT_AT, *map(_kept, self._becoming)}) if self._becoming else named

    def declarations(self) -> None:
        """Let the rules see what is wrong with the function's own signature."""
        unit = self._world.unit
        for code, text in weakened(unit, self._world.options.strict) if isinstance(unit, FuncDef) else ():
            self._world.listener(DeclarationEvent(unit, text, code), Store())

    def parameters(self, store: Store, owner: Value) -> None:
        """Let each parameter that has no value yet hold what its type says."""
        unit = self._world.unit
        if not isinstance(unit, FuncItem):
            return
        for argument, (variable, declared) in zip(unit.arguments, parameters_of(unit), strict=True):
            if declared is None or variable.name in store.variables or variable.is_self or variable.is_cls:
                continue
            shape, said = self._world.shapes.of(declared), declared_of(declared)
            if said is not None and said.states is not None:
                shape = _with_declared(shape, said)
            if argument.kind in (ARG_STAR, ARG_STAR2):
                shape = Collection("tuple" if argument.kind is ARG_STAR else "dict", shape)
            session = owner if said is None or said.session is None else self._named(store, said.session)
            maker = Maker(store, "parameter", Origin(0, "declared"), session)
            value = maker.value(shape, variable.name, variable.name)
            promised_loads.declare(store, value, declared)
            store.variables[variable.name] = with_none(value, declared)
        for name in self._becoming:
            store.variables[_kept(name)] = store.value(name)

    def only_attribute(self, store: Store) -> Value:
        """The only session attribute of the method's class: what the attached parameters of a method belong to."""
        unit = self._world.unit
        if not isinstance(unit, FuncItem) or not unit.info or not unit.arguments:
            return frozenset()
        first = unit.arguments[0].variable
        found: dict[str, Shape] = {}
        for base in unit.info.mro if first.is_self else ():
            for name, entry in base.names.items():
                shape = self._world.shapes.of(entry.node.type) if isinstance(entry.node, Var) else None
                if isinstance(shape, SessionShape):
                    found.setdefault(name, shape)
        if len(found) != 1:
            return frozenset()
        ((name, only),) = found.items()
        return self._attribute(store, (first.name, name), only, unit.info)

    def _attribute(self, store: Store, place: tuple[str, str], shape: Shape, owner: TypeInfo) -> Value:
        if place not in store.paths:
            value = store.paths[place] = self._world.path_symbol(store, place, shape)
            ownership.declare_attribute_of(self._world, store, value, owner, place[1])
            constructors.note_given(self._world, store, value, owner, place[1])
        return store.paths[place]

    def _named(self, store: Store, place: str) -> Value:
        """The session at the place that `In` names: a parameter, or an attribute of `self`."""
        name, _, attribute = place.partition(".")
        unit = self._world.unit
        if not attribute:
            return store.variables.get(name, frozenset())
        if "." in attribute or not isinstance(unit, FuncItem) or not unit.info:
            return frozenset()
        entry = unit.info.get(attribute)
        shape = self._world.shapes.of(entry.node.type) if entry is not None and isinstance(entry.node, Var) else None
        if not isinstance(shape, SessionShape):
            return frozenset()
        return self._attribute(store, (name, attribute), shape, unit.info)

    def _given(self, store: Store, place: str) -> Value:
        """The session at the place that `In` names, if that is what the caller has put there."""
        value = self._named(store, place)
        return value if "." in place or all(is_parameter(atom) for atom in value) else frozenset()

    def stored_name(self, instruction: StoreName, value: Value, store: Store) -> Value:
        """What a variable holds after an assignment."""
        node = instruction.node
        variable = node.node if isinstance(node, NameExpr) else None
        if not isinstance(variable, Var) or not is_declared(variable) or variable.is_argument:
            return value
        return self._assigned(instruction, written_name(instruction.variable), variable.type, value, store)

    def read_attribute(self, node: Context, shape: Shape, place: tuple[str, ...] | None, store: Store) -> Shape:
        """The shape of an attribute that is read: in the states that its declaration says.

        It says so of what the attribute held at first; once unknown code was given its owner, that may be another.  An
        attribute whose type mypy has inferred has no declaration, though the type may have an alias in it.
        """
        if place is not None and any(_was_called(site) for site in store.epoch(place)):
            return without_states(shape)
        written = self._of_its_object(node) if isinstance(node, MemberExpr) else None
        if written is not None:
            return written
        return shape if isinstance(node, MemberExpr) and self._declares(node) else without_states(shape)

    def _of_its_object(self, node: MemberExpr) -> Shape | None:
        """The shape of an attribute that a type variable of its class stands for; None for every other one."""
        if not self._world.types.has_phantom_types:
            return None
        if node not in self._generic:
            written = attribute_as_written(self._world.types, node)
            is_generic = has_phantom_type(written) and not has_phantom_type(self._world.type(node))
            self._generic[node] = self._world.shapes.of(written) if is_generic else None
        return self._generic[node]

    def _declares(self, node: MemberExpr) -> bool:
        info = info_of(self._world.type(node.expr))
        entry = info.get(node.name) if info is not None else None
        definition = entry.node if entry is not None else None
        return not isinstance(definition, Var) or is_declared(definition)

    def stored_attribute(self, instruction: StoreAttribute, value: Value, store: Store) -> Value:
        """What an attribute holds after an assignment."""
        node = instruction.node
        if not isinstance(node, MemberExpr):
            return value
        declared = attribute_as_written(self._world.types, node)
        if declared is None or not has_phantom_type(declared):
            return value
        return self._assigned(instruction, _attribute_text(node), declared, value, store)

    def stored_item(self, instruction: StoreItem, value: Value, store: Store) -> Value:
        """What a container gets where an element is assigned, its type saying what these are."""
        node = instruction.node
        if not isinstance(node, IndexExpr):
            return value
        container = self._world.type(node.base)
        declared = declared_of(container)
        if container is not None and declared is not None and declared.elements is not None:
            text = f'"{_text(node.base)}" is declared as {text_of_type(container)}'
            statement = instruction.statement or node
            show(self._world, store, declared.elements, value, Position(statement, _written(statement, node), text))
            return NOTHING_KNOWN if is_broken(store, declared.elements, value) else value
        return value

    def _assigned(
        self, instruction: StoreName | StoreAttribute, name: str, type_: Type | None, value: Value, store: Store
    ) -> Value:
        declared, statement = declared_of(type_), instruction.statement
        if type_ is None or statement is None:
            return value
        written = _written(statement, instruction.node)
        callable_terms.compare(self._world, type_, written, statement, f'who calls "{name}"')
        text = f'"{name}" is declared as {text_of_type(type_)}'
        promised_loads.arrive(self._world, store, type_, value, (statement, written, text))
        if declared is None and not demanded(type_):
            return value
        ownership.arrive(self._world, store, type_, value, (statement, written, text))
        if declared is None:
            return value
        show(self._world, store, declared, value, Position(statement, written, text))
        return trusted(self._world, store, declared, type_, value, instruction.node)

    def returned(self, instruction: Return, store: Store) -> None:
        """A value is given back."""
        if self._becoming:
            position = (instruction.node.line, instruction.node.column)
            self._returns[position] = instruction.node
            store.variables[LEFT_AT] = constant(position)
        statement = instruction.node
        expression = statement.expr if isinstance(statement, ReturnStmt) else None
        if self._signature is None or instruction.value is None or expression is None:
            return
        value = store.value(instruction.value)
        self._promised(self._signature.returns, "return", value, statement, expression, store)
        if statement in self._unsettled:
            store.variables[self._unsettled[statement]] = value

    def yielded(self, instruction: Yield, store: Store) -> None:
        """A value, or each element of what is delegated to, is given to whoever iterates."""
        node, value = instruction.node, store.value(instruction.value)
        expression = node.expr if isinstance(node, (YieldExpr, YieldFromExpr)) else None
        if self._signature is None or expression is None:
            return
        is_element = isinstance(node, YieldFromExpr)
        self._promised(self._signature.yields, "yield", value, node, expression, store, is_element)

    def _promised(
        self,
        type_: Type | None,
        verb: str,
        value: Value,
        node: Context,
        expression: Context,
        store: Store,
        is_element: bool = False,
    ) -> None:
        declared = declared_of(type_)
        if type_ is None or self._signature is None:
            return
        callable_terms.compare(self._world, type_, expression, node, f"who calls what {self._signature.name} returns")
        text = self._text(verb, type_)
        promised_loads.arrive(self._world, store, type_, value, (node, expression, text))
        if declared is None and not demanded(type_):
            return
        ownership.arrive(self._world, store, type_, value, (node, expression, text))
        if declared is not None:
            position = Position(node, expression, text, is_element)
            show(self._world, store, declared, value, position)
            show_owner(self._world, store, declared, value, partial(self._given, store), position)

    def _text(self, verb: str, type_: Type) -> str:
        name = self._signature.name if self._signature is not None else "it"
        return f"{name} is declared to {verb} {text_of_type(type_)}"

    def leave(self, store: Store) -> None:
        """The function is left without an exception: what is promised to the caller must hold by now."""
        self._settle(store)
        unit = self._world.unit
        if not isinstance(unit, FuncDef) or self._signature is None:
            return
        for name, (declared, type_) in self._becoming.items():
            node = self._left_at(unit, store)
            value = store.value(_kept(name))
            text = f"{self._signature.name} promises {text_of_type(type_)}"
            event = PositionEvent(node, self._names[name], text, value, declared.after or frozenset(), at_end=True)
            self._world.listener(event, store)

    def _settle(self, store: Store) -> None:
        """What stands around a `return` may bring what it gives back into the state that is promised: a session's end.

        A return that the rules have found right, or find right now, is right.
        """
        type_ = self._signature.returns if self._signature is not None and self._unsettled else None
        declared = declared_of(type_)
        for statement, name in self._unsettled.items():
            value = store.variables.get(name)
            if value is not None and type_ is not None and declared is not None and statement.expr is not None:
                position = Position(statement, statement.expr, self._text("return", type_))
                show(self._world, store, declared, value, position)

    def _left_at(self, unit: FuncDef, store: Store) -> Context:
        """The `return` by which a path left, or the last statement of the body."""
        atoms = store.variables.get(LEFT_AT, frozenset())
        only = next(iter(atoms)) if len(atoms) == 1 else None
        if isinstance(only, Constant) and isinstance(only.value, tuple):
            return self._returns[only.value]
        return unit.body.body[-1]


def _unsettled_returns(unit: object, signature: BodySignature | None) -> Iterator[tuple[ReturnStmt, str]]:
    """The `return`s of instances after which code still runs, each with the variable that keeps what it gives back."""
    if not isinstance(unit, FuncDef) or signature is None or declared_of(signature.returns) is None:
        return
    for block in descendants(unit.body, into_functions=False):
        if isinstance(block, WithStmt) or (isinstance(block, TryStmt) and block.finally_body is not None):
            for node in descendants(block, into_functions=False):
                if isinstance(node, ReturnStmt):
                    yield node, f"returned at {node.line}:{node.column}"


def _was_called(site: object) -> bool:
    return isinstance(site, tuple) and site[:1] == (CALLED,)


def _with_declared(shape: Shape, declared: Declared) -> Shape:
    if isinstance(shape, Entity) and shape.states is None and declared.states is not None:
        return with_states(shape, declared.states)
    return shape


def _kept(name: str) -> str:
    return f"given as {name}"


def _becoming_parameters(unit: FuncDef) -> list[tuple[str, tuple[Declared, Type]]]:
    found = []
    for argument, (variable, type_) in zip(unit.arguments, parameters_of(unit), strict=True):
        declared = declared_of(type_)
        if type_ is None or declared is None or argument.kind in (ARG_STAR, ARG_STAR2):
            continue
        if declared.after is not None:
            found.append((variable.name, (declared, type_)))
    return found


def _is_empty(unit: FuncDef) -> bool:
    """Whether the body is a placeholder: of an abstract method, a protocol, or what is not written yet."""
    return unit.abstract_status != 0 or all(_is_placeholder(statement) for statement in unit.body.body)


def _is_placeholder(statement: Statement) -> bool:
    if isinstance(statement, ExpressionStmt):
        return isinstance(statement.expr, StrExpr) or type(statement.expr).__name__ == "EllipsisExpr"
    return isinstance(statement, (PassStmt, RaiseStmt))


def _written(statement: Context, otherwise: Context) -> Context:
    """The syntax of the value that a statement assigns."""
    value = getattr(statement, "rvalue", None)
    targets = getattr(statement, "lvalues", None)
    if isinstance(value, Context) and (targets is None or targets[0] is otherwise):
        return value
    found = getattr(statement, "value", None)
    return found if isinstance(found, Context) else otherwise


def _text(node: Context) -> str:
    if isinstance(node, NameExpr):
        return node.name
    return _attribute_text(node) if isinstance(node, MemberExpr) else "the container"


def _attribute_text(node: MemberExpr) -> str:
    return f"{_text(node.expr)}.{node.name}"
