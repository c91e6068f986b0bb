"""`states` as text: the source on the left, the lanes on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from mypy_session_plugin.command_line.sheets import Cell, Row, Sheet

#: Longer lines of source are cut, so that the lanes stay near; the cells of longer lanes go on below.
WIDEST_SOURCE = 88
WIDEST_CELL = 40
_GAP = "  "
_OR = " | "


def page(sheets: Sequence[Sheet], unicode: bool) -> str:
    """The sheets one below the other; what stays as it is in the line above is a bar."""
    return "\n\n".join("\n".join(_lines(sheet, "│" if unicode else ":")) for sheet in sheets)


def _lines(sheet: Sheet, bar: str) -> Iterator[str]:
    titles = [f"{lane.place}: {lane.holds}" for lane in sheet.lanes]
    shown = [[_shown(cell, bar) for cell in row.cells] for row in sheet.rows]
    widths = [max(len(line) for line in [title, *_flat(shown, lane)]) for lane, title in enumerate(titles)]
    digits = len(str(sheet.rows[-1].number))
    source = max(len(sheet.function.name), min(WIDEST_SOURCE, max(len(row.text) for row in sheet.rows)))
    yield _joined(sheet.function.name, digits + len(_GAP) + source, titles, widths)
    for row, cells in zip(sheet.rows, shown, strict=True):
        text = row.text if len(row.text) <= source else f"{row.text[: source - 3]}..."
        left = f"{row.number:>{digits}}{_GAP}{text}"
        for parts in list(zip_longest(*cells, fillvalue="")) or [()]:
            yield _joined(left, digits + len(_GAP) + source, parts, widths)
            left = ""
        yield from _reports(row, digits)
    if sheet.unknown:
        yield f"{' ' * digits}{_GAP}nothing is known of {', '.join(sheet.unknown)}"


def _flat(shown: Sequence[Sequence[Sequence[str]]], lane: int) -> Iterator[str]:
    return (line for cells in shown for line in cells[lane])


def _reports(row: Row, digits: int) -> Iterator[str]:
    for report in row.reports:
        yield f"{' ' * digits}{_GAP}^ {report.severity}: {report.text}"


def _joined(left: str, width: int, cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = "".join(f"{_GAP}{cell:<{lane}}" for cell, lane in zip(cells, widths, strict=False))
    return f"{left:<{width}}{padded}".rstrip()


def _shown(cell: Cell | None, bar: str) -> list[str]:
    """The lines of a cell: one, or where that is too long one for each group of states."""
    if cell is None:
        return [""]
    if not cell.is_new:
        return [bar]
    first, *others = cell.text.split(_OR) if len(cell.text) > WIDEST_CELL else [cell.text]
    return [first, *(f"| {other}" for other in others)]
