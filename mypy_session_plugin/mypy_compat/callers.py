"""Which functions of a module call which: something may be reported in one for what it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mypy.nodes import TypeInfo

from mypy_session_plugin.mypy_compat.units import Unit

#: How many calls deep a body is followed, and so looked for when something may be reported because of it.
MAXIMUM_DEPTH = 2


class Callers:
    """The calls between the functions of one module, as mypy comes to them.

    `enough` tells whether something may be reported in a unit with these names, which with all that it calls has those.
    """

    def __init__(self, module: str, enough: Callable[[Unit, set[str], set[str]], bool]) -> None:
        self._prefix = f"{module}."
        self._enough = enough
        self._called: dict[Unit, set[str]] = {}
        self._classes: dict[Unit, list[TypeInfo]] = {}

    def is_own(self, full_name: str) -> bool:
        """Whether a name is one of the module."""
        return full_name.startswith(self._prefix)

    def note(self, full_name: str, unit: Unit, classes: Callable[[], list[TypeInfo]]) -> None:
        """A unit, which stands in these classes, calls this function or reads this attribute of the module."""
        called = self._called.get(unit)
        if called is None:
            called = self._called[unit] = set()
            self._classes[unit] = classes()
        called.add(full_name)

    @property
    def any(self) -> bool:
        """Whether any function of the module calls another."""
        return bool(self._called)

    def concerned(self, seen: Mapping[Unit, set[str]]) -> Iterator[tuple[Unit, list[TypeInfo]]]:
        """The units, with their classes, in which something may be reported together with what they call.

        `seen` are the names noted in each unit; one without any gives what it calls nothing that is known.
        """
        by_name = {unit.fullname: unit for unit in (*seen, *self._called)}
        for unit, classes in self._classes.items():
            reached = {unit}
            last = [unit] if seen.get(unit) else []
            for _ in range(MAXIMUM_DEPTH):
                called = {by_name.get(name) for caller in last for name in self._called.get(caller, ())}
                last = [other for other in called if other is not None and other not in reached]
                reached.update(last)
            names = set[str]().union(*(seen.get(other, ()) for other in reached))
            if len(reached) > 1 and self._enough(unit, seen.get(unit, set()), names):
                yield unit, classes
