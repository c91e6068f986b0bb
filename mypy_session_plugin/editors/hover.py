"""What an editor shows of the place under the cursor: `user: persistent in session, loaded at line 12`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from mypy_session_plugin.inspection import Inspection, reasons, summary
from mypy_session_plugin.recorder import Record

STALE = "in the last text that mypy could check"
_NAME = re.compile(r"\w+")


def hover_text(seen: Inspection, text: str, line: int, character: int) -> str | None:
    """How what is at a position of a text stands, or None where nothing is known.

    Args:
        seen: What mypy saw, in this text or in an earlier one.  Where that had another line here, nothing is known.
        text: What the editor shows.
        line: The line, from 0.
        character: The place in the line in UTF-16 code units, from 0, as the protocol counts.
    """
    edit = Edit(seen.source, text)
    line_then = edit.before(line + 1)
    if line_then is None:
        return None
    line_text = edit.new[line]
    record = _record(seen, line_then, line_text, _index(line_text, character))
    if record is None:
        return None
    lines = {line: edit.after(line) or 0 for item in record.standings for line in (item.line, item.assumed)}
    standings = [replace(item, line=lines[item.line], assumed=lines[item.assumed]) for item in record.standings]
    told = ", ".join(filter(None, [summary(standings), reasons(standings)]))
    place = record.place or _shown(record, edit.old)
    return f"{place}: {told}" + (f" ({STALE})" if text != seen.source else "")


class Edit:
    """What was done to a text since it was looked at: which of its lines, counted from 1, are which of the new one."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old.splitlines(), new.splitlines()
        self._blocks = SequenceMatcher(None, self.old, self.new, autojunk=False).get_matching_blocks()

    def before(self, line: int) -> int | None:
        """The old line that a new one is, if it was not edited."""
        return next((line + i - j for i, j, size in self._blocks if j < line <= j + size), None)

    def after(self, line: int) -> int | None:
        """The new line that an old one is, if it was not edited."""
        return next((line + j - i for i, j, size in self._blocks if i < line <= i + size), None)


def _index(line: str, character: int) -> int:
    """The index in a string of a place that is counted in UTF-16 code units."""
    return len(line.encode("utf-16-le", "surrogatepass")[: 2 * character].decode("utf-16-le", "ignore"))


def _record(seen: Inspection, line_number: int, line: str, index: int) -> Record | None:
    before = line[:index]
    if before.isascii():
        return seen.at(line_number, index)
    name = next((found[0] for found in _NAME.finditer(line) if found.start() <= index < found.end()), None)
    found = (seen.at(line_number, column) for column in _columns(before))
    return next((record for record in found if record is not None and name in record.place.split(".")), None)


def _columns(before: str) -> Iterator[int]:
    """Which column mypy may mean behind text that is not ASCII: a name has to confirm it.

    It counts bytes; the parser of its newer releases converts them to characters, some of them twice.
    """
    characters, size = len(before), len(before.encode("utf-8", "surrogatepass"))
    yield from (size, characters, 2 * characters - size)


def _shown(record: Record, lines: Sequence[str]) -> str:
    """An expression that is no name, as the source has it, if it stands on one short line."""
    part = record.range
    line = lines[part.line - 1]
    fits = part.line == part.end_line and line.isascii() and part.end_column - part.column <= 60
    return line[part.column : part.end_column] if fits else "this expression"
