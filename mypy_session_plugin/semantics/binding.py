"""A call of a stubbed function: which overload, which argument goes to which parameter, what its type variables are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mypy.nodes import Expression
from mypy.types import CallableType, Instance, TupleType, Type, UnpackType, get_proper_type

from mypy_session_plugin.facts.effects import PHANTOM_PACKAGE, FunctionStub, Parameter, ParameterKind, TypeExpression
from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.facts.values import Constant, Value
from mypy_session_plugin.flow.graph import Argument, ArgumentKind
from mypy_session_plugin.mypy_compat.types import info_of, is_any, is_none, union_items
from mypy_session_plugin.semantics.exports import canonical_name
from mypy_session_plugin.semantics.shapes import UNSEEN, Row, Shape, Shapes, without_states
from mypy_session_plugin.semantics.statement_roots import (
    EXECUTABLE,
    STATEMENT_PACKAGES,
    STATEMENTS,
    selected,
    statement_class,
)
from mypy_session_plugin.semantics.stub_vocabulary import EFFECTS_MODULE

POSITIONAL = (ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL_OR_KEYWORD)
#: What a coroutine function gives.
AWAITABLES = frozenset({"typing.Awaitable", "typing.Coroutine"})
#: Generic classes whose type arguments are the columns of a row, one by one on SQLAlchemy 2.1, as one tuple on 2.0.
ROW_CLASSES = frozenset({"sqlalchemy.engine.result.Result", "sqlalchemy.ext.asyncio.result.AsyncResult"}) | STATEMENTS


@dataclass(frozen=True, slots=True)
class Given:
    """One argument with the parameter that takes it, its value, and its type as mypy inferred it."""

    parameter: Parameter
    argument: Argument
    value: Value
    type: Type | None


@dataclass(slots=True)
class BoundCall:
    """A call matched with a stub; `bindings` are the shapes of the stub's type variables."""

    stub: FunctionStub
    given: list[Given]
    bindings: dict[str, Shape] = field(default_factory=dict)

    def argument(self, name: str) -> Given | None:
        """The argument given to the parameter of that name."""
        return next((given for given in self.given if given.parameter.name == name), None)


def is_phantom(expression: TypeExpression) -> str | None:
    """The short name of a phantom type or of an alias that only stubs use; None for every other annotation."""
    module, _, name = expression.name.rpartition(".")
    return name if module in (PHANTOM_PACKAGE, EFFECTS_MODULE) else None


def assign_arguments(
    parameters: Sequence[Parameter], arguments: Iterable[Argument]
) -> list[tuple[Parameter, Argument]] | None:
    """Which parameter takes which argument, by Python's rules; None if the arguments do not fit."""
    positional = [item for item in parameters if item.kind in POSITIONAL]
    rest = next((item for item in parameters if item.kind is ParameterKind.VAR_POSITIONAL), None)
    keywords = next((item for item in parameters if item.kind is ParameterKind.VAR_KEYWORD), None)
    by_name = {item.name: item for item in parameters if item.kind is not ParameterKind.POSITIONAL_ONLY}
    assigned: list[tuple[Parameter, Argument]] = []
    spread = False
    for argument in arguments:
        target: Parameter | None
        match argument.kind:
            case ArgumentKind.POSITIONAL:
                target = positional.pop(0) if positional else rest
            case ArgumentKind.STAR:
                target, spread = rest or (positional[0] if positional else None), True
            case ArgumentKind.NAMED:
                target = by_name.get(argument.name or "", keywords)
            case _:
                target, spread = keywords, True
                if target is None:
                    continue
        if target is None:
            # A keyword that the partial stub leaves out has no effect of its own.
            if argument.kind is ArgumentKind.NAMED:
                continue
            return None
        assigned.append((target, argument))
    taken = {id(parameter) for parameter, _argument in assigned}
    required = [item for item in parameters if not item.has_default and item is not rest and item is not keywords]
    return assigned if spread or all(id(item) in taken for item in required) else None


