"""Properties of random programs of loads: a read that is reported raises what the report says, whenever it is reached.

`hypothesis` writes programs, mypy checks all of them in one build, and Python runs each on SQLite under all values of
its flags, some with an AsyncSession.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mypy_session_plugin.judging import Judge
from tests import load_models
from tests.harness import Harness, Report
from tests.load_runs import CODES, HEADER, Reads, run_all, run_all_async
from tests.random_checks import MARK, draw_programs, reports_of_each, shown, size_and_seed
from tests.random_loads import load_programs

#: How messages begin on what is read of each element of a collection.
ELEMENT = '"item.'


@dataclass(frozen=True, slots=True)
class Checked:
    """A program, what mypy reports there, and what its reads do; all by its own lines."""

    source: str
    reports: tuple[Report, ...]
    reads: Reads


def check_programs(harness: Harness, sources: list[str], runs: list[Reads]) -> Iterator[Checked]:
    """Check all in one module."""
    found = reports_of_each(harness, HEADER, load_models, sources)
    for source, reads, mine in zip(sources, runs, found, strict=True):
        reports = tuple(report for report in mine if report.severity == "error" and report.code in CODES)
        yield Checked(source, reports, reads)


@pytest.fixture(scope="module")
def checked(harness: Harness, request: pytest.FixtureRequest) -> list[Checked]:
    """Random programs, checked and run; the second half with an AsyncSession."""
    count, number = size_and_seed(request)
    plain, waiting = (draw_programs(load_programs(is_async=is_async), count // 2, number) for is_async in (False, True))
    runs = [*run_all(plain), *run_all_async(waiting)]
    return list(check_programs(harness, [*plain, *waiting], runs))


def wrong_reports(program: Checked) -> Iterator[str]:
    """Where something was reported that does not happen."""
    for report in program.reports:
        foreseen = {item.code for item in program.reports if item.line == report.line}
        passages = program.reads.lines.get(report.line, [])
        # What ends the program otherwise comes before what is read.
        wrong = [met for met in passages if met.isdisjoint(foreseen) and met <= set(CODES)]
        # A collection is taken to have elements; they are not reached where it cannot be read itself.
        if wrong and ELEMENT not in report.message:
            happened = sorted({code or "nothing" for met in wrong for code in met or [""]})
            yield shown(program.source, report.line, f"[{report.code}] {report.message}; happened: {happened}")


def test_what_is_reported_raises(checked: list[Checked]) -> None:
    wrong = [text for program in checked for text in wrong_reports(program)]
    assert not wrong, f"{len(wrong)}, the shortest:\n" + min(wrong, key=len)


def test_what_the_syntax_leaves_out_has_nothing_to_report(
    harness: Harness, checked: list[Checked], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most functions are not analysed, for what their names alone tell: with those the reports are the same."""
    monkeypatch.setattr(Judge, "are_enough", lambda _judge, _names, _unit: True)
    found = reports_of_each(harness, f"{HEADER}#\n", load_models, [program.source for program in checked])
    for program, all_of_them in zip(checked, found, strict=True):
        reports = tuple(item for item in all_of_them if item.severity == "error" and item.code in CODES)
        assert reports == program.reports, program.source


def first_certain(program: Checked) -> tuple[int, str] | None:
    """The first line of the program at which each run meets the same exception, and its code."""
    lines = program.source.splitlines()
    start = next(number for number, line in enumerate(lines, 1) if f"def program{MARK}" in line)
    for line, met in sorted(program.reads.lines.items()):
        if line > start and len(set(met)) == len(met[0]) == 1 and met[0] <= set(CODES):
            return line, min(met[0])
    return None


def test_much_of_what_certainly_raises_is_reported(checked: list[Checked]) -> None:
    """Of each program the first such line: behind it nothing is told of the same instance."""
    found: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for program in checked:
        certain = first_certain(program)
        if certain is not None:
            reported = {(report.line, report.code) for report in program.reports}
            (found if certain in reported else missed)[certain[1]] += 1

    assert set(found) == set(CODES)
    assert found.total() > missed.total() / 2, (found, missed)
