"""Objects of the checked code's own subclasses of `Thread`: what their constructor is given and their `run()` uses."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import CallExpr, TypeInfo

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import objects
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.semantics import bodies
from mypy_session_plugin.semantics.constructors import kept_as, method_here, parameter_for
from mypy_session_plugin.semantics.reaching import Reached, text_of_place
from mypy_session_plugin.semantics.world import World


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
        for item in objects(store.value(argument.value)):
            facts = store.session(item)
            if facts is not None and not facts.registry and not facts.synchronized:
                yield Reached(item, text_of_place(argument.node))
