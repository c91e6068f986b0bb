"""Which functions of a module call which: something may be reported in one for what it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mypy.nodes import TypeInfo

from mypy_session_plugin.mypy_compat.units import Unit

#: How many calls deep a body is followed, and so looked for when something may be reported because of it.
MAXIMUM_DEPTH = 2


class Callers:
    """What stands in the functions of one module, as mypy comes to them: names of interest, and calls between them.

    `enough` tells whether something may be reported in a unit with these names, which with all that it calls has those.
    `before`: what was seen when mypy checked the whole module, for an update of the daemon.
    """

    def __init__(
        self, module: str, enough: Callable[[Unit, set[str], set[str]], bool], before: Callers | None = None
    ) -> None:
        self._prefix = f"{module}."
        self._enough = enough
        self._names: dict[Unit, set[str]] = {} if before is None else before._names
        self._called: dict[Unit, set[str]] = {} if before is None else before._called
        #: Those that mypy has come to now, with the classes in which they stand.
        self._classes: dict[Unit, list[TypeInfo]] = {}

    def is_own(self, full_name: str) -> bool:
        """Whether a name is one of the module."""
        return full_name.startswith(self._prefix)

    def names_with(self, name: str, unit: Unit) -> set[str]:
        """The names of interest that stand in a unit, this one included."""
        names = self._names.get(unit)
        if names is None:
            names = self._names[unit] = set()
        names.add(name)
        return names

    def note(self, full_name: str, unit: Unit, classes: Callable[[], list[TypeInfo]]) -> None:
        """A unit, which stands in these classes, calls this function or reads this attribute of the module."""
        if unit not in self._classes:
            self._classes[unit] = classes()
            self._called[unit] = set()
        self._called[unit].add(full_name)

    @property
    def any(self) -> bool:
        """Whether names of interest were seen, and functions of the module that call others of it."""
        return bool(self._classes) and bool(self._names)

    def concerned(self) -> Iterator[tuple[Unit, list[TypeInfo]]]:
        """The units, with their classes, in which something may be reported together with what they call.

        One without any name of interest gives what it calls nothing that is known.
        """
        by_name = {unit.fullname: unit for unit in (*self._names, *self._called)}
        for unit, classes in self._classes.items():
            reached = {unit}
            last = [unit] if self._names.get(unit) else []
            for _ in range(MAXIMUM_DEPTH):
                called = {by_name.get(name) for caller in last for name in self._called.get(caller, ())}
                last = [other for other in called if other is not None and other not in reached]
                reached.update(last)
            names = set[str]().union(*(self._names.get(other, ()) for other in reached))
            if len(reached) > 1 and self._enough(unit, self._names.get(unit, set()), names):
                yield unit, classes
