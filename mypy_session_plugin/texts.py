"""What the text of a module tells of calls for which mypy looks up no name: nothing is known of what is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mypy.nodes import FuncDef, Import, ImportFrom, MypyFile

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.sinks import Sinks


def untyped_names(
    tree: MypyFile, packages: Collection[str], sinks: Callable[[], Sinks], modules: Container[str]
) -> set[str]:
    """The sinks, as the module calls them, of those packages that it imports and mypy has no types of.

    So with those whose decorators make something of a function that their types do not tell.  The sinks are asked for
    only if such a package is imported; `modules` are those of the build.
    """
    imported: set[str] = set()
    untyped: set[str] = set()
    aliases: dict[str, set[str]] = {}
    for name, taken in _imports(tree):
        package = name.partition(".")[0]
        if package in packages:
            imported.add(package)
            if name not in modules:
                untyped.add(package)
            for original, alias in taken:
                aliases.setdefault(original, {original}).add(alias or original)
    if not imported:
        return set()
    read = sinks()
    untyped |= imported & read.decorating
    named = (sink.partition(".") for sink in read.crossing | read.serialising) if untyped else ()
    found = {name for package, _, name in named if package in untyped}
    return found.union(*(aliases.get(name, ()) for name in found))


def _imports(tree: MypyFile) -> Iterator[tuple[str, Sequence[tuple[str, str | None]]]]:
    """Each module that a module imports, with what it takes from there by which name."""
    for statement in tree.imports:
        if isinstance(statement, Import):
            yield from ((name, ()) for name, _alias in statement.ids)
        elif isinstance(statement, ImportFrom) and not statement.relative:
            yield statement.id, statement.names


def units_calling(text: str, names: Iterable[str]) -> Callable[[FuncDef | MypyFile], bool]:
    """Which units of a module with this text call a method or function of one of these names, whatever it is of."""
    called = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\(")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if called.search(line)]
    return lambda unit: any(_first_line(unit) <= line <= _last_line(unit, len(text)) for line in lines)


def _first_line(unit: FuncDef | MypyFile) -> int:
    return unit.line if isinstance(unit, FuncDef) else 0


def _last_line(unit: FuncDef | MypyFile, otherwise: int) -> int:
    return unit.end_line or otherwise if isinstance(unit, FuncDef) else otherwise
