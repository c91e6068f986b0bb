"""Where the life of a session ends: its close, the end of its `with` block, the end of the function."""

from __future__ import annotations

from mypy.nodes import Context, FuncItem

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Value
from mypy_session_plugin.facts.work import Deed, Deeds, Fate, Work
from mypy_session_plugin.semantics import work
from mypy_session_plugin.semantics.events import CommitEndEvent, Ending, SessionEndEvent, WriteEndEvent
from mypy_session_plugin.semantics.library_objects import FACTORY_BLOCK, may_be_session, stands_for
from mypy_session_plugin.semantics.unknown_calls import reachable
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
    raising = bool(failed) or world.raising
    end = SessionEndEvent(node, only, Ending.CLOSED if failed is None else Ending.BLOCK, raising)
    world.listener(end, store)
    _tell_work(world, store, end, certain=not only.older)
    work.change(store, only, Work.ended)


def is_session(store: Store, receiver: Value) -> bool:
    """Whether a receiver is the session itself, or the block that has made it."""
    return may_be_session(store, receiver) or stands_for(store, receiver, FACTORY_BLOCK)


def leave(world: World, store: Store, given_away: Value, raising: bool) -> None:
    """The function is left: every session that it knows is out of sight; the caller gets what is `given_away`."""
    ending = Ending.RAISE if raising else Ending.RETURN
    known = work.sessions_in(store)
    if not known:
        return
    found = reachable(store, [given_away])
    outlives = found | work.of_instances(store, found)
    is_written = not raising or not world.raising
    for identity in known:
        end = SessionEndEvent(world.unit, identity, ending, raising, is_written)
        world.listener(end, store)
        facts = store.session(identity)
        certain = facts is not None and facts.made_here and not facts.escaped and not facts.work.reached
        _tell_work(world, store, end, certain and identity not in outlives and isinstance(world.unit, FuncItem))


def _tell_work(world: World, store: Store, end: SessionEndEvent, certain: bool) -> None:
    """Show the rules what has come of the writes and commits of a session's life."""
    facts = store.session(end.session)
    if facts is None or not (facts.work.writes or facts.work.commits):
        return
    for deed in _in_order(facts.work.writes, end.raising):
        lost = deed.fate is Fate.OPEN and certain and not are_events_in_view(world)
        lost = lost and not world.surroundings.may_autocommit
        world.listener(WriteEndEvent(_node(deed), end.session, lost, end.ending, end.node), store)
    for deed in _in_order(facts.work.commits, end.raising):
        # Whoever else has the session's registry may have written before.
        redundant = deed.fate is Fate.OPEN and certain and facts.made_here and not are_events_in_view(world)
        world.listener(CommitEndEvent(_node(deed), end.session, redundant), store)


def _in_order(deeds: Deeds, raising: bool) -> list[Deed]:
    """What is told: of what an exception has cut short nothing is."""
    told = [deed for deed in deeds if deed.fate is Fate.SETTLED or (deed.fate is Fate.OPEN and not raising)]
    return sorted(told, key=lambda deed: (_node(deed).line, _node(deed).column))


def _node(deed: Deed) -> Context:
    assert isinstance(deed.node, Context)
    return deed.node


def are_events_in_view(world: World) -> bool:
    """Whether a listener may change what a session does: one of the module's, or of the project's by its option."""
    return world.options.session_events or world.surroundings.has_listeners
