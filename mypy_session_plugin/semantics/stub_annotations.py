"""Annotations of session stubs as `TypeExpression`."""

from __future__ import annotations

import ast

from mypy_session_plugin.facts.effects import PHANTOM_PACKAGE, TypeExpression
from mypy_session_plugin.semantics.stub_names import Scope, did_you_mean
from mypy_session_plugin.semantics.stub_vocabulary import (
    EFFECTS_MODULE,
    ONE_ARGUMENT_ALIASES,
    STUB_ALIASES,
    TWO_ARGUMENT_ALIASES,
)

NONE = TypeExpression("None")
ELLIPSIS = TypeExpression("...")

_ARITY = (
    {f"{PHANTOM_PACKAGE}.{name}": 1 for name in ONE_ARGUMENT_ALIASES}
    | {f"{PHANTOM_PACKAGE}.{name}": 2 for name in TWO_ARGUMENT_ALIASES}
    | {f"{EFFECTS_MODULE}.{name}": 1 for name in STUB_ALIASES}
)
_NAMED_BY_LITERAL = frozenset(f"{PHANTOM_PACKAGE}.{name}" for name in ("In", "Loaded", "Performs"))
_PERFORMED = ("write", "flush", "commit", "rollback", "close")


def read_annotation(node: ast.expr, scope: Scope) -> TypeExpression:
    """The annotation with all its names resolved.

    `X | None`, `Optional[X]` and nested unions become one flat `Union`.  `Callable[[A, B], R]` has the arguments
    `A, B, R`, `Callable[..., R]` has `..., R`.  `Annotated[X, ...]` is `X`.

    Raises `StubError` for an unknown name, a phantom type with the wrong number of arguments, or what is not a type.
    """
    match node:
        case ast.Name() | ast.Attribute():
            return _checked_arity(TypeExpression(scope.resolve(node)), node, scope)
        case ast.Subscript(value=value, slice=arguments):
            return _read_subscript(scope.resolve(value), _items(arguments), node, scope)
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=value) if value is ...:
            return ELLIPSIS
        case ast.Constant(value=str(text)):
            return read_annotation(_parse_string(text, node, scope), scope)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union(read_annotation(left, scope), read_annotation(right, scope))
    raise scope.error(node, f'"{ast.unparse(node)}" is not a type')


def _parse_string(text: str, node: ast.AST, scope: Scope) -> ast.expr:
    try:
        parsed = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise scope.error(node, f'"{text}" is not a type') from None
    for part in ast.walk(parsed):
        ast.copy_location(part, node)
    return parsed


def _items(arguments: ast.expr) -> list[ast.expr]:
    return arguments.elts if isinstance(arguments, ast.Tuple) else [arguments]


def _read_subscript(name: str, arguments: list[ast.expr], node: ast.expr, scope: Scope) -> TypeExpression:
    if name == "typing.Literal":
        return TypeExpression("Literal", values=tuple(_literal_value(argument, scope) for argument in arguments))
    if name == "typing.Annotated":
        return read_annotation(arguments[0], scope)
    if name == "typing.Callable":
        return _read_callable(arguments, node, scope)
    read = tuple(read_annotation(argument, scope) for argument in arguments)
    if name == "typing.Union":
        return _union(*read)
    if name == "typing.Optional":
        return _union(*read, NONE)
    return _checked_arity(TypeExpression(name, read), node, scope)


def _read_callable(arguments: list[ast.expr], node: ast.expr, scope: Scope) -> TypeExpression:
    if len(arguments) != 2:
        raise scope.error(node, "Callable takes a list of parameters and a result")
    parameters, result = arguments
    listed = parameters.elts if isinstance(parameters, ast.List) else [parameters]
    return TypeExpression("typing.Callable", tuple(read_annotation(part, scope) for part in [*listed, result]))


def _literal_value(node: ast.expr, scope: Scope) -> object:
    try:
        value: object = ast.literal_eval(node)
    except ValueError:
        raise scope.error(node, f'"{ast.unparse(node)}" is not a literal value') from None
    return value


def _union(*members: TypeExpression) -> TypeExpression:
    flat: list[TypeExpression] = []
    for member in members:
        for part in member.arguments if member.name == "Union" else (member,):
            if part not in flat:
                flat.append(part)
    return flat[0] if len(flat) == 1 else TypeExpression("Union", tuple(flat))


def _checked_arity(expression: TypeExpression, node: ast.expr, scope: Scope) -> TypeExpression:
    expected = _ARITY.get(expression.name)
    if expected is None:
        return expression
    short_name = expression.name.rpartition(".")[2]
    given = len(expression.arguments)
    if given != expected:
        raise scope.error(node, f'"{short_name}" takes {expected} argument{"s" * (expected > 1)}, not {given}')
    if expression.name in _NAMED_BY_LITERAL:
        _check_literal(short_name, expression.arguments[1], node, scope)
    return expression


def _check_literal(short_name: str, argument: TypeExpression, node: ast.expr, scope: Scope) -> None:
    if argument.name != "Literal" or not all(isinstance(value, str) for value in argument.values):
        raise scope.error(node, f'the second argument of "{short_name}" is a Literal of strings')
    for value in argument.values if short_name == "Performs" else ():
        if value not in _PERFORMED:
            raise scope.error(node, f'"Performs" does not know "{value}"{did_you_mean(str(value), _PERFORMED)}')
