"""Paths that no run may take: of two conditions on one path the second may come out in one way only.

    if count > 1:
        session.begin()
    if count == 0:
        session.begin()

The analysis remembers what came out for a variable, and of a condition that stands there twice; of others it takes
every outcome to be possible.  A rule to which one path is enough passes over a path through two of these that ask the
same: one around what happened before, one around the fault or, between the two, one around what may end it.  So it does
with a path into another turn of a loop through a condition on what the loop itself counts or notes (`turns.py`).
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain, combinations, product

from mypy.nodes import IfStmt, MatchStmt, Node

from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.conditions import are_the_same
from mypy_session_plugin.mypy_compat.types import Types
from mypy_session_plugin.rules.base import Finding
from mypy_session_plugin.rules.choices import (
    LOOPS,
    Choice,
    condition_of,
    holds,
    is_choice,
    last_line,
    leaves,
    may_change,
    names_all,
)
from mypy_session_plugin.rules.sources import Sources
from mypy_session_plugin.rules.turns import Turns

#: Of a path through more choices than this nobody can tell whether a run takes it: they are compared in pairs.
MAXIMUM_PASSED = 100


class Excluded:
    """The paths of one unit that no run may take.

    Args:
        unit: The function or module whose conditions are compared.
        types: The types of its expressions.
    """

    def __init__(self, unit: Node, types: Types) -> None:
        self._unit = unit
        self._types = types

    def is_excluded(self, finding: Finding) -> bool:
        """Whether it may be that no run takes any of the paths on which something is wrong."""
        until = finding.until or (finding.node.line,)
        return bool(finding.since) and all(self._ways.may_exclude(*way) for way in product(finding.since, until))

    @cached_property
    def _ways(self) -> _Ways:
        nodes = list(descendants(self._unit, into_functions=True))
        choices = [item for item in nodes if is_choice(item)]
        sources = Sources(choices, nodes, self._types)
        return _Ways(choices, sources, Turns(nodes, sources))


class _Ways:
    """The choices of one unit, and which of them do not go together."""

    def __init__(self, choices: list[Choice], sources: Sources, turns: Turns) -> None:
        self._choices = choices
        self._sources = sources
        self._turns = turns

    def may_exclude(self, first: int, second: int) -> bool:
        """Whether a path from one line to another may be none that a run takes."""
        loops = [
            item for item in self._choices if isinstance(item, LOOPS) and holds(item, first) and holds(item, second)
        ]
        if first < second or not loops:
            return self._is_excluded_ahead(*sorted((first, second)))
        return self._is_excluded_around(max(loops, key=lambda loop: loop.line), first, second)

    def _is_excluded_ahead(self, first: int, second: int) -> bool:
        before = [item for item in self._choices if holds(item, first)]
        apart = [item for item in before if not holds(item, second)]
        after = [item for item in self._choices if holds(item, second) and not holds(item, first)]
        passed = [item for item in self._choices if first < item.line and last_line(item) < second and may_change(item)]
        if len(passed) > MAXIMUM_PASSED or any(map(names_all, passed)):
            return True
        if any(self._is_of_a_turn(item, first, second) for item in (*apart, *after)):
            return True
        pairs = chain(product(apart, after), product(before, passed), product(passed, after))
        return any(self._exclude(one, first, other, second) for one, other in pairs) or any(
            self._sources.are_correlated(*pair) and not _ask_the_same(*pair) and not all(map(leaves, pair))
            for pair in combinations(passed, 2)
        )

    def _is_of_a_turn(self, choice: Choice, first: int, second: int) -> bool:
        """Whether a choice depends on which turn of a loop it is that only one of the lines stands in."""
        loops = [item for item in self._choices if isinstance(item, LOOPS) and item is not choice]
        return any(
            holds(loop, choice.line) and holds(loop, first) != holds(loop, second) and self._turns.tells(choice, loop)
            for loop in loops
        )

    def _is_excluded_around(self, loop: Choice, first: int, second: int) -> bool:
        """Whether the next turn of a loop may not come to a line after the other one was passed in the turn before."""
        inside = [item for item in self._choices if item is not loop and holds(loop, item.line)]
        around = [item for item in inside if holds(item, first) or holds(item, second)]
        passed = [
            item
            for item in inside
            if item not in around
            and (first < item.line or last_line(item) < second)
            and may_change(item)
            and not leaves(item)
        ]
        if any(self._turns.tells(item, loop) for item in (*around, *passed)):
            return True
        apart = [item for item in around if not holds(item, second)]
        after = [item for item in around if not holds(item, first)]
        return any(self._exclude(one, first, other, second) for one, other in product(apart, after))

    def _exclude(self, one: Choice, first: int, other: Choice, second: int) -> bool:
        """Whether what the path needs of two choices may not go together."""
        return self._sources.are_correlated(one, other) and not _is_same_way(one, first, other, second)


def _ask_the_same(first: Choice, second: Choice) -> bool:
    """Whether two statements decide by one condition, of which the analysis remembers the outcome."""
    kinds = {isinstance(first, LOOPS), isinstance(second, LOOPS)}
    matches = isinstance(first, MatchStmt) or isinstance(second, MatchStmt)
    return not matches and len(kinds) == 1 and are_the_same(condition_of(first), condition_of(second))


def _is_same_way(first: Choice, before: int, second: Choice, after: int) -> bool:
    """Whether two statements decide by one condition, and the path needs the same outcome of both."""
    stand = holds(first, before) and holds(second, after)
    return stand and _ask_the_same(first, second) and _is_met(first, before) is _is_met(second, after)


def _is_met(statement: Choice, line: int) -> bool:
    """Whether a line stands where the condition is true."""
    body = statement.body[0] if isinstance(statement, IfStmt) else statement
    return holds(body, line)
