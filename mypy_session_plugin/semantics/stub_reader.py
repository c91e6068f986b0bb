"""Reads session stubs: `.pyi` files that say in phantom types and effect decorators what library calls do.

A stub is an overlay, not a stub of the type system: it is read as text, is never on mypy's path and names only what
has a meaning for sessions.  The reader is strict, because a silently ignored line would silence the reports that
rest on it: whatever is not in its grammar is a `StubError` with file and line.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from mypy_session_plugin.facts.effects import (
    ClassStub,
    Effect,
    FunctionStub,
    ModuleStub,
    Parameter,
    ParameterKind,
    Reference,
    TypeExpression,
)
from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.semantics.stub_annotations import read_annotation
from mypy_session_plugin.semantics.stub_effects import read_class_decorators, read_effect
from mypy_session_plugin.semantics.stub_names import TYPE_VARIABLE_MAKERS, Scope, StubError, did_you_mean
from mypy_session_plugin.semantics.stub_references import read_reference
from mypy_session_plugin.semantics.stub_vocabulary import DECORATORS

__all__ = ["StubError", "read_stub"]

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_PLAIN_DECORATORS = {
    "builtins.classmethod": "classmethod",
    "builtins.property": "property",
    "builtins.staticmethod": "staticmethod",
    "typing.overload": "overload",
}
#: Decorators that a function may have several times, each with an effect of its own.
REPEATED = ("exhausts", "moves", "through")
#: Decorators that name a parameter of the function.
NAMING = ("calls", "enters", "exhausts", "keeps", "puts")
_ERROR_TEXT = re.compile(r"[A-Z]\w*(\.\w+)*: [^\n]+")


def read_stub(path: Path, module: str) -> ModuleStub:
    """Read one stub file.

    Args:
        path: The `.pyi` file.
        module: The full name of the module that it describes.

    Raises:
        StubError: The file cannot be read, or something in it is not in the grammar of session stubs.
    """
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except SyntaxError as error:
        raise StubError(path, error.lineno or 1, f"bad syntax: {error.msg}") from None
    except (OSError, ValueError) as error:
        raise StubError(path, 1, f"cannot be read: {error}") from None
    scope = Scope(path, module, is_package=path.name == "__init__.pyi")
    _define_names(tree, scope)
    classes: dict[str, ClassStub] = {}
    functions: dict[str, tuple[FunctionStub, ...]] = {}
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            if statement.name in classes:
                raise scope.error(statement, f'class "{statement.name}" is defined twice')
            classes[statement.name] = _read_class(statement, scope)
        elif isinstance(statement, _FunctionNode):
            _add_function(functions, statement, scope, in_class=False)
    return ModuleStub(module, classes, *_parted(functions))


def _define_names(tree: ast.Module, scope: Scope) -> None:
    for statement in tree.body:
        match statement:
            case ast.Import():
                scope.add_import(statement)
            case ast.ImportFrom():
                scope.add_import_from(statement)
            case ast.ClassDef(name=name):
                scope.add_class(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=maker)):
                if scope.resolve(maker) not in TYPE_VARIABLE_MAKERS:
                    raise scope.error(statement, "only type variables are assigned in a session stub")
                scope.type_variables.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                raise scope.error(statement, "a session stub has only imports, type variables, classes and functions")


def _read_class(node: ast.ClassDef, scope: Scope) -> ClassStub:
    if node.keywords:
        raise scope.error(node, f'class "{node.name}" has keywords, which session stubs do not use')
    guards, places, serves = read_class_decorators(node, scope)
    generic: tuple[TypeExpression, ...] = ()
    bases = []
    for base in (read_annotation(base, scope) for base in node.bases):
        if base.name in ("typing.Generic", "typing.Protocol"):
            generic = base.arguments
        else:
            bases.append(base)
    methods: dict[str, tuple[FunctionStub, ...]] = {}
    attributes: dict[str, TypeExpression] = {}
    references: dict[str, Reference] = {}
    for statement in node.body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                _add_function(methods, statement, scope, in_class=True)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() | ast.Call() as value):
                references[name] = read_reference(value, scope)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=None):
                attributes[name] = read_annotation(annotation, scope)
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                continue
            case _:
                raise scope.error(statement, "a class in a session stub has only methods and annotated attributes")
        if name in references and (name in methods or name in attributes):
            raise scope.error(statement, f'"{name}" is defined twice')
    variables = [variable.name for variable in generic] or _type_variables(bases, scope)
    described, remarks = _parted(methods)
    name = f"{scope.module}.{node.name}"
    said = (guards, places, serves, remarks)
    return ClassStub(name, tuple(bases), tuple(variables), described, attributes, references, *said)


def _parted(
    functions: dict[str, tuple[FunctionStub, ...]],
) -> tuple[dict[str, tuple[FunctionStub, ...]], dict[str, tuple[FunctionStub, ...]]]:
    """The functions of which a stub says what they do, and those on which it only remarks."""
    remarks = {name: stubs for name, stubs in functions.items() if all(stub.is_remark for stub in stubs)}
    return {name: stubs for name, stubs in functions.items() if name not in remarks}, remarks


def _type_variables(expressions: list[TypeExpression], scope: Scope) -> list[str]:
    """The type variables in bases, in the order of their first use: those of a class without `Generic`."""
    found: dict[str, None] = {}
    for expression in expressions:
        if expression.name in scope.type_variables:
            found[expression.name] = None
        found.update(dict.fromkeys(_type_variables(list(expression.arguments), scope)))
    return list(found)


@dataclass(slots=True)
class _Decorators:
    """The decorators of one function."""

    plain: set[str] = field(default_factory=set)
    effects: list[Effect] = field(default_factory=list)
    error: str | None = None


def _add_function(
    known: dict[str, tuple[FunctionStub, ...]], node: _FunctionNode, scope: Scope, in_class: bool
) -> None:
    decorators = _read_decorators(node, scope)
    earlier = known.get(node.name, ())
    if earlier and "overload" not in decorators.plain:
        raise scope.error(node, f'"{node.name}" is defined twice; use @overload for several signatures')
    _check_body(node, scope)
    parameters = _read_parameters(node, scope, in_class and "staticmethod" not in decorators.plain)
    _check_called_parameter(node, decorators, parameters, scope)
    if node.returns is None:
        raise scope.error(node, f'"{node.name}" has no result type')
    stub = FunctionStub(
        name=node.name,
        parameters=parameters,
        returns=read_annotation(node.returns, scope),
        effects=tuple(decorators.effects),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        is_property="property" in decorators.plain,
        error=decorators.error,
        file=str(scope.path),
        line=node.lineno,
    )
    known[node.name] = (*earlier, stub)


def _read_decorators(node: _FunctionNode, scope: Scope) -> _Decorators:
    result = _Decorators()
    for decorator in node.decorator_list:
        effect = read_effect(decorator, scope)
        if effect is None:
            result.plain.add(_plain_decorator(decorator, scope))
        elif effect.name == "raises":
            if result.error is not None:
                raise scope.error(decorator, f'"{node.name}" has "@raises" twice')
            result.error = _error_text(decorator, str(effect.arguments["text"]), scope)
        elif effect.name not in REPEATED and any(
            (effect.name, effect.when) == (one.name, one.when) for one in result.effects
        ):
            raise scope.error(decorator, f'"{node.name}" has "@{effect.name}" twice')
        else:
            result.effects.append(effect)
    return result


def _plain_decorator(decorator: ast.expr, scope: Scope) -> str:
    name = None if isinstance(decorator, ast.Call) else scope.resolve(decorator)
    if name in _PLAIN_DECORATORS:
        return _PLAIN_DECORATORS[name]
    text = ast.unparse(decorator)
    valid = [*DECORATORS, *_PLAIN_DECORATORS.values()]
    raise scope.error(decorator, f'"@{text}" is no decorator of session stubs{did_you_mean(text, valid)}')


def _error_text(decorator: ast.expr, text: str, scope: Scope) -> str:
    if not _ERROR_TEXT.fullmatch(text):
        raise scope.error(decorator, 'the text of "@raises" is an exception and its message, as in "KeyError: 1"')
    placeholders = set(re.findall(r"{(\w*)}", text)) - {"class"}
    if placeholders:
        raise scope.error(decorator, f'"{{{placeholders.pop()}}}" in "@raises" is unknown; did you mean "{{class}}"?')
    return text


def _check_body(node: _FunctionNode, scope: Scope) -> None:
    for statement in node.body:
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            raise scope.error(statement, f'the body of "{node.name}" is "..." in a session stub')


def _check_called_parameter(
    node: _FunctionNode, decorators: _Decorators, parameters: tuple[Parameter, ...], scope: Scope
) -> None:
    names = [parameter.name for parameter in parameters]
    for effect in decorators.effects:
        called = effect.arguments.get("parameter") if effect.name in NAMING else None
        if called is not None and called not in names:
            raise scope.error(node, f'"{node.name}" has no parameter "{called}"{did_you_mean(str(called), names)}')


def _read_parameters(node: _FunctionNode, scope: Scope, drop_first: bool) -> tuple[Parameter, ...]:
    arguments = node.args
    positional = [
        *((argument, ParameterKind.POSITIONAL_ONLY) for argument in arguments.posonlyargs),
        *((argument, ParameterKind.POSITIONAL_OR_KEYWORD) for argument in arguments.args),
    ]
    without_default = len(positional) - len(arguments.defaults)
    listed = [(argument, kind, index >= without_default) for index, (argument, kind) in enumerate(positional)]
    if drop_first:
        if not listed:
            raise scope.error(node, f'method "{node.name}" has no "self"')
        listed = listed[1:]
    if arguments.vararg:
        listed.append((arguments.vararg, ParameterKind.VAR_POSITIONAL, False))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        listed.append((argument, ParameterKind.KEYWORD_ONLY, default is not None))
    if arguments.kwarg:
        listed.append((arguments.kwarg, ParameterKind.VAR_KEYWORD, False))
    return tuple(_read_parameter(argument, kind, default, scope) for argument, kind, default in listed)


def _read_parameter(argument: ast.arg, kind: ParameterKind, has_default: bool, scope: Scope) -> Parameter:
    if argument.annotation is None:
        raise scope.error(argument, f'parameter "{argument.arg}" has no type')
    return Parameter(argument.arg, kind, read_annotation(argument.annotation, scope), has_default)
