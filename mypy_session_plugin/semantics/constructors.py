"""What constructors of the checked code keep on the object: which attribute holds which argument."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    AssignmentStmt,
    CallExpr,
    Context,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    Node,
    TypeInfo,
    Var,
    WithStmt,
)
from mypy.types import Type

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Value
from mypy_session_plugin.flow.syntax import assignments, descendants
from mypy_session_plugin.mypy_compat.types import class_named_by
from mypy_session_plugin.semantics.bodies import is_here
from mypy_session_plugin.semantics.filled_in import filled_in
from mypy_session_plugin.semantics.identities import note_attribute, note_likeness
from mypy_session_plugin.semantics.world import World


def method_here(world: World, info: TypeInfo, name: str) -> FuncDef | None:
    """A method, undecorated, whose body stands in the module that is checked."""
    entry = info.get(name)
    node = entry.node if entry is not None else None
    return node if isinstance(node, FuncDef) and is_here(world, node) and node.arguments else None


def parameter_for(constructor: FuncDef, call: CallExpr, position: int) -> Var | None:
    """The parameter of a constructor that takes the argument at a position of the call."""
    kind, name = call.arg_kinds[position], call.arg_names[position]
    variables = [argument.variable for argument in constructor.arguments]
    if kind == ARG_NAMED:
        return next((variable for variable in variables if variable.name == name), None)
    certain = all(item == ARG_POS for item in call.arg_kinds[: position + 1])
    return variables[position + 1] if certain and position + 1 < len(variables) else None


def kept_as(constructor: FuncDef, parameter: Var) -> Iterator[str]:
    """The attributes of `self` to which a constructor assigns its parameter."""
    own = constructor.arguments[0].variable
    for node in descendants(constructor.body, into_functions=False):
        if isinstance(node, AssignmentStmt) and isinstance(node.rvalue, NameExpr) and node.rvalue.node is parameter:
            for target in node.lvalues:
                if isinstance(target, MemberExpr) and isinstance(target.expr, NameExpr) and target.expr.node is own:
                    yield target.name


def is_rebound(world: World, info: TypeInfo, attribute: str) -> bool:
    """Whether a method other than the constructor assigns the attribute: a thread may give itself its own session."""
    return any(
        _values_of(world, method, attribute)
        for base in info.mro
        for name, entry in base.names.items()
        if name not in ("__init__", "__new__") and (method := _function(world, entry.node)) is not None
    )


def is_made_by_constructor(world: World, info: TypeInfo, attribute: str) -> bool:
    """Whether the constructor calls something for what it assigns to the attribute, and is not given it."""
    entry = info.get("__init__")
    method = _function(world, entry.node) if entry is not None else None
    values = _values_of(world, method, attribute) if method is not None else []
    return bool(values) and all(isinstance(value, CallExpr) for value in values)


def note_given(world: World, store: Store, value: Value, info: TypeInfo, attribute: str) -> None:
    """A session in an attribute of `self` is the argument that the constructor was given."""
    parameter = given_as(world, info, attribute)
    if parameter is not None:
        note_attribute(store, value, parameter)
        if is_filled_in(world, info, parameter):
            note_likeness(store, value)


def given_as(world: World, info: TypeInfo, attribute: str) -> str | None:
    """The parameter from which the constructor, and nothing else in the class, assigns the attribute."""
    entry = info.get("__init__")
    method = _function(world, entry.node) if entry is not None else None
    values = _values_of(world, method, attribute) if method is not None else []
    if method is None or len(values) != 1 or is_rebound(world, info, attribute):
        return None
    value = values[0]
    parameters = {argument.variable for argument in method.arguments[1:]}
    if not isinstance(value, NameExpr) or value.node not in parameters:
        return None
    return None if _is_assigned(method, value.node) else value.name


def is_filled_in(world: World, info: TypeInfo, parameter: str) -> bool:
    """Whether a framework gives the constructor the argument for a parameter."""
    entry = info.get("__init__")
    method = _function(world, entry.node) if entry is not None else None
    return method is not None and parameter in filled_in(method)


def _is_assigned(method: FuncDef, variable: object) -> bool:
    """Whether a function assigns one of its parameters."""
    return any(target is variable for target, _value in assignments(descendants(method.body, into_functions=True)))


def is_given_to_object(world: World, place: tuple[str, ...]) -> bool:
    """Whether a place is an attribute of the method's own object that its constructor sets from a parameter."""
    unit = world.unit
    if len(place) != 2 or not isinstance(unit, FuncDef) or not unit.info or not unit.arguments:
        return False
    return place[0] == unit.arguments[0].variable.name and given_as(world, unit.info, place[1]) is not None


