"""Lowering of calls of Python's own functions that call one of their arguments with the elements of another.

`sorted(users, key=lambda user: user.name)` and its like are the loops that they stand for: a lambda is lowered in
place, as the element of a comprehension is, and a function of the module is called with each element.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    ArgKind,
    CallExpr,
    Expression,
    GeneratorExpr,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    RefExpr,
    ReturnStmt,
)

from mypy_session_plugin.flow.build_conditions import branch, condition
from mypy_session_plugin.flow.build_iterations import turns
from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import (
    Argument,
    ArgumentKind,
    BuildContainer,
    Call,
    Collect,
    ContainerKind,
    Copy,
    Item,
    Next,
    StoreName,
    Temporary,
)

#: Functions that call what `key` is given with each element, and the other arguments that they may have by name.
KEYED = {
    "builtins.sorted": frozenset({"reverse"}),
    "builtins.max": frozenset({"default"}),
    "builtins.min": frozenset({"default"}),
}
#: Functions that call their first argument with the elements of the second, as these are gone through.
LAZY = frozenset({"builtins.filter", "builtins.map"})
#: Functions that give out the elements of what they are given, as they are gone through.
PAIRING = frozenset({"builtins.enumerate", "builtins.zip"})
NEXT = "builtins.next"


def call_with_elements(builder: Builder, call: CallExpr) -> Callable[[], Temporary] | None:
    """What lowers a call that calls a given function with each element, or gives the next one; None for other calls."""
    name = _name(call)
    if name == NEXT and _gives_elements(call):
        return lambda: _next(builder, call)
    key = _key(builder, call, KEYED.get(name))
    if key is None:
        return None
    if name == "builtins.sorted":
        return lambda: _sorted(builder, call, key)
    return lambda: _least(builder, call, key)


def lower_sort(builder: Builder, call: CallExpr, receiver: Temporary) -> frozenset[Expression]:
    """Lower what `list.sort(key=...)` does with the elements; the arguments that it is given for that."""
    method = call.callee
    if not isinstance(method, MemberExpr) or method.name != "sort" or not builder.oracle.is_list(method.expr):
        return frozenset()
    key = _named(call, frozenset({"reverse"})).get("key")
    if key is None or not _is_followed(builder, key):
        return frozenset()
    with turns(builder, call, method.expr, receiver, False, builder.new_block()) as loop:
        _apply(builder, key, loop.element)
        builder.jump(loop.header)
    builder.start(loop.after)
    return frozenset({key})


def lower_iterable(builder: Builder, expression: Expression) -> Temporary:
    """Lower what is gone through at once: `map()` and `filter()` call their function while it is."""
    name = _name(expression)
    if name in PAIRING and isinstance(expression, CallExpr):
        builder.gone_through.add(expression)
    if name not in LAZY or not isinstance(expression, CallExpr) or expression.arg_kinds != [ARG_POS, ARG_POS]:
        return builder.value(expression)
    function = expression.args[0]
    if not _is_followed(builder, function):
        return builder.value(expression)
    return _mapped(builder, expression) if name == "builtins.map" else _filtered(builder, expression)


def is_lazy(expression: Expression) -> bool:
    """Whether an expression makes what only runs as somebody goes through it."""
    return isinstance(expression, GeneratorExpr) or _name(expression) in LAZY | PAIRING


def _name(expression: Expression) -> str:
    """The full name of what a call calls; empty for everything else."""
    callee = expression.callee if isinstance(expression, CallExpr) else None
    return callee.fullname if isinstance(callee, RefExpr) else ""


def _key(builder: Builder, call: CallExpr, others: frozenset[str] | None) -> Expression | None:
    """The function that a call is given as its `key`, if it goes through one argument and the body is in view."""
    if others is None or call.arg_kinds.count(ARG_POS) != 1 or call.arg_kinds[0] is not ARG_POS:
        return None
    key = _named(call, others).get("key")
    return key if key is not None and _is_followed(builder, key) else None


def _named(call: CallExpr, others: frozenset[str]) -> Mapping[str, Expression]:
    """The arguments of a call by name; none where it has others than `key` and these."""
    kinds: list[ArgKind] = [kind for kind in call.arg_kinds if kind is not ARG_POS]
    named = {name: value for name, value in zip(call.arg_names, call.args, strict=True) if name is not None}
    return named if all(kind is ARG_NAMED for kind in kinds) and named.keys() <= others | {"key"} else {}


def _is_followed(builder: Builder, function: Expression) -> bool:
    """Whether what a function does with one argument can be lowered."""
    if isinstance(function, LambdaExpr):
        plain = [argument.kind is ARG_POS and argument.initializer is None for argument in function.arguments]
        return plain == [True] and not function.is_generator
    return builder.oracle.is_function_here(function)


def _sorted(builder: Builder, call: CallExpr, key: Expression) -> Temporary:
    """`sorted(items, key=...)`: a list of the elements, with each of which the key was called."""
    iterable = lower_iterable(builder, call.args[0])
    _others(builder, call)
    return _collected(builder, call, iterable, ContainerKind.LIST, key)


def _least(builder: Builder, call: CallExpr, key: Expression) -> Temporary:
    """`min(items, key=...)`: one of the elements, or the default."""
    iterable = lower_iterable(builder, call.args[0])
    default = _others(builder, call).get("default")
    return _one_of(builder, call, _collected(builder, call, iterable, ContainerKind.GENERATOR, key), default)


def _next(builder: Builder, call: CallExpr) -> Temporary:
    """`next(item for item in items)`: one of the elements, or the default."""
    container = lower_iterable(builder, call.args[0])
    return _one_of(builder, call, container, builder.value(call.args[1]) if len(call.args) > 1 else None)


def _gives_elements(call: CallExpr) -> bool:
    """Whether `next()` is given what is made for it alone, of elements that are known where it stands."""
    made = call.args[0] if call.args and all(kind is ARG_POS for kind in call.arg_kinds) else None
    return isinstance(made, GeneratorExpr) or (made is not None and _name(made) in LAZY | {"builtins.iter"})


def _one_of(builder: Builder, call: CallExpr, container: Temporary, default: Temporary | None) -> Temporary:
    """One of the elements of a container, or the default; without one nothing goes on where it is empty."""
    target = builder.temporary()
    found, empty, after = (builder.new_block() for _ in range(3))
    if default is None:
        builder.go_on(found)
    else:
        builder.choose(found, empty)
        builder.start(empty)
        builder.emit(Copy(call, target, default))
        builder.jump(after)
        builder.start(found)
    builder.emit(Next(call, target, container, False, False))
    builder.go_on(after)
    return target


def _others(builder: Builder, call: CallExpr) -> Mapping[str, Temporary]:
    """The arguments by name, but for the key."""
    named = zip(call.arg_names, call.args, strict=True)
    return {name: builder.value(value) for name, value in named if name is not None and name != "key"}


def _mapped(builder: Builder, call: CallExpr) -> Temporary:
    """`map(function, items)` that is gone through: what the function gives for each element."""
    function, items = call.args
    return _collected(builder, call, lower_iterable(builder, items), ContainerKind.GENERATOR, function)


def _filtered(builder: Builder, call: CallExpr) -> Temporary:
    """`filter(function, items)` that is gone through: the elements that pass."""
    function, items = call.args
    container, iterable = builder.temporary(), lower_iterable(builder, items)
    builder.emit(BuildContainer(call, container, ContainerKind.GENERATOR, (), True))
    with turns(builder, call, items, iterable, False, builder.new_block()) as loop:
        passed = builder.new_block()
        if isinstance(function, LambdaExpr):
            _bind(builder, function, loop.element)
            condition(builder, _body(function), passed, loop.header)
            builder.names.comprehensions.pop()
        else:
            branch(builder, function, _apply(builder, function, loop.element), passed, loop.header)
        builder.start(passed)
        builder.emit(Collect(call, container, Item(loop.element, None, False)))
        builder.jump(loop.header)
    builder.start(loop.after)
    return container


def _collected(
    builder: Builder, call: CallExpr, iterable: Temporary, kind: ContainerKind, function: Expression
) -> Temporary:
    """A container of the elements, with each of which a function was called; of a `map()`, of what that has given."""
    container = builder.temporary()
    builder.emit(BuildContainer(call, container, kind, (), True))
    items = call.args[1 if _name(call) in LAZY else 0]
    with turns(builder, call, items, iterable, False, builder.new_block()) as loop:
        given = _apply(builder, function, loop.element)
        element = given if _name(call) == "builtins.map" else loop.element
        builder.emit(Collect(call, container, Item(element, None, False)))
        builder.jump(loop.header)
    builder.start(loop.after)
    return container


def _apply(builder: Builder, function: Expression, element: Temporary) -> Temporary:
    """Call a function with one element."""
    if isinstance(function, LambdaExpr):
        _bind(builder, function, element)
        value = builder.value(_body(function))
        builder.names.comprehensions.pop()
        return value
    written = NameExpr("element")
    call = CallExpr(function, [written], [ARG_POS], [None])
    for node in (written, call):
        node.set_line(function)
    callee, target = builder.value(function), builder.temporary()
    argument = Argument(element, ArgumentKind.POSITIONAL, None, written, None)
    builder.emit(Call(call, target, callee, None, None, None, builder.names.place(function), (argument,)))
    return target


def _bind(builder: Builder, function: LambdaExpr, element: Temporary) -> None:
    """Begin the scope of a lambda, in which its parameter is the element."""
    name = NameExpr(function.arguments[0].variable.name)
    name.set_line(function.arguments[0])
    builder.names.comprehensions.append(builder.names.comprehension_scope([name]))
    builder.emit(StoreName(name, builder.names.comprehensions[-1][name.name], element, None))


def _body(function: LambdaExpr) -> Expression:
    """The expression that a lambda gives."""
    statement = function.body.body[-1]
    assert isinstance(statement, ReturnStmt)
    assert statement.expr is not None
    return statement.expr
