"""Generators of the module that one loop goes through: each turn runs the function from one `yield` to the next.

Calling one runs nothing.  The first turn begins the body, a further one lets it go on where it waits; where it ends,
the loop does.  A loop that is left before has it closed: an exception is thrown in where it waits.
"""

from __future__ import annotations

from collections.abc import Sequence

from mypy_session_plugin.facts.objects import SessionFacts
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NOTHING_KNOWN, Atom, Bound, Value, join
from mypy_session_plugin.flow.graph import Call, EndIteration, Next
from mypy_session_plugin.semantics import containers, spawning, work
from mypy_session_plugin.semantics.boundaries import any_running
from mypy_session_plugin.semantics.call_sites import CallSite
from mypy_session_plugin.semantics.calls import Calls
from mypy_session_plugin.semantics.followed import Outcome, Part, joined
from mypy_session_plugin.semantics.frames import become, is_made_by_callee
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.pauses import WAITING, Pause, Running, Steps, pause_at, without
from mypy_session_plugin.semantics.shapes import PLAIN, UNSEEN
from mypy_session_plugin.semantics.summaries import known_outside
from mypy_session_plugin.semantics.unknown_calls import call_unknown
from mypy_session_plugin.semantics.world import World

#: How what stands for a generator is called that does not run yet, and for one of which nothing is known.
CALLED, LOST = "generator", "lost"
#: A generator that may wait at more places than this is not followed any more.
MAXIMUM_PLACES = 6


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a generator does until it pauses, or ends."""

    atom: Bound
    call: Call
    site: CallSite
    running: Running
    outcome: Outcome


class Iterations:
    """Goes through the generators of the loops of one graph."""

    def __init__(self, world: World, calls: Calls, steps: Steps) -> None:
        self._world = world
        self._calls = calls
        self._steps = steps

    def element(self, instruction: Next, store: Store) -> Value:
        """What an iterable gives out next; what runs in it does so now."""
        iterable = store.value(instruction.iterable)
        if instruction.owned and is_generator(iterable):
            return self._advance(instruction, store)
        name = "__aiter__" if instruction.is_async else "__iter__"
        iterated = self._calls.iterated(iterable, instruction.node, store, name)
        return containers.next_of(store, iterated, instruction.node)

    def _advance(self, instruction: Next, store: Store) -> Value:
        """What the next turn of a loop is given; nothing at all where there is no next turn."""
        before = self._before(store, instruction)
        turns = self._turns(instruction, store, before)
        pauses = self._pauses(turns, before) if turns is not None else None
        if pauses is None:
            self.lose(instruction, store)
            return NOTHING_KNOWN
        after = joined(after for after, _atom, _value in pauses)
        if after is not None:
            work.commit_in_call(self._world, store, after, None)
            become(store, after)
        store.variables[instruction.iterable] = frozenset(atom for _after, atom, _value in pauses)
        return join(value for _after, _atom, value in pauses)

    def end(self, instruction: EndIteration, store: Store) -> None:
        """A loop has no further turn, or is left; nothing stands for the generator where that does not happen."""
        value = store.value(instruction.iterable)
        if not is_generator(value) or self._is_promised(value):
            return
        before = self._before(store, instruction)
        ends = self._closed(instruction, store, before) if instruction.left else None
        if not instruction.left:
            turns = self._turns(instruction, store, before)
            ends = self._exhausted(turns, before) if turns is not None else None
        if ends is None or any(map(any_running, ends)):
            self.lose(instruction, store)
            return
        after = joined(ends)
        if after is None:
            store.variables[instruction.iterable] = frozenset()
            return
        work.commit_in_call(self._world, store, after, None)
        become(store, after)

    def _before(self, store: Store, instruction: Next | EndIteration) -> Store:
        """The store without the generators themselves."""
        waits = {pause.kept for pause in map(_pause_of, store.value(instruction.iterable)) if pause is not None}
        before = without(store, waits).copy()
        before.variables[instruction.iterable] = NOTHING_KNOWN
        return before

    def _turns(self, instruction: Next | EndIteration, store: Store, before: Store) -> list[_Turn] | None:
        """What each generator that it may be does now; None where that is not known."""
        value = store.value(instruction.iterable)
        if any_running(store) or self._world.fails_half_way():
            return None
        found: list[_Turn] = []
        for atom in value:
            is_held = isinstance(instruction, Next) and instruction.held
            turn = self._turn(atom, store, before, direct=len(value) == 1 and not is_held)
            if turn is None:
                return None
            found.append(turn)
        return found

    def _turn(self, atom: Atom, store: Store, before: Store, direct: bool) -> _Turn | None:
        pause = _pause_of(atom)
        if isinstance(atom, Bound) and pause is not None:
            running = self._steps.go_on(pause, _with(before, store, pause))
            part = Part(pause.site.node, f"go on behind {pause.instruction.node.line}", pause.goes_on())
            return self._run(atom, pause.call, pause.site, running, part)
        if not isinstance(atom, Bound) or atom.how != CALLED or not isinstance(atom.stub, Call):
            return None
        site = self._calls.sites.of(atom.stub)
        runs = site.runs if site is not None else None
        if site is None or runs is None or runs.cached:
            return None
        if not before.heap and self._world.shape(site.node) in (PLAIN, UNSEEN):
            return None
        spawning.hand_on(self._world, before, atom.stub, runs, atom.held)
        running = self._steps.begin(atom.stub, site, runs, atom.function, atom.held, before, direct)
        return self._run(atom, atom.stub, site, running, Part(site.node, "begin"))

    def _run(self, atom: Bound, call: Call, site: CallSite, running: Running | None, part: Part) -> _Turn | None:
        outcome = self._steps.run(running, part) if running is not None else None
        return None if running is None or outcome is None else _Turn(atom, call, site, running, outcome)

    def _pauses(self, turns: Sequence[_Turn], before: Store) -> list[tuple[Store, Bound, Value]] | None:
        """The stores in which the turn begins, each with what stands for the generator and what it gives."""
        found: list[tuple[Store, Bound, Value]] = []
        for turn in turns:
            for block, paused in turn.outcome.paused:
                pause = pause_at(turn.call, turn.site, turn.running, block, paused)
                after, value = turn.running.frame.leave(before, turn.running.begun, paused, pauses=True)
                if any_running(after):
                    return None
                value = known_outside(after, value)
                found.append((after, pause.waiting(turn.atom.function, after), value))
        return found if len(found) <= MAXIMUM_PLACES else None

    def _exhausted(self, turns: Sequence[_Turn], before: Store) -> list[Store]:
        """The stores in which it has come to its end."""
        return [
            turn.running.frame.leave(before, turn.running.begun, turn.outcome.returned)[0]
            for turn in turns
            if turn.outcome.returned is not None
        ]

    def _closed(self, instruction: EndIteration, store: Store, before: Store) -> list[Store] | None:
        """The stores in which it has been closed where it waits; None where that is not known."""
        found: list[Store] = []
        for atom in store.value(instruction.iterable):
            pause = _pause_of(atom)
            running = None
            if pause is not None and not any_running(store) and not self._world.fails_half_way():
                running = self._steps.go_on(pause, _with(before, store, pause), raising=True)
            after = self._close(pause, running, before, instruction) if pause is not None and running else None
            if after is None:
                return None
            found.append(after)
        return found

    def _close(self, pause: Pause, running: Running, before: Store, instruction: EndIteration) -> Store | None:
        first = pause.goes_on(raising=True)
        if first is running.body.out:
            return _dropped(before, pause)
        if instruction.later:
            return None
        outcome = self._steps.run(running, Part(pause.site.node, "close", first, raising=True))
        done = joined((outcome.returned, outcome.raised)) if outcome is not None else None
        return running.frame.leave(before, running.begun, done)[0] if done is not None else None

    def _is_promised(self, value: Value) -> bool:
        """Whether phantom types say what the generator does in each turn; nothing more happens then."""
        return any(self._calls.phantom.promises(atom, CALLED) for atom in value)

    def lose(self, instruction: Next | EndIteration, store: Store) -> None:
        """What stands for the generator is not followed: unknown code runs."""
        value = store.value(instruction.iterable)
        call_unknown(store, (), (), site_of(instruction.node), value)
        store.variables[instruction.iterable] = frozenset(
            replace(atom, how=LOST) if isinstance(atom, Bound) else atom for atom in value
        )


def is_generator(value: Value) -> bool:
    """Whether a value stands for a generator; that which has ended is nothing any more."""
    return not value or any(isinstance(atom, Bound) for atom in value)


def _pause_of(atom: Atom) -> Pause | None:
    """Where what an atom stands for waits; None for all else."""
    if not isinstance(atom, Bound) or atom.how != WAITING or not isinstance(atom.stub, Pause):
        return None
    return atom.stub


def _with(before: Store, store: Store, pause: Pause) -> Store:
    """The store with the variables of one generator."""
    result = before.copy()
    if pause.kept in store.heap:
        result.heap[pause.kept] = store.heap[pause.kept]
    return result


def _dropped(before: Store, pause: Pause) -> Store:
    """Nothing of the generator runs any more: the sessions that it has made are let go of."""
    after = before.copy()
    for identity, facts in list(after.heap.items()):
        if isinstance(facts, SessionFacts) and not facts.life.is_closed and is_made_by_callee(identity, pause.at):
            after.heap[identity] = replace(facts, life=facts.life.given_away())
    return after
