"""Results that a signature says to be `Live`: they are read through the session that the call was given."""

from __future__ import annotations

from mypy.types import Instance, Type, get_proper_type

from mypy_session_plugin.facts.objects import UNREAD, LibraryFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Bound, Value, objects
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.semantics.phantom_signatures import signature_of_call
from mypy_session_plugin.semantics.phantom_types import is_written_as
from mypy_session_plugin.semantics.shapes import SessionShape
from mypy_session_plugin.semantics.world import World

#: How a generator is carried that has not run.
GENERATOR = "generator"


def attach(world: World, store: Store, value: Value, type_: Type, session: Value) -> None:
    """A result that a function gives back, which nothing has read yet, is one of the only session that it was given."""
    proper = get_proper_type(type_)
    if len(session) != 1 or not isinstance(proper, Instance) or not is_written_as(type_, ("Live",)):
        return
    for item in objects(value):
        facts = store.heap.get(item)
        if not isinstance(facts, LibraryFacts) or not facts.class_name.endswith("Result"):
            continue
        stub = world.library.class_stub(facts.class_name)
        variables = stub.type_variables if stub is not None else ()
        bindings = tuple(sorted(zip(variables, map(world.shapes.of, proper.args), strict=False)))
        store.heap[item] = replace(facts, session=session, bindings=bindings, settings=(*facts.settings, UNREAD))


def session_read_by(world: World, bound: Bound) -> Value:
    """The session that a generator or iterator of a `Live` type reads through; nothing where there is none."""
    instruction = bound.stub
    if bound.how != GENERATOR or not isinstance(instruction, Call) or not world.types.has_phantom_types:
        return frozenset()
    signature = signature_of_call(world.types, instruction)
    if signature is None or not signature.live:
        return frozenset()
    values = {id(argument): value for argument, value in zip(instruction.arguments, bound.held, strict=False)}
    found = [
        values[id(argument)]
        for parameter, argument in signature.given
        if isinstance(world.shapes.of(parameter.type), SessionShape)
    ]
    return found[0] if len(found) == 1 else frozenset()
