"""Context managers that are generator functions of the module: what runs before their `yield`, and after it.

Entering one runs the function up to its `yield`, leaving it the rest: behind the `yield`, or where an exception that is
thrown in there leads.  Several ways to a `yield`, or more than one on a way, are unknown code.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from mypy_session_plugin.facts.objects import SessionFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.session_life import Closing
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import FALSE, NOTHING_KNOWN, TRUE, Bound, Value, carrier
from mypy_session_plugin.flow.graph import Block, Call, EnterContext, ExitContext
from mypy_session_plugin.semantics import work
from mypy_session_plugin.semantics.boundaries import any_running
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.events import Ending
from mypy_session_plugin.semantics.followed import Body, Part, joined
from mypy_session_plugin.semantics.frames import become, is_made_by_callee
from mypy_session_plugin.semantics.lives import last_line
from mypy_session_plugin.semantics.managers import entered_shape
from mypy_session_plugin.semantics.pauses import Pause, Running, Steps, pause_at
from mypy_session_plugin.semantics.shapes import PLAIN, UNSEEN, SessionShape
from mypy_session_plugin.semantics.summaries import known_outside
from mypy_session_plugin.semantics.world import World

#: How a manager that is not entered yet stands to its generator.
MANAGER = "manager"


class Generators:
    """Enters and leaves the context managers of one graph."""

    def __init__(self, world: World, steps: Steps) -> None:
        self._world = world
        self._steps = steps

    def enter(self, atom: Bound, site: CallSite, instruction: EnterContext, store: Store) -> Value | None:
        """What a manager gives to its block; None, and nothing has happened, for one that is not followed."""
        call, runs = atom.stub, site.runs
        if not isinstance(call, Call) or runs is None or not self._matters(instruction, store):
            return None
        running = self._steps.begin(call, site, runs, atom.function, atom.held, store, instruction.node is site.node)
        outcome = self._steps.run(running, Part(site.node, "enter")) if running is not None else None
        if running is None or outcome is None or len(outcome.paused) != 1:
            return None
        block, paused = outcome.paused[0]
        if _comes_back(block, running.body):
            return None
        if self._world.fails_half_way():
            return self._broken(store, running, (outcome.raised, outcome.broken))
        pause = pause_at(call, site, running, block, paused)
        after, value = running.frame.leave(store, running.begun, paused, pauses=True)
        is_session = isinstance(entered_shape(self._world, instruction), SessionShape)
        if any_running(after) or (value == NOTHING_KNOWN and is_session):
            return None
        work.commit_in_call(self._world, store, after, None)
        become(store, after)
        store.variables[instruction.manager] = carrier(pause.waiting(atom.function, store))
        return known_outside(store, value)

    def _matters(self, instruction: EnterContext, store: Store) -> bool:
        """Whether there is anything that the body could change, or give to the block."""
        if any_running(store):
            return False
        return bool(store.heap) or entered_shape(self._world, instruction) not in (PLAIN, UNSEEN)

    def leave(self, atom: Bound, instruction: ExitContext, store: Store) -> Value | None:
        """Whether the exit of an entered manager swallows the exception that is under way, after its effects.

        None, and nothing has happened, where that is not known.
        """
        pause = atom.stub
        running = None
        if isinstance(pause, Pause) and not any_running(store):
            running = self._steps.go_on(pause, store, instruction.failed)
        if not isinstance(pause, Pause) or running is None:
            return None
        first = pause.goes_on(instruction.failed)
        if first is running.body.out:
            self._close(pause.at, instruction, store, store)
            return frozenset({FALSE})
        name = "leave by an exception" if instruction.failed else "leave"
        outcome = self._steps.run(running, Part(pause.site.node, name, first, instruction.failed, Ending.BLOCK))
        if outcome is None:
            return None
        if self._world.fails_half_way():
            return self._broken(store, running, (outcome.raised, outcome.broken))
        ends = (outcome.returned, outcome.raised) if instruction.failed else (outcome.returned,)
        done = joined(ends)
        after = running.frame.leave(store, running.begun, done)[0] if done is not None else None
        if after is None or any_running(after):
            return None
        self._close(pause.at, instruction, store, after)
        work.commit_in_call(self._world, store, after, None)
        become(store, after)
        store.variables[instruction.manager] = NOTHING_KNOWN
        swallows = {TRUE: outcome.returned, FALSE: outcome.raised}
        return frozenset(truth for truth, store in swallows.items() if store is not None)

    def _broken(self, store: Store, running: Running, ends: Sequence[Store | None]) -> Value:
        """The store where the code of the manager has itself raised."""
        done = joined(ends)
        if done is not None:
            become(store, running.frame.leave(store, running.begun, done)[0])
        return NOTHING_KNOWN

    def _close(self, site: Hashable, instruction: ExitContext, before: Store, after: Store) -> None:
        """What the generator closes is closed by the block; what only it has named is named by nobody any more."""
        closing = Closing(instruction.node.line, last_line(self._world, instruction.node))
        named = [value for name, value in after.variables.items() if isinstance(name, str)]
        for identity, facts in list(after.heap.items()):
            earlier = before.session(identity)
            if not isinstance(facts, SessionFacts) or earlier is None:
                continue
            life = facts.life.closed_by(closing, earlier.life)
            if not facts.life.is_closed and is_made_by_callee(identity, site):
                life = facts.life.given_away()
            held = facts.identity.held and frozenset({identity}) in named
            after.heap[identity] = replace(facts, life=life, identity=replace(facts.identity, held=held))


def _comes_back(block: Block, body: Body) -> bool:
    """Whether the code comes to a `yield` again behind this one."""
    waiting = [*block.successors(), *([block.handler] if block.handler is not None else [])]
    seen = set(waiting)
    while waiting:
        current = waiting.pop()
        following = [*current.successors(), *([current.handler] if current.handler is not None else [])]
        waiting.extend(item for item in following if item not in seen)
        seen.update(following)
    return not seen.isdisjoint(body.pauses)
