"""What is recorded of the states in one module while mypy checks it, for those who want to look at them.

Without a recorder nothing is recorded, and nothing is slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """One way in which what a place holds may stand.

    `state` is one of SQLAlchemy's five, or "unknown"; of a session "open", "closed" or, where its life is not followed,
    "session"; "None" where the place may hold that.  `class_name` is the full name of the class, empty for sessions and
    None.  `session` is how the source calls the session that the instance is in; empty where it is in none, or in one
    that is not known.  `event` and `line` tell what brought it there ("loaded", 12); a line of 0 is the signature.
    `marked`: the next flush deletes it.
    `container` tells that it is an element of a list, tuple, set or dict that the place holds: the name of that kind.
    `assumed` is the line of a report behind which it stands so only if that line did not raise, as it does; else 0.
    """

    rank: int = field(repr=False)
    state: str
    class_name: str = ""
    session: str = ""
    event: str = ""
    line: int = 0
    marked: bool = False
    container: str = ""
    assumed: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """A part of the source as mypy counts: lines from 1, columns from 0, the last column behind the end."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Record:
    """What a place holds: an expression where it is evaluated, or a variable after a statement (`is_after`).

    A parameter has both at its name in the signature: as it is given, before the first statement.

    `function_line` is the line of the `def`, 0 for the top level of a module.  `place` is the name of the variable or
    attribute path; empty for other expressions, which `range` tells.
    """

    function_line: int
    place: str
    range: Range
    is_after: bool
    standings: tuple[Standing, ...]


@dataclass(slots=True)
class Recorder:
    """Collects the records of one file, whose text is `source` whatever is stored under its path.

    Without `lanes` those of expressions alone, which cost less: a variable that is not read any more is let go of.
    """

    path: Path
    source: str
    lanes: bool = True
    _records: dict[int, list[Record]] = field(default_factory=dict)

    def wants(self, path: str) -> bool:
        """Whether the states in this file are recorded."""
        return Path(path).resolve() == self.path.resolve()

    def put(self, function_line: int, records: list[Record]) -> None:
        """Keep the records of one function, in the place of what was recorded of it before."""
        self._records[function_line] = records

    def records(self) -> Iterator[Record]:
        """All records, function by function, in the order of the source."""
        for _line, records in sorted(self._records.items()):
            yield from records


_active: list[Recorder] = []


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Give the checker a recorder, for the builds inside the block."""
    _active.append(recorder)
    try:
        yield
    finally:
        _active.remove(recorder)


def recorder_for(path: str) -> Recorder | None:
    """The recorder that wants the states in a file."""
    return next((recorder for recorder in _active if recorder.wants(path)), None) if _active else None