class Binder:
    """Matches calls with stubs; asks the types only through `Shapes` and `type_of`, the type of an expression."""

    def __init__(self, shapes: Shapes, type_of: Callable[[Expression], Type | None]) -> None:
        self._shapes = shapes
        self._type_of = type_of

    def bind(
        self,
        overloads: Sequence[FunctionStub],
        arguments: Sequence[tuple[Argument, Value, Type | None]],
        result: Type | None,
        bindings: dict[str, Shape],
    ) -> BoundCall | None:
        """The first overload that the arguments fit, with its type variables bound; None if none fits."""
        lookup = {id(argument): (value, type_) for argument, value, type_ in arguments}
        for stub in overloads:
            assigned = assign_arguments(stub.parameters, [argument for argument, _value, _type in arguments])
            if assigned is None:
                continue
            given = [Given(parameter, argument, *lookup[id(argument)]) for parameter, argument in assigned]
            if not all(self._takes(item, len(overloads) > 1) for item in given):
                continue
            call = BoundCall(stub, given, dict(bindings))
            for item in given:
                if _is_vague_statement(item.type) or self._is_made_vaguely(item):
                    self._bind_selected(item, call.bindings)
                self.unify(item.parameter.annotation, item.type, call.bindings)
            if not is_any(result):
                self.unify(stub.returns, result, call.bindings)
            return call
        return None

    def _takes(self, given: Given, chosen: bool) -> bool:
        """Whether a parameter of this annotation may take the argument; unknown types may go anywhere.

        `chosen`: the classes of the arguments choose among overloads.
        """
        annotation = given.parameter.annotation
        if self._is_made_vaguely(given):
            made = statement_class(given.argument.node, self._type_of)
            parts = annotation.arguments if annotation.name == "Union" else (annotation,)
            return bool({made, EXECUTABLE} & {canonical_name(part.name) for part in parts})
        return _accepts(annotation, given.value, given.type) and (not chosen or _fits(annotation, given.type))

    def _is_made_vaguely(self, given: Given) -> bool:
        """Whether a statement has the type Any although its text says what it is: `db.select(User)`."""
        is_statement = any(
            part.name.startswith(STATEMENT_PACKAGES)
            for part in (given.parameter.annotation, *given.parameter.annotation.arguments)
        )
        return is_statement and is_any(given.type) and bool(statement_class(given.argument.node, self._type_of))

    def _bind_selected(self, given: Given, bindings: dict[str, Shape]) -> None:
        """The entities of a `select(...)` that is written as the argument itself.

        mypy infers such an argument by the overloads of the method it is given to, and on SQLAlchemy 2.1 gives up:
        `session.scalar(select(User))` has the type `Any | None` there.
        """
        entities = selected(given.argument.node, self._type_of)
        shapes = tuple(self._shapes.of_entity_argument(self._type_of(entity)) for entity in entities)
        annotation = given.parameter.annotation
        if not shapes or UNSEEN in shapes or not annotation.arguments:
            return
        inner = annotation.arguments[0]
        if _is_type_variable(inner):
            bindings.setdefault(inner.name, Row(shapes))
        elif inner.arguments and _is_type_variable(inner.arguments[0]):
            bindings.setdefault(inner.arguments[0].name, shapes[0])

    def unify(self, expression: TypeExpression, type_: Type | None, bindings: dict[str, Shape]) -> None:
        """Bind the type variables of an annotation to what a type has in their places; the first binding stays."""
        if type_ is None or is_any(type_):
            return
        if expression.name == "Union":
            self._unify_union(expression, type_, bindings)
        elif is_phantom(expression):
            self.unify(expression.arguments[0], type_, bindings)
        elif expression.name == "builtins.type":
            shape = self._shapes.of_entity_argument(type_)
            if expression.arguments and shape != UNSEEN:
                bindings.setdefault(expression.arguments[0].name, shape)
        elif _is_type_variable(expression):
            shape = without_states(self._shapes.of(type_))
            if bindings.get(expression.name, UNSEEN) == UNSEEN:
                bindings[expression.name] = shape
        elif expression.arguments:
            self._unify_arguments(expression, type_, bindings)

    def _unify_union(self, expression: TypeExpression, type_: Type, bindings: dict[str, Shape]) -> None:
        items = [item for item in union_items(type_) if not is_none(item)]
        for part in expression.arguments:
            if part.name != "None" and len(items) == 1:
                self.unify(part, items[0], bindings)

    def _unify_arguments(self, expression: TypeExpression, type_: Type, bindings: dict[str, Shape]) -> None:
        proper = get_proper_type(type_)
        if expression.name == "builtins.tuple" and not isinstance(proper, TupleType):
            self.unify(expression.arguments[0], type_, bindings)
        elif isinstance(proper, TupleType):
            for part, item in zip(expression.arguments, proper.items, strict=False):
                self.unify(part, item, bindings)
        elif isinstance(proper, Instance):
            name = canonical_name(expression.name)
            if name in ROW_CLASSES and _variable_inside(expression.arguments[0]) is not None:
                self._unify_row(_variable_inside(expression.arguments[0]), proper, bindings)
                return
            for part, argument in zip(expression.arguments, proper.args, strict=False):
                self.unify(part, argument, bindings)

    def _unify_row(self, name: str | None, type_: Instance, bindings: dict[str, Shape]) -> None:
        shapes = [self._shapes.of(argument) for argument in type_.args]
        row = shapes[0] if len(shapes) == 1 and isinstance(shapes[0], Row) else Row(tuple(shapes))
        if name is not None and UNSEEN not in row.items:
            bindings.setdefault(name, row)


