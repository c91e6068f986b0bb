"""Random programs as a test has them: drawn, checked by mypy as one module, and shown where one is wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.harness import Harness, Report

#: Stands at the end of every name of the module, where the number of the program comes.
MARK = "_MARK"
#: How a message tells one line, or several of which it is one.
LINES = re.compile(r"(?<=line )\d+(?:, \d+)*(?: or \d+)?")
NUMBER = re.compile(r"\d+")


def size_and_seed(request: pytest.FixtureRequest) -> tuple[int, int]:
    """How many programs are asked for, and the seed of them; another one at each run where it is below 0."""
    count, number = request.config.getoption("--programs"), request.config.getoption("--program-seed")
    return count, random.SystemRandom().randrange(10**6) if number < 0 else number


def draw_programs(programs: SearchStrategy[str], count: int, number: int) -> list[str]:
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
    @given(programs)
    def collect(program: str) -> None:
        drawn.append(program)

    collect()
    return drawn[:count]


def reports_of_each(harness: Harness, header: str, models: ModuleType, sources: list[str]) -> Iterator[list[Report]]:
    """What mypy says of each program, by its own lines: all of them are one module, below the header."""
    text, starts = header, list[int]()
    for number, source in enumerate(sources):
        starts.append(text.count("\n"))
        text += source.replace(MARK, str(number))
    starts.append(text.count("\n"))
    path = Path(str(models.__file__))
    result = harness.project({path.name: path.read_text(encoding="utf-8"), "programs.py": text}).run()
    assert result.status < 2, result.output[-2000:]
    for start, end in pairwise(starts):
        mine = [item for item in result.reports if item.file == "programs.py" and start < item.line <= end]
        yield [_from_start(report, start) for report in mine]


def _from_start(report: Report, start: int) -> Report:
    """A report with its line, and those that it tells, counted from the start of its program."""
    message = LINES.sub(lambda lines: NUMBER.sub(lambda found: str(int(found[0]) - start), lines[0]), report.message)
    return replace(report, line=report.line - start, message=message)


def shown(source: str, line: int, remark: str) -> str:
    """The source with a remark at a line."""
    lines = source.splitlines()
    lines[line - 1] += f"  # <-- {remark}"
    return "\n".join(lines)
