"""The source of a function with a lane for each variable: what both pages of `states` show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mypy_session_plugin.inspection import (
    MODULE,
    NOT_FOLLOWED,
    UNKNOWN,
    Function,
    Inspection,
    Record,
    Report,
    is_session,
    reasons,
    summary,
)


@dataclass(frozen=True, slots=True)
class Lane:
    """A variable or attribute path, and what it holds: a class, or a session."""

    place: str
    holds: str


@dataclass(frozen=True, slots=True)
class Cell:
    """How a place stands after a line.

    `reasons` tell what brought it there, `is_new` that the line above shows something else.
    """

    text: str
    reasons: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the source, the cells of its lanes (None where nothing is known there), and what mypy reports."""

    number: int
    text: str
    cells: tuple[Cell | None, ...]
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One function, or the top level of the file; `unknown` are the places of which nothing is known on any line."""

    function: Function
    lanes: tuple[Lane, ...]
    unknown: tuple[str, ...]
    rows: tuple[Row, ...]


def sheets(inspection: Inspection, functions: Sequence[Function]) -> list[Sheet]:
    """The sheets of these functions; of those in which no state is known none."""
    return [sheet for function in functions if (sheet := _sheet(inspection, function)).lanes]


def _sheet(inspection: Inspection, function: Function) -> Sheet:
    lines = inspection.source.splitlines()
    places = _by_place(function.records)
    found = {place: records for place, records in places.items() if any(map(_is_known, records.values()))}
    lanes = tuple(Lane(place, _held(list(records.values()))) for place, records in found.items())
    last: list[str] = [""] * len(lanes)
    rows: list[Row] = []
    for number in range(function.first_line, min(function.last_line, len(lines)) + 1):
        cells = tuple(_cells([records.get(number) for records in found.values()], last))
        reports = tuple(report for report in inspection.reports if report.line == number)
        if function.name != MODULE or any(cells):
            rows.append(Row(number, lines[number - 1].expandtabs(4).rstrip(), cells, reports))
    return Sheet(function, lanes, tuple(place for place in places if place not in found), tuple(rows))


def _by_place(records: Sequence[Record]) -> Mapping[str, Mapping[int, Record]]:
    """The records after statements, by place and by the last line of the statement; of two on one line the last."""
    found: dict[str, dict[int, Record]] = {}
    for record in records:
        if record.is_after:
            found.setdefault(record.place, {})[record.range.end_line] = record
    return {place: lines for place, lines in found.items() if any(map(_tells, lines.values()))}


def _tells(record: Record) -> bool:
    """Whether a record says more than that something is a session."""
    return summary(record.standings) != NOT_FOLLOWED


def _is_known(record: Record) -> bool:
    """Whether a record says how something stands."""
    return any(item.state not in (UNKNOWN, NOT_FOLLOWED) for item in record.standings)


def _held(records: Sequence[Record]) -> str:
    if any(is_session(record.standings) for record in records):
        return "session"
    names = {item.class_name.rpartition(".")[2] for record in records for item in record.standings if item.class_name}
    return "|".join(sorted(names))


def _cells(records: Sequence[Record | None], last: list[str]) -> Iterator[Cell | None]:
    """The cells of a line; `last` are the texts above, lane by lane, and become those of this line."""
    for position, record in enumerate(records):
        if record is None:
            yield None
            continue
        text = summary(record.standings) if _tells(record) else UNKNOWN
        yield Cell(text, reasons(record.standings), text != last[position])
        last[position] = text
