"""Where the life of a session ends: its close, the end of its `with` block, the end of the function."""

from __future__ import annotations

from mypy.nodes import Context

from mypy_session_plugin.facts.objects import LibraryFacts, SessionFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Value, objects
from mypy_session_plugin.semantics.events import Ending, SessionEndEvent
from mypy_session_plugin.semantics.results import FACTORY_BLOCK
from mypy_session_plugin.semantics.world import World


def tell_closed(
    world: World, store: Store, node: Context, receiver: Value, session: Value, failed: bool | None
) -> None:
    """Show the rules that a call has closed the session; `failed` is that of the exit of a block, None for a call.

    The end of a transaction or of a result is none of its session.
    """
    (only,) = session if len(session) == 1 else (None,)
    if not isinstance(only, ObjectId) or store.session(only) is None or not is_session(store, receiver):
        return
    ending = Ending.CLOSED if failed is None else Ending.BLOCK
    world.listener(SessionEndEvent(node, only, ending, bool(failed) or world.raising), store)


def is_session(store: Store, receiver: Value) -> bool:
    """Whether a receiver is the session itself, or the block that has made it."""
    found = [store.heap.get(item) for item in objects(receiver)]
    return any(
        isinstance(facts, SessionFacts)
        or (isinstance(facts, LibraryFacts) and facts.class_name.endswith(FACTORY_BLOCK))
        for facts in found
    )


def leave(world: World, store: Store, raising: bool) -> None:
    """The function is left: every session that it knows is out of sight."""
    ending = Ending.RAISE if raising else Ending.RETURN
    for identity, facts in list(store.heap.items()):
        if isinstance(facts, SessionFacts):
            world.listener(SessionEndEvent(world.unit, identity, ending, raising), store)
