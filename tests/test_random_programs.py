"""Properties of random programs: no revealed state is ever wrong, and what is reported is what happens.

`hypothesis` writes programs over the session API; mypy checks all of them in one build; Python runs each on SQLite
under all values of its flags.  What state every `reveal_state(x)` meets must be among what is revealed; a report that
predicts an exception must come true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests import session_models
from tests.harness import Harness, Report
from tests.program_runs import Happened, Runs, run
from tests.random_checks import LINES, NUMBER, draw_programs, reports_of_each, shown, size_and_seed
from tests.random_programs import programs
from tests.random_unknown import PAGE, PHRASES, Sources
from tests.session_models import HEADER

#: Codes of which one path that goes wrong is enough.
ON_ONE_PATH = ("session-closed", "session-transaction", "session-failed-flush")
#: Of so many programs one is plain.
PLAIN = 4
STATES = {"transient", "pending", "persistent", "deleted", "detached"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A program, what mypy reveals and reports there, and what happens when it runs; all by its own lines."""

    source: str
    revealed: dict[int, set[str]]
    reports: tuple[Report, ...]
    runs: Runs


def check_programs(harness: Harness, sources: list[str]) -> Iterator[Checked]:
    """Check all in one module, then run each."""
    for source, found in zip(sources, reports_of_each(harness, HEADER, session_models, sources), strict=True):
        yield _checked(source, found)


def _checked(source: str, found: list[Report]) -> Checked:
    revealed: dict[int, set[str]] = {}
    for report in found:
        match = re.search(r'Revealed state is "(.*)"', report.message)
        if match:
            states = {part.partition("[")[0].lower() for part in match[1].split(" | ")}
            revealed[report.line] = revealed.get(report.line, set()) | states
    errors = tuple(report for report in found if report.severity == "error")
    told = {line for report in errors for lines in lines_told(report) for line in lines}
    return Checked(source, revealed, errors, run(source, told | {report.line for report in errors}))


def wrong_states(program: Checked) -> Iterator[str]:
    """Where a state was met that is not among those revealed."""
    for line, met in program.runs.states.items():
        known = program.revealed.get(line, {"unreached"})
        if "unknown" not in known and not met <= known:
            yield shown(program.source, line, f"met {sorted(met)}, revealed {sorted(known)}")


def without_reason(program: Checked) -> Iterator[int]:
    """The lines that ask where nothing stands before from which the unknown may come."""
    sources = Sources(program.source, program.runs.refused)
    for line in program.runs.states:
        if line in program.revealed and not sources.reasons(line):
            yield line


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
            yield shown(program.source, report.line, f"reported [{report.code}] {report.message}; happened: {happened}")


def _is_seen(report: Report, runs: Runs) -> bool:
    """Whether the path that a report tells was gone: what it says to have happened before has."""
    causes = lines_told(report)
    passages = runs.passages.get(report.line, ())
    return not runs.locked and any(all(item.after & cause for cause in causes) for item in passages)


def lines_told(report: Report) -> list[set[int]]:
    """The lines of the causes that a report tells; where it is one of several, all of them together."""
    return [{int(number) for number in NUMBER.findall(lines)} for lines in LINES.findall(report.message)]


def _comes_true(report: Report, happened: Happened) -> bool:
    if report.code == "session-merge":
        return happened.raised is not None or happened.left or all(happened.merged) or "second copy" in report.message
    if "raises" not in report.message or happened.left:
        return True
    # What Python, or the database, refuses comes before what is told; so does a load that fails.
    names = [base.__name__ for base in type(happened.raised).__mro__]
    if not {"DBAPIError", "DetachedInstanceError"}.isdisjoint(names):
        return True
    return names[0] in report.message or ("Exception" in names and "SQLAlchemyError" not in names)


@pytest.fixture(scope="module")
def checked(harness: Harness, request: pytest.FixtureRequest) -> list[Checked]:
    """Random programs, checked and run; the plain ones last."""
    count, number = size_and_seed(request)
    plain = draw_programs(programs(plain=True), count // PLAIN, number)
    others = draw_programs(programs(plain=False), count - len(plain), number)
    return list(check_programs(harness, [*others, *plain]))


def test_no_revealed_state_is_wrong(checked: list[Checked]) -> None:
    wrong = [text for program in checked for text in wrong_states(program)]
    assert not wrong, f"{len(wrong)}, the shortest:\n" + min(wrong, key=len)


def test_what_is_reported_happens(checked: list[Checked]) -> None:
    wrong = [text for program in checked for text in wrong_reports(program)]
    assert not wrong, f"{len(wrong)}, the shortest:\n" + min(wrong, key=len)


def test_nothing_is_unknown_but_where_the_page_says_so(checked: list[Checked]) -> None:
    """The page on states, "Where Unknown comes from", lists what stands before each answer that is unknown."""
    answers = [
        (shown(program.source, line, f"revealed {sorted(program.revealed[line])}"), program.revealed[line])
        for program in checked
        for line in without_reason(program)
    ]
    wrong = [text for text, known in answers if "unknown" in known]
    assert not wrong, f"{len(wrong)}, the shortest:\n" + min(wrong, key=len)
    assert len(answers) > sum(len(program.runs.states) for program in checked) / 4


def test_the_page_lists_what_makes_unknown() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert [phrase for phrase in sorted(PHRASES) if phrase not in page] == []


def test_programs_meet_all_states_and_are_mostly_known(checked: list[Checked]) -> None:
    """The properties say something only if the programs get somewhere and the analysis knows something."""
    assert set().union(*(states for program in checked for states in program.runs.states.values())) >= STATES
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


def test_reports_come_true(checked: list[Checked]) -> None:
    """The same for what is reported: most of the codes that predict an exception are met by programs that run."""
    met = {report.code for program in checked for report in program.reports if report.line in program.runs.passages}
    assert met >= {"session-merge", "session-mismatch", "session-state", "session-transaction"}
