"""`Loaded[User, Literal["posts"]]`: what arrives where attributes are declared to be loaded, and what is given."""

from __future__ import annotations

from mypy.nodes import Context
from mypy.types import Type

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Value
from mypy_session_plugin.mypy_compat.types import union_items
from mypy_session_plugin.semantics import loads
from mypy_session_plugin.semantics.events import PromiseEvent
from mypy_session_plugin.semantics.instances import facts_of, instances_of
from mypy_session_plugin.semantics.phantom_types import literal_text, written_around
from mypy_session_plugin.semantics.world import World

LOADED = "Loaded"


def promised(type_: Type | None) -> tuple[str, ...]:
    """The attributes that a type says are loaded of the instance at its place."""
    found: dict[str, None] = {}
    for name, arguments in written_around(type_):
        if name == LOADED and len(arguments) == 2:
            texts = (literal_text(item) for item in union_items(arguments[1]))
            found.update((text, None) for text in texts if text is not None)
    return tuple(found)


def arrive(
    world: World, store: Store, type_: Type | None, value: Value, position: tuple[Context, Context, str]
) -> None:
    """Let the rules see an instance that arrives where attributes are declared to be loaded.

    `position` is the node to report at, the syntax of the value, and how a message tells what is declared.  They hear
    of what is not known, too: on that path nothing is wrong.
    """
    for name in promised(type_):
        classes = {facts_of(store, item).class_name for item in instances_of(store, value)}
        info = world.types.class_of(classes.pop()) if len(classes) == 1 else None
        attribute = world.shapes.attributes.of(info, name)
        world.listener(PromiseEvent(*position, value, name, attribute), store)


def declare(store: Store, value: Value, type_: Type | None) -> None:
    """The instance that a place of this type gives has loaded what the type says."""
    names = promised(type_)
    if names:
        loads.change(store, value, lambda known: known.loaded(names))
