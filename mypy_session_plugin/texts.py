"""What the text of a module tells of calls for which mypy looks up no name: nothing is known of what is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable

from mypy.nodes import FuncDef, Import, ImportFrom, MypyFile


def untyped_names(
    tree: MypyFile, packages: Collection[str], sinks: Callable[[], Iterable[str]], modules: Container[str]
) -> set[str]:
    """The sinks of those packages that a module imports and mypy has no types of, each as the module calls it.

    `sinks`, each with its package, are asked for only if there is such a package; `modules` are those of the build.
    """
    untyped: set[str] = set()
    aliases: dict[str, set[str]] = {}
    for statement in tree.imports:
        if isinstance(statement, Import):
            untyped.update(name.partition(".")[0] for name, _alias in statement.ids if name not in modules)
        elif isinstance(statement, ImportFrom) and not statement.relative and statement.id not in modules:
            untyped.add(statement.id.partition(".")[0])
            for name, alias in statement.names:
                aliases.setdefault(name, {name}).add(alias or name)
    untyped.intersection_update(packages)
    named = (sink.partition(".") for sink in sinks()) if untyped else ()
    found = {name for package, _, name in named if package in untyped}
    return found.union(*(aliases.get(name, ()) for name in found))


def units_calling(text: str, names: Iterable[str]) -> Callable[[FuncDef | MypyFile], bool]:
    """Which units of a module with this text call a method or function of one of these names, whatever it is of."""
    called = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\(")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if called.search(line)]
    return lambda unit: any(_first_line(unit) <= line <= _last_line(unit, len(text)) for line in lines)


def _first_line(unit: FuncDef | MypyFile) -> int:
    return unit.line if isinstance(unit, FuncDef) else 0


def _last_line(unit: FuncDef | MypyFile, otherwise: int) -> int:
    return unit.end_line or otherwise if isinstance(unit, FuncDef) else otherwise
