"""Property: no revealed state is ever wrong.

`hypothesis` writes programs over the session API; Python runs each on SQLite under all values of its flags and records
what state every `reveal_state(x)` really meets; mypy checks all of them in one build.  What was met must be among what
is revealed.
"""

from __future__ import annotations

import random
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests import session_models
from tests.harness import Harness
from tests.random_programs import FLAGS, programs
from tests.session_models import HEADER, fresh_engine, run_program, state_of

#: A program that has executed this many lines is in a loop without end.
MAXIMUM_LINES = 400


class _Endless(BaseException):
    """A program did not end."""


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


def states_met(source: str) -> dict[int, set[str]]:
    """The states that each line with `reveal_state` met, under all values of the flags."""
    met: dict[int, set[str]] = defaultdict(set)

    def record(instance: object) -> None:
        met[sys._getframe(1).f_lineno].add(state_of(instance))

    program = run_program(source, record)["program"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for values in product((False, True), repeat=len(FLAGS)):
            _run(program, values)
    return met


def _run(program: Any, values: tuple[bool, ...]) -> None:
    left = [MAXIMUM_LINES]

    def count_line(frame: Any, event: str, argument: object) -> Any:
        if frame.f_code.co_name != "program":
            return None
        left[0] -= 1
        if left[0] < 0:
            raise _Endless
        return count_line

    with fresh_engine() as engine:
        sys.settrace(count_line)
        try:
            program(engine, *values)
        except (Exception, _Endless):
            pass
        finally:
            sys.settrace(None)


def states_revealed(harness: Harness, sources: list[str]) -> Iterator[dict[int, set[str]]]:
    """What mypy reveals in each program, by line."""
    text, starts = HEADER, list[int]()
    for number, source in enumerate(sources):
        starts.append(text.count("\n"))
        text += source.replace("def program(", f"def program{number}(")
    starts.append(text.count("\n"))
    models = Path(session_models.__file__).read_text(encoding="utf-8")
    reports = harness.run_in_process({"session_models.py": models, "programs.py": text})
    revealed: dict[int, set[str]] = {}
    for report in reports:
        match = re.search(r'Revealed state is "(.*)"', report.message)
        if match:
            states = {part.partition("[")[0].lower() for part in match[1].split(" | ")}
            revealed[report.line] = revealed.get(report.line, set()) | states
    for start, end in pairwise(starts):
        yield {line - start: states for line, states in revealed.items() if start < line <= end}


def test_no_revealed_state_is_wrong(harness: Harness, request: pytest.FixtureRequest) -> None:
    count, number = request.config.getoption("--programs"), request.config.getoption("--program-seed")
    sources = draw_programs(count, random.SystemRandom().randrange(10**6) if number < 0 else number)
    wrong = []
    for source, revealed in zip(sources, states_revealed(harness, sources), strict=True):
        for line, met in states_met(source).items():
            known = revealed.get(line, {"unreached"})
            if "unknown" not in known and not met <= known:
                lines = source.splitlines()
                lines[line - 1] += f"  # <-- met {sorted(met)}, revealed {sorted(known)}"
                wrong.append("\n".join(lines))
    assert not wrong, f"{len(wrong)} of {count} programs, the shortest:\n" + min(wrong, key=len)


def test_programs_meet_all_states_and_are_mostly_known(harness: Harness) -> None:
    """The property says something only if the programs get somewhere and the analysis knows something."""
    sources = draw_programs(60, 1)
    met = [states_met(source) for source in sources]
    assert set().union(*(states for lines in met for states in lines.values())) == {
        "transient",
        "pending",
        "persistent",
        "deleted",
        "detached",
    }
    revealed = list(states_revealed(harness, sources))
    reached = [(known[line], lines[line]) for known, lines in zip(revealed, met, strict=True) for line in lines]
    exact = sum(known == states for known, states in reached)
    certain = sum("unknown" not in known for known, _states in reached)
    assert exact > len(reached) / 3
    assert certain > len(reached) / 2
