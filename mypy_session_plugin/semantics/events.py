"""Events: what the reporting walk shows the rules, on one path state at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mypy.nodes import Context, Expression

from mypy_session_plugin.facts.states import State
from mypy_session_plugin.facts.values import Value
from mypy_session_plugin.semantics.binding import BoundCall


@dataclass(frozen=True, slots=True)
class CallEvent:
    """A call of a stubbed function is about to have its effects; `session` is the one that it works with."""

    node: Context
    name: str
    session: Value
    call: BoundCall
    callee: Expression | None


@dataclass(frozen=True, slots=True)
class PositionEvent:
    """A value arrives at a position with a phantom type that admits `states`.

    `where` is how a message names the position, `expression` the syntax of the value and `session` the one that the
    position's instances belong to, if it is known.
    """

    node: Context
    expression: Context
    where: str
    value: Value
    states: frozenset[State]


@dataclass(frozen=True, slots=True)
class RevealEvent:
    """`reveal_state(x)`."""

    node: Context
    value: Value
    is_session: bool


class Boundary:
    """The kinds of boundary, as `CrossesThread`, `CrossesTask` and `CrossesProcess` name them."""

    THREAD = "thread"
    TASK = "task"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class HandOverEvent:
    """A value is handed over a boundary.

    `reaches` says how the other side gets at the session (`as an argument`, `through the closure ...`); `waits`, that
    the owner waits for the end before it goes on; `used_again`, that the owner uses the session in between or later.
    """

    node: Context
    boundary: str
    value: Value
    text: str
    reaches: str
    many: bool
    waits: bool
    used_again: bool


Event: TypeAlias = "CallEvent | PositionEvent | RevealEvent | HandOverEvent"
