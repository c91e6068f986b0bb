"""Properties of random programs: no revealed state is ever wrong, and what is reported is what happens.

`hypothesis` writes programs over the session API; mypy checks all of them in one build; Python runs each on SQLite
under all values of its flags.  What state every `reveal_state(x)` meets must be among what is revealed; a report that
predicts an exception must come true.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests import session_models
from tests.harness import Harness, Report
from tests.program_runs import Happened, Runs, run
from tests.random_programs import MARK, programs
from tests.session_models import HEADER

#: Codes of which one path that goes wrong is enough.
ON_ONE_PATH = ("session-closed", "session-transaction", "session-failed-flush")


@dataclass(frozen=True, slots=True)
class Checked:
    """A program, what mypy reveals and reports there, and what happens when it runs; all by its own lines."""

    source: str
    revealed: dict[int, set[str]]
    reports: tuple[Report, ...]
    runs: Runs

    def shown(self, line: int, remark: str) -> str:
        """The source with a remark at a line."""
        lines = self.source.splitlines()
        lines[line - 1] += f"  # <-- {remark}"
        return "\n".join(lines)


def draw_programs(count: int, number: int) -> list[str]:
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
    @given(programs())
    def collect(program: str) -> None:
        drawn.append(program)

    collect()
    return drawn[:count]


def check_programs(harness: Harness, sources: list[str]) -> Iterator[Checked]:
    """Check all in one module, then run each."""
    text, starts = HEADER, list[int]()
    for number, source in enumerate(sources):
        starts.append(text.count("\n"))
        text += source.replace(MARK, str(number))
    starts.append(text.count("\n"))
    models = Path(session_models.__file__).read_text(encoding="utf-8")
    result = harness.project({"session_models.py": models, "programs.py": text}).run()
    assert result.status < 2, result.output[-2000:]
    for source, (start, end) in zip(sources, pairwise(starts), strict=True):
        revealed: dict[int, set[str]] = {}
        reports = []
        for report in result.reports:
            if report.file == "programs.py" and start < report.line <= end:
                line = report.line - start
                match = re.search(r'Revealed state is "(.*)"', report.message)
                if match:
                    states = {part.partition("[")[0].lower() for part in match[1].split(" | ")}
                    revealed[line] = revealed.get(line, set()) | states
                elif report.severity == "error":
                    message = re.sub(r"(?<=line )\d+", lambda found: str(int(found[0]) - start), report.message)  # noqa: B023
                    reports.append(Report(report.file, line, report.severity, message, report.code))
        runs = run(source, {report.line for report in reports})
        yield Checked(source, revealed, tuple(reports), runs)


def wrong_states(program: Checked) -> Iterator[str]:
    """Where a state was met that is not among those revealed."""
    for line, met in program.runs.states.items():
        known = program.revealed.get(line, {"unreached"})
        if "unknown" not in known and not met <= known:
            yield program.shown(line, f"met {sorted(met)}, revealed {sorted(known)}")


def wrong_reports(program: Checked) -> Iterator[str]:
    """Where something was reported that does not happen."""
    for report in program.reports:
        passages = program.runs.passages.get(report.line, ())
        came_true = [_comes_true(report, item) for item in passages]
        if report.code not in ON_ONE_PATH:
            is_wrong = not all(came_true)
        else:
            is_wrong = _is_seen(report, program.runs) and not any(came_true)
        if is_wrong:
            happened = sorted({type(item.raised).__name__ for item in passages})
            yield program.shown(report.line, f"reported [{report.code}] {report.message}; happened: {happened}")


def _is_seen(report: Report, runs: Runs) -> bool:
    """Whether the path that a report tells was gone: the flush failed that it says may fail."""
    passages = runs.passages.get(report.line, [])
    through = re.search(r'on the path through "[^"]*" \(line (\d+)\)', report.message)
    if through is not None:
        passages = [item for item in passages if int(through[1]) in item.handlers]
    return bool(passages) and not runs.locked


def _comes_true(report: Report, happened: Happened) -> bool:
    if report.code == "session-merge":
        return happened.raised is not None or all(happened.merged) or "second copy" in report.message
    if "raises" not in report.message:
        return True
    return happened.raised is not None and type(happened.raised).__name__ in report.message


@pytest.fixture(scope="module")
def checked(harness: Harness, request: pytest.FixtureRequest) -> list[Checked]:
    """Random programs, checked and run."""
    count, number = request.config.getoption("--programs"), request.config.getoption("--program-seed")
    sources = draw_programs(count, random.SystemRandom().randrange(10**6) if number < 0 else number)
    return list(check_programs(harness, sources))


def test_no_revealed_state_is_wrong(checked: list[Checked]) -> None:
    wrong = [text for program in checked for text in wrong_states(program)]
    assert not wrong, f"{len(wrong)}, the shortest:\n" + min(wrong, key=len)


def test_what_is_reported_happens(checked: list[Checked]) -> None:
    wrong = [text for program in checked for text in wrong_reports(program)]
    assert not wrong, f"{len(wrong)}, the shortest:\n" + min(wrong, key=len)


def test_programs_meet_all_states_and_are_mostly_known(checked: list[Checked]) -> None:
    """The properties say something only if the programs get somewhere and the analysis knows something."""
    assert set().union(*(states for program in checked for states in program.runs.states.values())) == {
        "transient",
        "pending",
        "persistent",
        "deleted",
        "detached",
        "none",
    }
    reached = [
        (program.revealed[line], states)
        for program in checked
        for line, states in program.runs.states.items()
        if line in program.revealed
    ]
    exact = sum(known == states for known, states in reached)
    certain = sum("unknown" not in known for known, _states in reached)
    assert exact > len(reached) / 3
    assert certain > len(reached) / 2
