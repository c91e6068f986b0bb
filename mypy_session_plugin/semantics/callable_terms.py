"""Functions at places that say how they are called: what they take must be no more than what they are given there."""

from __future__ import annotations

from mypy.nodes import Context, LambdaExpr
from mypy.types import CallableType, Type, get_proper_type

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.mypy_compat.signatures import has_phantom_type, phantom_protocol
from mypy_session_plugin.mypy_compat.types import info_of, is_none, union_items
from mypy_session_plugin.semantics.events import DeclarationEvent
from mypy_session_plugin.semantics.phantom_overrides import broken_by, unlike
from mypy_session_plugin.semantics.phantom_types import awaited, text_of_type
from mypy_session_plugin.semantics.places import text_of_place
from mypy_session_plugin.semantics.world import World


def compare(world: World, type_: Type | None, expression: Context, node: Context, caller: str) -> None:
    """Let the rules see a function that does not keep the terms of the callable type of its place.

    `caller` is who calls it there, as a message tells it.  A lambda has the types of its place.  An object at the place
    of a protocol is a group of functions.
    """
    compare_methods(world, type_, expression, node)
    expected, given = _callable(type_), _callable(world.type(expression))
    if expected is None or given is None or isinstance(expression, LambdaExpr) or not has_phantom_type(expected):
        return
    place = text_of_place(expression)
    name = f'"{place}"' if place else "the function"
    if not expected.is_ellipsis_args and not given.is_ellipsis_args:
        for wide, narrow in _positions(expected, given):
            broken = broken_by(wide, narrow)
            if broken is not None:
                text = f"{name} takes {text_of_type(narrow)}; {caller} gives it {text_of_type(wide)}"
                world.listener(DeclarationEvent(node, text, broken), Store())
    mine, theirs = _result(given), _result(expected)
    broken = broken_by(mine, theirs)
    if broken is not None:
        text = f"{name} returns {text_of_type(mine)}; {caller} takes that as {text_of_type(theirs)}"
        world.listener(DeclarationEvent(node, text, broken), Store())


def compare_methods(world: World, type_: Type | None, expression: Context, node: Context) -> None:
    """The same of the methods that a protocol with phantom types asks for, of an object at its place."""
    for part in union_items(type_) if type_ is not None else ():
        protocol = phantom_protocol(part)
        info = info_of(world.type(expression)) if protocol is not None else None
        if protocol is not None and info is not None and protocol not in info.mro:
            for code, text in unlike(protocol, info):
                world.listener(DeclarationEvent(node, text, code), Store())


def _callable(type_: Type | None) -> CallableType | None:
    """The one callable type that a type is, or is beside None."""
    parts = [get_proper_type(part) for part in union_items(type_) if not is_none(part)] if type_ is not None else []
    only = parts[0] if len(parts) == 1 else None
    return only if isinstance(only, CallableType) else None


def _positions(expected: CallableType, given: CallableType) -> list[tuple[Type, Type]]:
    """The parameters that take the same argument by its position."""
    kinds = zip(expected.arg_kinds, expected.arg_types, given.arg_kinds, given.arg_types, strict=False)
    return [(wide, narrow) for one, wide, other, narrow in kinds if one.is_positional() and other.is_positional()]


def _result(signature: CallableType) -> Type:
    return awaited(signature.ret_type) or signature.ret_type
