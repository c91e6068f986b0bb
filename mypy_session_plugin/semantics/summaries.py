"""What a call of a function of this module does: its body is followed with what the caller gives it.

The callee's graph is run to its fixpoint from the caller's store, and the stores in which it returns become the store
after the call.  Deep chains of calls and large functions are unknown code.
"""

from __future__ import annotations

from collections.abc import Sequence

from mypy.nodes import AwaitExpr, Context, Node

from mypy_session_plugin.facts.objects import LibraryFacts, SessionFacts
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Value, objects
from mypy_session_plugin.flow.graph import Call, Temporary
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import work
from mypy_session_plugin.semantics.boundaries import any_running
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.followed import Part
from mypy_session_plugin.semantics.frames import become
from mypy_session_plugin.semantics.functions import Callee
from mypy_session_plugin.semantics.instances import facts_in
from mypy_session_plugin.semantics.kept_objects import only_keeps
from mypy_session_plugin.semantics.pauses import Steps
from mypy_session_plugin.semantics.shapes import PLAIN, UNSEEN
from mypy_session_plugin.semantics.unknown_calls import escape, lose_code, reach
from mypy_session_plugin.semantics.world import World


class Summaries:
    """Follows the calls of one graph into the functions of the module."""

    def __init__(self, world: World, steps: Steps) -> None:
        self._world = world
        self._steps = steps

    def call(
        self,
        instruction: Call,
        site: CallSite,
        callee: Value,
        held: Sequence[Value],
        store: Store,
        result: Context,
        target: Temporary,
    ) -> Value | None:
        """The value of a call, after its effects; None where the body is not followed.

        `result` is the expression that has the value, the call or the `await` of it, and `target` its temporary.
        """
        runs = site.runs if site.runs is not None or instruction.callee is None else self._given(callee)
        if runs is None or runs.is_lazy or not self._matters(store, result):
            return None
        direct = result is site.node or (isinstance(result, AwaitExpr) and result.expr is site.node)
        running = self._steps.begin(instruction, site, runs, callee, held, store, direct)
        outcome = self._steps.run(running, Part(site.node)) if running is not None else None
        if running is None or outcome is None or outcome.returned is None:
            return None
        keeps = result in self._world.kept_objects
        returned = outcome.returned
        after, value = running.frame.leave(store, running.begun, returned, target=target if keeps else None)
        if any_running(after):
            return None
        if runs.cached:
            after = after.join(store)
            escape(after, value)
            if objects(value) and not _is_left_alone(store, after, value):
                value |= NOTHING_KNOWN
        if _ended_with(store, after, value):
            value = NOTHING_KNOWN
        work.commit_in_call(self._world, store, after, site.node)
        become(store, after)
        return self._returned(store, value, result)

    def _given(self, callee: Value) -> Callee | None:
        """The function that a variable holds."""
        return self._world.own.functions.given(callee)

    def _matters(self, store: Store, result: Context) -> bool:
        """Whether there is anything that the body could change, or give back."""
        if any_running(store) or self._world.fails_half_way():
            return False
        return bool(store.heap) or self._world.shape(result) not in (PLAIN, UNSEEN) or self._keeps(result)

    def _keeps(self, result: Context) -> bool:
        """Whether a call gives back an object of the module's own that keeps what it was made of, and that is seen."""
        info = info_of(self._world.type(result)) if isinstance(result, Node) else None
        is_own = info is not None and info.module_name == self._world.types.tree.fullname and only_keeps(info)
        return is_own and result in self._world.kept_objects

    def _returned(self, store: Store, value: Value, result: Context) -> Value:
        """What the callee gives back; functions that it has made are not followed out of it."""
        value = known_outside(store, value)
        return self._world.typed_value(store, result, "result") if value == NOTHING_KNOWN else value


def known_outside(store: Store, value: Value) -> Value:
    """What a callee gives out, as far as it is followed there: not the functions that it has made."""
    reached = reach(store, [value])
    if reached.names or reached.variables or reached.places:
        escape(store, value)
        lose_code(store, [value])
        return NOTHING_KNOWN
    return value


def _is_left_alone(before: Store, after: Store, value: Value) -> bool:
    """Whether what a cached function gives back is in no session, and the caller has none that may have taken it."""
    if any(isinstance(facts, SessionFacts) for facts in before.heap.values()):
        return False
    found = facts_in(after, value)
    return len(found) == len(value) and all(
        isinstance(situation, Situation) and situation.state is State.DETACHED
        for facts in found
        for situation in facts.situations
    )


def _ended_with(before: Store, after: Store, value: Value) -> bool:
    """Whether what is given back works with a session that the callee has closed: that is told where it is returned."""
    for item in objects(value):
        facts = after.heap.get(item)
        needed = objects(facts.session) if isinstance(facts, LibraryFacts) else {item}
        for session in needed:
            now, then = after.session(session), before.session(session)
            if now is not None and now.life.is_closed and (then is None or not then.life.is_closed):
                return True
    return False
