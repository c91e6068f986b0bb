"""Methods of session stubs that are as those of another class: what one says is written once.

    class AsyncSession:
        add = Session.add
        commit = awaited(Session.commit)
        stream = awaited(Session.execute, gives=AsyncResult)

They are read with their file, and become methods of their class once the library has the other one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from mypy_session_plugin.facts.effects import (
    PHANTOM_PACKAGE,
    ClassStub,
    Effect,
    FunctionStub,
    ModuleStub,
    Reference,
    TypeExpression,
)
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.semantics.stub_annotations import NONE
from mypy_session_plugin.semantics.stub_names import Scope, StubError, did_you_mean
from mypy_session_plugin.semantics.stub_vocabulary import EFFECTS_MODULE, REFERENCES

_LIVE = f"{PHANTOM_PACKAGE}.Live"
_AROUND_RESULTS = (_LIVE, f"{PHANTOM_PACKAGE}.Owned", f"{PHANTOM_PACKAGE}.Persistent")

#: The stub of a class by its full name, or None.
ClassLookup = Callable[[str], ClassStub | None]


def read_reference(node: ast.Attribute | ast.Call, scope: Scope) -> Reference:
    """What a method of a stub is assigned: `Session.add`, `same_as(Session.add, ...)`, `awaited(Session.get, ...)`.

    Raises `StubError` for anything else.
    """
    form = "same_as"
    named: ast.expr = node
    keywords: dict[str, ast.expr] = {}
    if isinstance(node, ast.Call):
        module, _, form = scope.resolve(node.func).rpartition(".")
        if module != EFFECTS_MODULE or form not in REFERENCES or len(node.args) != 1:
            raise scope.error(node, f'"{ast.unparse(node)}" names no method of a class')
        named, keywords = node.args[0], _keywords(form, node, scope)
    if not isinstance(named, ast.Attribute):
        raise scope.error(node, f'"{ast.unparse(named)}" is no method of a class')
    gives = keywords.get("gives")
    return Reference(
        owner=scope.resolve(named.value),
        method=named.attr,
        is_awaited=form == "awaited",
        gives=None if gives is None else scope.resolve(gives),
        is_live=_constant(form, keywords.get("live"), True, scope),
        through=_texts(form, keywords.get("through"), scope),
        file=str(scope.path),
        line=node.lineno,
    )


def _keywords(form: str, call: ast.Call, scope: Scope) -> dict[str, ast.expr]:
    valid = ("gives", "live", "through")
    for keyword in call.keywords:
        if keyword.arg not in valid:
            wrong = keyword.arg or "**"
            raise scope.error(keyword.value, f'"{form}" has no argument "{wrong}"{did_you_mean(wrong, valid)}')
    return {str(keyword.arg): keyword.value for keyword in call.keywords}


def _constant(form: str, node: ast.expr | None, default: bool, scope: Scope) -> bool:
    if node is None:
        return default
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return node.value
    raise scope.error(node, f'"live" of "{form}" is True or False, not "{ast.unparse(node)}"')


def _texts(form: str, node: ast.expr | None, scope: Scope) -> tuple[str, ...]:
    items = node.elts if isinstance(node, ast.Tuple) else [] if node is None else [node]
    texts = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    if node is not None and len(texts) != len(items):
        raise scope.error(node, f'"through" of "{form}" is a text or several, not "{ast.unparse(node)}"')
    return tuple(texts)


def with_references(stub: ModuleStub, lookup: ClassLookup) -> ModuleStub:
    """A module whose classes have, as methods of their own, those that they name after others.

    Args:
        stub: The module as it was read.
        lookup: Classes of other modules, with their methods.

    Raises:
        StubError: There is no such class or method.
    """
    classes: dict[str, ClassStub] = {}

    def known(full_name: str) -> ClassStub | None:
        module, _, name = full_name.rpartition(".")
        return classes.get(name) if module == stub.name else lookup(full_name)

    for name, owner in stub.classes.items():
        taken = {method: _taken(method, reference, owner, known) for method, reference in owner.references.items()}
        classes[name] = replace(owner, methods=owner.methods | taken, references={}) if taken else owner
    return replace(stub, classes=classes)


def _taken(name: str, reference: Reference, owner: ClassStub, known: ClassLookup) -> tuple[FunctionStub, ...]:
    lender = known(reference.owner)
    if lender is None:
        raise _error(reference, f'there is no stub of class "{reference.owner}" above or in another module')
    found = _method(lender, reference.method, known)
    if found is None:
        text = f'the stub of "{reference.owner}" has no "{reference.method}"'
        raise _error(reference, text + did_you_mean(reference.method, lender.methods))
    renamed = dict(zip(lender.type_variables, owner.type_variables, strict=False))
    return tuple(_as_own(signature, name, reference, renamed) for signature in found)


def _error(reference: Reference, text: str) -> StubError:
    return StubError(reference.file, reference.line, text)


def _method(owner: ClassStub, name: str, known: ClassLookup) -> tuple[FunctionStub, ...] | None:
    if name in owner.methods:
        return owner.methods[name]
    bases = (known(base.name) for base in owner.bases)
    return next((found for base in bases if base and (found := _method(base, name, known))), None)


def _as_own(stub: FunctionStub, name: str, reference: Reference, renamed: Mapping[str, str]) -> FunctionStub:
    returns = _renamed(stub.returns, renamed)
    if not reference.is_live:
        returns = _without_live(returns)
    if reference.gives is not None:
        returns = _of_class(returns, reference.gives)
    return replace(
        stub,
        name=name,
        parameters=tuple(replace(one, annotation=_renamed(one.annotation, renamed)) for one in stub.parameters),
        returns=returns,
        effects=(*_through(reference), *(effect for effect in stub.effects if effect.name != "through")),
        is_async=stub.is_async or reference.is_awaited,
        file=reference.file,
        line=reference.line,
    )


def _through(reference: Reference) -> Iterator[Effect]:
    """The methods that the call works through: those of the other class's session say nothing of this one's."""
    return (Effect("through", {"method": method}) for method in reference.through)


def _renamed(expression: TypeExpression, renamed: Mapping[str, str]) -> TypeExpression:
    """An annotation with the type variables of the class that takes it."""
    arguments = tuple(_renamed(argument, renamed) for argument in expression.arguments)
    name = renamed.get(expression.name, expression.name)
    return (
        expression
        if (name, arguments) == (expression.name, expression.arguments)
        else replace(expression, name=name, arguments=arguments)
    )


def _without_live(expression: TypeExpression) -> TypeExpression:
    if expression.name == "Union":
        return replace(expression, arguments=tuple(map(_without_live, expression.arguments)))
    return expression.arguments[0] if expression.name == _LIVE else expression


def _of_class(expression: TypeExpression, name: str) -> TypeExpression:
    """A result of another class, with the same arguments."""
    if expression.name == "Union" or expression.name in _AROUND_RESULTS:
        return replace(expression, arguments=tuple(_of_class(argument, name) for argument in expression.arguments))
    return expression if expression == NONE else replace(expression, name=name)