def is_made_by_object(world: World, session: ObjectId) -> bool:
    """Whether the object itself has made the session in its attribute: its owner is not outside."""
    place = session.site[0] if session.kind == "path" and isinstance(session.site, tuple) else None
    unit = world.unit
    if not isinstance(place, tuple) or len(place) != 2 or not isinstance(unit, FuncDef) or not unit.info:
        return False
    is_own = bool(unit.arguments) and unit.arguments[0].variable.name == place[0]
    return is_own and is_made_by_constructor(world, unit.info, place[1])


def _function(world: World, node: object) -> FuncDef | None:
    node = node.func if isinstance(node, Decorator) else node
    return node if isinstance(node, FuncDef) and is_here(world, node) and node.arguments else None


def _values_of(world: World, method: FuncDef, attribute: str) -> Sequence[Expression | None]:
    """What a method assigns to an attribute of its object; None for what is no plain assignment."""
    known = world.own.assigned.get(method)
    if known is None:
        known = world.own.assigned[method] = _assigned_by(method)
    return known.get(attribute, ())


def _assigned_by(method: FuncDef) -> dict[str, list[Expression | None]]:
    """What a method assigns to each attribute of its object."""
    own = method.arguments[0].variable
    found: dict[str, list[Expression | None]] = {}
    for node in descendants(method.body, into_functions=True):
        targets: list[Node] = []
        if isinstance(node, AssignmentStmt):
            targets = list(node.lvalues)
        elif isinstance(node, WithStmt):
            targets = [target for target in node.target if target is not None]
        for target in targets:
            for part in descendants(target, into_functions=False):
                if isinstance(part, MemberExpr) and isinstance(part.expr, NameExpr) and part.expr.node is own:
                    plain = isinstance(node, AssignmentStmt) and part is target
                    value = node.rvalue if plain and isinstance(node, AssignmentStmt) else None
                    found.setdefault(part.name, []).append(value)
    return found


def kept_argument(world: World, holder: Context, attribute: str) -> Expression | None:
    """What an attribute of a local object was constructed with; None where that is not certain.

    The object is what a call makes there, or a variable that is assigned once in the function, and so are those that
    the call is given.
    """
    call = holder if isinstance(holder, CallExpr) else only_value(world, holder)
    info = class_named_by(world.type(call.callee)) if isinstance(call, CallExpr) else None
    constructor = method_here(world, info, "__init__") if info is not None else None
    if constructor is None or not isinstance(call, CallExpr):
        return None
    for position, argument in enumerate(call.args):
        parameter = parameter_for(constructor, call, position)
        if parameter is not None and attribute in kept_as(constructor, parameter):
            return argument if isinstance(argument, NameExpr) and len(_assigned(world, argument.node)) <= 1 else None
    return None


def kept_arguments(world: World, info: TypeInfo, call: CallExpr) -> Iterator[tuple[Expression, Type | None]]:
    """The arguments that a new object of a class certainly keeps, each with the type of the parameter that takes it.

    Those that the constructor, in this module, assigns to attributes as they are; of a dataclass, its fields.
    """
    constructor = method_here(world, info, "__init__")
    fields = _fields(info)
    for position, argument in enumerate(call.args):
        if fields:
            is_placed = all(kind == ARG_POS for kind in call.arg_kinds[: position + 1]) and position < len(fields)
            name = call.arg_names[position] or (list(fields)[position] if is_placed else "")
            if fields.get(name) is not None:
                yield argument, fields[name]
        elif constructor is not None:
            parameter = parameter_for(constructor, call, position)
            if parameter is not None and any(kept_as(constructor, parameter)):
                yield argument, parameter.type


def _fields(info: TypeInfo) -> dict[str, Type | None]:
    """The parameters of the constructor that mypy makes for a dataclass: the types of its fields, None of others.

    That constructor comes from the cache without a body, the fields with their names.
    """
    entry = info.get("__init__")
    if entry is None or not entry.plugin_generated:
        return {}
    found: dict[str, Type | None] = {}
    for field in info.metadata.get("dataclass", {}).get("attributes", ()):
        variable = info.get(field["name"])
        node = variable.node if variable is not None else None
        if field["is_in_init"]:
            found[field["name"]] = node.type if isinstance(node, Var) and not field["is_init_var"] else None
    return found


def only_value(world: World, name: Context) -> Expression | None:
    """What a variable is assigned in the code that is analysed, where that is one value."""
    values = _assigned(world, name.node) if isinstance(name, NameExpr) else []
    return values[0] if len(values) == 1 else None


def _assigned(world: World, variable: object) -> list[Expression | None]:
    """What the code that is analysed assigns to a variable; None for what is no plain assignment."""
    return [value for target, value in assignments(world.nodes) if target is variable]
