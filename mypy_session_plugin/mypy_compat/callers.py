"""Which functions of a module call which: something may be reported in one for what it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from mypy.nodes import TypeInfo

from mypy_session_plugin.mypy_compat.units import Unit

#: How many calls deep a body is followed, and so looked for when something may be reported because of it.
MAXIMUM_DEPTH = 2


class Judging(Protocol):
    """Tells of the units of one module whether something may be reported in them."""

    def is_worth_more(self, unit: Unit) -> None:
        """Take note that a unit is analysed whatever its names are."""

    def are_enough(self, names: set[str], unit: Unit) -> bool:
        """Whether that is so for these names, which stand in it."""

    def are_enough_together(self, unit: Unit, own: set[str], names: set[str]) -> bool:
        """Whether that is so if its `own` names, with those of all that it calls, are these."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What stands in the functions of a module: names of interest, and the functions of it that they call."""

    names: dict[Unit, set[str]] = field(default_factory=dict)
    called: dict[Unit, set[str]] = field(default_factory=dict)


class Callers:
    """What stands in the functions of one module, as mypy comes to them.

    `before`: what was seen when mypy checked the whole module, for an update of the daemon.
    """

    def __init__(self, module: str, judge: Judging, before: Seen | None = None) -> None:
        #: The beginning of the names of the module.
        self.prefix = f"{module}."
        self.seen = Seen() if before is None else before
        self._names, self._called = self.seen.names, self.seen.called
        self.judge = judge
        #: Those that mypy has come to now, with the classes in which they stand.
        self._classes: dict[Unit, list[TypeInfo]] = {}
        #: Those of which a name of interest was seen since they were judged last.
        self._unjudged: dict[Unit, list[TypeInfo]] = {}

    def finds(self, name: str, unit: Unit, classes: Callable[[], list[TypeInfo]]) -> None:
        """A name of interest stands in a unit, which stands in these classes."""
        names = self._names.get(unit)
        if names is None:
            names = self._names[unit] = set()
        names.add(name)
        if unit not in self._unjudged:
            self._unjudged[unit] = classes()

    def note(self, full_name: str, unit: Unit, classes: Callable[[], list[TypeInfo]]) -> None:
        """A unit, which stands in these classes, calls this function or reads this attribute of the module."""
        if unit not in self._classes:
            self._classes[unit] = classes()
            self._called[unit] = set()
        self._called[unit].add(full_name)

    def worth_it(self) -> dict[Unit, list[TypeInfo]]:
        """The units, with their classes, in which something may be reported for what was seen in them since."""
        unjudged, self._unjudged = self._unjudged, {}
        return {unit: classes for unit, classes in unjudged.items() if self.judge.are_enough(self._names[unit], unit)}

    @property
    def any(self) -> bool:
        """Whether names of interest were seen, and functions of the module that call others of it."""
        return bool(self._classes) and bool(self._names)

    def concerned(self) -> Iterator[tuple[Unit, list[TypeInfo]]]:
        """The units, with their classes, in which something may be reported together with what they call.

        One without any name of interest gives what it calls nothing that is known.
        """
        if not self.any:
            return
        by_name = {unit.fullname: unit for unit in (*self._names, *self._called)}
        for unit, classes in self._classes.items():
            reached = {unit}
            last = [unit] if self._names.get(unit) else []
            for _ in range(MAXIMUM_DEPTH):
                called = {by_name.get(name) for caller in last for name in self._called.get(caller, ())}
                last = [other for other in called if other is not None and other not in reached]
                reached.update(last)
            names = set[str]().union(*(self._names.get(other, ()) for other in reached))
            if len(reached) > 1 and self.judge.are_enough_together(unit, self._names.get(unit, set()), names):
                yield unit, classes
