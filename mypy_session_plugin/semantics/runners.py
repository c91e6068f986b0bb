"""Objects of the checked code's own subclasses of `Thread`: what they are given and their `run()` uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mypy.nodes import CallExpr, MemberExpr, TypeInfo

from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Atom, ObjectId, Value, objects
from mypy_session_plugin.flow.graph import Call, StoreAttribute
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import bodies, boundaries
from mypy_session_plugin.semantics.constructors import kept_as, method_here, parameter_for
from mypy_session_plugin.semantics.places import text_of_place
from mypy_session_plugin.semantics.reaching import Reached
from mypy_session_plugin.semantics.sending import boundary_of
from mypy_session_plugin.semantics.world import World


def class_of_runner(world: World, info: TypeInfo) -> str | None:
    """The library's class, among the bases of one, whose objects run by themselves from their `start()` on."""
    return next((base.fullname for base in info.mro if world.library.method(base.fullname, "start")), None)


def boundary_of_runner(world: World, class_name: str) -> str:
    """The boundary between the one who makes an object of a library's class and what it runs."""
    signatures = world.library.method(class_name, "__init__") or ()
    crossed = (boundary_of(parameter.annotation) for stub in signatures for parameter in stub.parameters)
    return next((boundary for boundary in crossed if boundary is not None), "thread")


def assigned(world: World, store: Store, instruction: StoreAttribute, value: Value) -> None:
    """An attribute of such an object, not started yet, is given a session that its `run()`, in view, uses."""
    target, owner = instruction.node, store.value(instruction.object)
    info = info_of(world.type(target.expr)) if isinstance(target, MemberExpr) else None
    class_name = class_of_runner(world, info) if info is not None and owner and len(owner) == 1 else None
    run = method_here(world, info, "run") if info is not None and class_name is not None else None
    if class_name is None or run is None or not any(map(partial(_is_runner, store), owner)):
        return
    used = {path[0] for path in bodies.attributes_read(world, run, run.arguments[0].variable)}
    if instruction.name in used:
        found = list(_sessions(store, value, text_of_place(getattr(instruction.statement, "rvalue", target))))
        if found:
            boundary = boundary_of_runner(world, class_name)
            boundaries.hand_to_object(world, store, boundary, found, target, owner)


def _is_runner(store: Store, atom: Atom) -> bool:
    return isinstance(atom, ObjectId) and isinstance(store.heap.get(atom), LibraryFacts)


def _sessions(store: Store, value: Value, text: str) -> Iterator[Reached]:
    """The sessions that a value is, but for those that may be shared."""
    for item in objects(value):
        facts = store.session(item)
        if facts is not None and not facts.registry and not facts.synchronized:
            yield Reached(item, text)


def sessions_given(world: World, store: Store, info: TypeInfo, instruction: Call) -> Iterator[Reached]:
    """The sessions that a constructor keeps on the object and its `run()`, in view as well, uses."""
    constructor, run = method_here(world, info, "__init__"), method_here(world, info, "run")
    node = instruction.node
    if constructor is None or run is None or not isinstance(node, CallExpr):
        return
    own = run.arguments[0].variable
    used = {path[0] for path in bodies.attributes_read(world, run, own)}
    for position, argument in enumerate(instruction.arguments):
        parameter = parameter_for(constructor, node, position)
        if parameter is None or not used & set(kept_as(constructor, parameter)):
            continue
        yield from _sessions(store, store.value(argument.value), text_of_place(argument.node))