def _is_vague_statement(type_: Type | None) -> bool:
    proper = None if type_ is None else get_proper_type(type_)
    if not isinstance(proper, Instance) or proper.type.fullname not in STATEMENTS:
        return False
    return any(isinstance(argument, UnpackType) or is_any(argument) for argument in proper.args)


def _fits(expression: TypeExpression, type_: Type | None) -> bool:
    """Whether a type is of the library's class that an annotation names, or a function that gives an awaitable."""
    if is_any(type_):
        return True
    if expression.name == "Union":
        return any(_fits(part, type_) for part in expression.arguments)
    if is_phantom(expression) and expression.arguments:
        return _fits(expression.arguments[0], type_)
    if expression.name == "typing.Callable":
        return expression.arguments[-1].name not in AWAITABLES or _is_asynchronous(type_)
    if expression.name == "None":
        return type_ is not None and is_none(type_)
    if expression.name.startswith(("typing.", "builtins.")) or "." not in expression.name:
        return True
    info = info_of(type_)
    return info is not None and any(canonical_name(base.fullname) == expression.name for base in info.mro)


def _is_asynchronous(type_: Type | None) -> bool:
    """Whether a function of this type makes a coroutine; a partial, if its function does."""
    proper = None if type_ is None else get_proper_type(type_)
    if isinstance(proper, CallableType):
        result = info_of(proper.ret_type)
    elif isinstance(proper, Instance) and proper.type.fullname == "functools.partial":
        result = info_of(proper.args[0])
    else:
        return False
    return result is not None and any(base.fullname in AWAITABLES for base in result.mro)


def _is_type_variable(expression: TypeExpression) -> bool:
    return "." not in expression.name and expression.name not in ("None", "Union", "Literal", "...")


def _variable_inside(expression: TypeExpression) -> str | None:
    """The type variable that an annotation is, perhaps inside a phantom type: `Persistent[Rows]`."""
    if is_phantom(expression):
        return _variable_inside(expression.arguments[0])
    return expression.name if _is_type_variable(expression) else None


def _accepts(expression: TypeExpression, value: Value, type_: Type | None) -> bool:
    """Whether a parameter of this annotation may take the argument; unknown types may go anywhere."""
    if expression.name == "Literal":
        literals = [atom.value for atom in value if isinstance(atom, Constant)]
        return len(literals) == len(value) == 1 and any(literals[0] is given for given in expression.values)
    if expression.name == "None":
        return type_ is not None and is_none(type_)
    if expression.name == "Union":
        return any(_accepts(part, value, type_) for part in expression.arguments)
    if is_any(type_) or type_ is None:
        # A statement of unknown type may be any of those that the overloads tell apart.
        return not expression.name.startswith(STATEMENT_PACKAGES) or canonical_name(expression.name) == EXECUTABLE
    if expression.name == "builtins.type":
        return not isinstance(get_proper_type(type_), Instance) or info_of(type_) is None
    if expression.name.startswith(("sqlalchemy.", "sqlmodel.")):
        info = info_of(type_)
        return info is not None and any(
            canonical_name(base.fullname) == canonical_name(expression.name) for base in info.mro
        )
    return True
