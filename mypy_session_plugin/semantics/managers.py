"""Context managers of which no stub tells: what they give to the block, and that they keep it until the end."""

from __future__ import annotations

from mypy.types import CallableType, Instance, Type, get_proper_type

from mypy_session_plugin.facts.objects import SessionFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Bound, Value, carrier, objects
from mypy_session_plugin.flow.graph import EnterContext
from mypy_session_plugin.mypy_compat.types import is_manager
from mypy_session_plugin.semantics import ownership
from mypy_session_plugin.semantics.making import Maker, site_of
from mypy_session_plugin.semantics.phantom_types import awaited
from mypy_session_plugin.semantics.shapes import Shape, without_states
from mypy_session_plugin.semantics.unknown_calls import escape
from mypy_session_plugin.semantics.world import World, with_none

#: Generic managers whose first type argument is what they give; those of `contextmanager` are known by themselves.
GENERIC = frozenset({"typing.ContextManager", "contextlib.AbstractContextManager"})
ASYNCHRONOUS = frozenset({"typing.AsyncContextManager", "contextlib.AbstractAsyncContextManager"})


def entered_shape(world: World, instruction: EnterContext) -> Shape:
    """The shape of what a manager gives to its block, by its type."""
    return world.shapes.of(_entered_type(world.type(instruction.node), instruction.is_async))


def entered(world: World, store: Store, instruction: EnterContext) -> Value:
    """What an unknown manager gives to its block, by its type."""
    type_ = _entered_type(world.type(instruction.node), instruction.is_async)
    if type_ is None:
        return NOTHING_KNOWN
    shape = without_states(world.shapes.of(type_))
    value = with_none(Maker(store, "result", None).value(shape, (*site_of(instruction.node), "entered")), type_)
    ownership.declare(store, value, type_, "its context manager")
    return value


def keep(store: Store, instruction: EnterContext, given: Value) -> None:
    """The manager holds what it has given: at the end of the block it may close it."""
    if not any(isinstance(store.heap.get(item), SessionFacts) for item in objects(given)):
        return
    escape(store, given)
    manager = store.value(instruction.manager)
    store.variables[instruction.manager] = carrier(Bound("entered", manager, (given,), instruction.node))


def _entered_type(type_: Type | None, is_async: bool) -> Type | None:
    proper = get_proper_type(type_) if type_ is not None else None
    if not isinstance(proper, Instance):
        return None
    if is_manager(proper) or proper.type.fullname in GENERIC | ASYNCHRONOUS:
        return proper.args[0] if proper.args else None
    method = proper.type.get("__aenter__" if is_async else "__enter__")
    signature = get_proper_type(method.type) if method is not None and method.type is not None else None
    if not isinstance(signature, CallableType) or proper.args:
        return None
    return awaited(signature.ret_type) if is_async else signature.ret_type
