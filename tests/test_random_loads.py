"""Properties of random programs of loads: a read that is reported raises what the report says, whenever it is reached.

`hypothesis` writes programs, mypy checks all of them in one build, and Python runs each on SQLite under all values of
its flags, some with an AsyncSession.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests import load_models
from tests.harness import Harness, Report
from tests.load_runs import CODES, HEADER, Reads, run_all, run_all_async
from tests.random_loads import MARK, load_programs

#: How messages begin on what is read of each element of a collection.
ELEMENT = '"item.'


@dataclass(frozen=True, slots=True)
class Checked:
    """A program, what mypy reports there, and what its reads do; all by its own lines."""

    source: str
    reports: tuple[Report, ...]
    reads: Reads

    def shown(self, line: int, remark: str) -> str:
        """The source with a remark at a line."""
        lines = self.source.splitlines()
        lines[line - 1] += f"  # <-- {remark}"
        return "\n".join(lines)


def draw_programs(count: int, number: int, is_async: bool) -> list[str]:
    """As many programs, always the same for a seed."""
    drawn: list[str] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(load_programs(is_async=is_async))
    def collect(program: str) -> None:
        drawn.append(program)

    collect()
    return drawn[:count]


def check_programs(harness: Harness, sources: list[str], runs: list[Reads]) -> Iterator[Checked]:
    """Check all in one module."""
    text, starts = HEADER, list[int]()
    for number, source in enumerate(sources):
        starts.append(text.count("\n"))
        text += source.replace(MARK, str(number))
    starts.append(text.count("\n"))
    models = Path(load_models.__file__).read_text(encoding="utf-8")
    result = harness.project({"load_models.py": models, "programs.py": text}).run()
    assert result.status < 2, result.output[-2000:]
    for source, reads, (start, end) in zip(sources, runs, pairwise(starts), strict=True):
        mine = [item for item in result.reports if item.file == "programs.py" and start < item.line <= end]
        reports = [
            Report(item.file, item.line - start, item.severity, item.message, item.code)
            for item in mine
            if item.severity == "error" and item.code in CODES
        ]
        yield Checked(source, tuple(reports), reads)


@pytest.fixture(scope="module")
def checked(harness: Harness, request: pytest.FixtureRequest) -> list[Checked]:
    """Random programs, checked and run; the second half with an AsyncSession."""
    count, number = request.config.getoption("--programs"), request.config.getoption("--program-seed")
    number = random.SystemRandom().randrange(10**6) if number < 0 else number
    plain, waiting = draw_programs(count // 2, number, False), draw_programs(count // 2, number, True)
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
            yield program.shown(report.line, f"[{report.code}] {report.message}; happened: {happened}")


def test_what_is_reported_raises(checked: list[Checked]) -> None:
    wrong = [text for program in checked for text in wrong_reports(program)]
    assert not wrong, f"{len(wrong)}, the shortest:\n" + min(wrong, key=len)


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
