"""Reads one effect decorator of a session stub."""

from __future__ import annotations

import ast

from mypy_session_plugin.facts.effects import Effect, When
from mypy_session_plugin.semantics.stub_names import Scope, did_you_mean
from mypy_session_plugin.semantics.stub_vocabulary import (
    ANY_TEXT,
    CLASS_DECORATORS,
    DECORATORS,
    EFFECTS_MODULE,
    GUARDS,
    DecoratorSignature,
)


def read_effect(decorator: ast.expr, scope: Scope) -> Effect | None:
    """The effect that a decorator says, or None if it is none of `mypy_session_plugin.effects`.

    Raises `StubError` for an argument that the decorator does not take.
    """
    call = decorator if isinstance(decorator, ast.Call) else None
    module, _, name = scope.resolve(call.func if call else decorator).rpartition(".")
    if module != EFFECTS_MODULE or name not in DECORATORS:
        return None
    signature = DECORATORS[name]
    given, when = _read_arguments(name, signature, call, scope) if call else ({}, When.ALWAYS)
    if signature.required and not given:
        raise scope.error(decorator, f'"@{name}" needs {_listing(signature.values)}')
    return Effect(name, given, when)


def read_class_decorators(node: ast.ClassDef, scope: Scope) -> tuple[bool, str, frozenset[str]]:
    """Whether `@guards` stands above a class, its `places`, and the methods that `@serves` names there.

    Raises `StubError` for any other decorator.
    """
    guards, places = False, ""
    served: list[str] = []
    for decorator in node.decorator_list:
        match decorator:
            case ast.Name() | ast.Attribute() if scope.resolve(decorator) == f"{EFFECTS_MODULE}.guards":
                guards = True
            case ast.Call(func=func) if scope.resolve(func) == f"{EFFECTS_MODULE}.guards":
                given, _when = _read_arguments("guards", GUARDS, decorator, scope)
                guards, places = True, str(given.get("places", ""))
            case ast.Call(func=func, args=[_, *_], keywords=[]) if scope.resolve(func) == f"{EFFECTS_MODULE}.serves":
                served.extend(_text(argument, scope) for argument in decorator.args)
            case _:
                text = ast.unparse(decorator)
                raise scope.error(
                    decorator, f'"@{text}" is no decorator of classes{did_you_mean(text, CLASS_DECORATORS)}'
                )
    return guards, places, frozenset(served)


def _text(node: ast.expr, scope: Scope) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise scope.error(node, f'"@serves" takes the names of methods, not "{ast.unparse(node)}"')


def _read_arguments(
    name: str, signature: DecoratorSignature, call: ast.Call, scope: Scope
) -> tuple[dict[str, object], When]:
    """The arguments that a decorator is given, each of which it takes, and on which way its effect occurs."""
    given = _given_arguments(name, signature, call, scope)
    when = _read_when(name, signature, given, call, scope)
    for parameter, value in given.items():
        _check_value(name, parameter, value, signature.values[parameter], call, scope)
    return given, when


def _given_arguments(name: str, signature: DecoratorSignature, call: ast.Call, scope: Scope) -> dict[str, object]:
    if len(call.args) > len(signature.positional):
        raise scope.error(
            call, f'"@{name}" takes {len(signature.positional)} positional arguments, not {len(call.args)}'
        )
    given = {
        parameter: _constant(name, argument, scope)
        for parameter, argument in zip(signature.positional, call.args, strict=False)
    }
    valid = [*signature.values, *(["when"] if signature.when else [])]
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg not in valid:
            wrong = keyword.arg or "**"
            raise scope.error(keyword.value, f'"@{name}" has no argument "{wrong}"{did_you_mean(wrong, valid)}')
        if keyword.arg in given:
            raise scope.error(keyword.value, f'"@{name}" is given "{keyword.arg}" twice')
        given[keyword.arg] = _constant(name, keyword.value, scope)
    return given


def _constant(name: str, node: ast.expr, scope: Scope) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    raise scope.error(node, f'the arguments of "@{name}" are constants, not "{ast.unparse(node)}"')


def _read_when(name: str, signature: DecoratorSignature, given: dict[str, object], node: ast.AST, scope: Scope) -> When:
    if "when" not in given:
        return When.ALWAYS
    value = given.pop("when")
    _check_value(name, "when", value, tuple(when.value for when in signature.when), node, scope)
    return When(value)


def _check_value(
    name: str, parameter: str, value: object, allowed: tuple[object, ...], node: ast.AST, scope: Scope
) -> None:
    if allowed == ANY_TEXT:
        if not isinstance(value, str):
            raise scope.error(node, f'"{parameter}" of "@{name}" is a text, not {value!r}')
    elif not any(value is choice or (value == choice and type(value) is type(choice)) for choice in allowed):
        nearest = did_you_mean(str(value), [choice for choice in allowed if isinstance(choice, str)])
        raise scope.error(
            node, f'"{parameter}" of "@{name}" cannot be {value!r}{nearest or ", only " + _listing(allowed)}'
        )


def _listing(values: object) -> str:
    return " or ".join(repr(value) for value in values) if isinstance(values, (tuple, dict)) else repr(values)
