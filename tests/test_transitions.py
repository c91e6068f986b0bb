"""The measured transition table, both ways: the table against the installed SQLAlchemy, the model against the table.

Every cell is one program (`transition_programs`): it brings an instance into a state and does one operation on it.
Python runs it on a database of its own; mypy checks the same lines and says what `reveal_state` reveals.
"""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from tests import session_models
from tests.harness import Harness, Report
from tests.session_models import HEADER, SQLALCHEMY_RELEASE, fresh_engine, run_program, state_of
from tests.transition_programs import OPERATIONS, Cell

TABLE = json.loads((Path(__file__).parent / "data" / "sqlalchemy-transitions.json").read_text(encoding="utf-8"))

NO_PROGRAM = {
    "session garbage-collected": "no line of a program says when that happens",
}
NOT_RUN = {
    ("detached-was-deleted", "commit, expire_on_commit=False"): "the setup was measured with the default setting",
}
#: Cells whose outcome is not foreseen, because somebody else deletes the row meanwhile, which no code in view shows.
UNSEEN_DELETION = {
    ("persistent-row-gone", "get of its primary key"),
    ("persistent-row-gone", "get_one of its primary key"),
    ("persistent-row-gone", "refresh"),
}
ANY_CALL_MAY_RAISE = "the handler is reached from each call before the one that really raises"
#: Cells in which the model knows less than what was measured, by operation or by state, with the reason.
LESS_EXACT = {
    "execute(delete(User) of its row)": "which rows a WHERE matches is not known",
    "with session: exit by exception": ANY_CALL_MAY_RAISE,
    "with session.begin_nested(): add; exception": ANY_CALL_MAY_RAISE,
    "with sessionmaker.begin() as t: t.add; exception": ANY_CALL_MAY_RAISE,
    "as a new child of a persistent parent": "get_one() of the parent flushes only if it must load",
    "get of its primary key": "it flushes only if it must load",
    "get_one of its primary key": "it flushes only if it must load",
    "begin_nested; rollback it": "below a second savepoint the transaction of a row is not known",
    "begin_nested; delete; flush; rollback it": "below a second savepoint the transaction of a row is not known",
    "begin_nested; add; flush; rollback it": "below a second savepoint the transaction of a row is not known",
    "begin_nested; write; flush; rollback it": "below a second savepoint the transaction of a row is not known",
    "read column": "what is loaded is not known: a load flushes, so a marked instance may be deleted",
    "read primary key": "what is loaded is not known: a load flushes, so a marked instance may be deleted",
    "read deferred column": "what is loaded is not known: a load flushes, so a marked instance may be deleted",
    "read relationship (lazy)": "what is loaded is not known: a load flushes, so a marked instance may be deleted",
    "append to relationship": "what is loaded is not known: a load flushes, so a marked instance may be deleted",
    "delete": "what it cascades to may have to be loaded, and the flush before that deletes what was marked",
    "delete_all": "what it cascades to may have to be loaded, and the flush before that deletes what was marked",
    "pending-after-failed-flush": "whether the flush in the `try` failed is not known",
    "persistent-after-failed-flush": "whether the flush in the `try` failed is not known",
}
#: Operations that reach the instance by a cascade.
CASCADING = ("parent of an added Address(user=u)", "as a new child of a persistent parent")
CODES = ("session-state", "session-mismatch", "session-detached")
#: What SQLAlchemy says to an instance whose state an operation does not take.
STATE_FAULTS = (
    "is not persisted",
    "has been deleted.  Use",
    "is not present in this Session",
    "is not persistent within this Session",
    "Given object must be transient",
    "merge() with load=False",
    "Could not refresh instance",
)
#: What it says, whatever the state, to an instance that another session holds; the latter two to others as well.
SESSION_FAULTS = (
    "is already attached to session",
    "is not present in this Session",
    "is not persistent within this Session",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A cell of the table with what was measured."""

    cell: Cell
    result: str
    raises: str | None

    @property
    def key(self) -> tuple[str, str]:
        """State and operation."""
        return self.cell.state, self.cell.operation

    def reported_as(self) -> str | None:
        """The code of the rule that the fault is a case for, None for one that is not certain.

        Not certain is one that a cascade brings about, or that the setup leaves open: whether the flush in a `try`
        failed, and that somebody else deleted the row.
        """
        if self.raises is not None and "DetachedInstanceError" in self.raises:
            return "session-detached"
        if self.raises is not None and self.cell.operation == CASCADING[0] and "already attached" in self.raises:
            return "session-mismatch"
        if self.raises is None or self.cell.operation in CASCADING or "<Address>" in self.raises:
            return None
        if self.cell.state == "pending-after-failed-flush" or self.key in UNSEEN_DELETION:
            return None
        other = "another session" in self.cell.operation or "sessionmaker" in self.cell.operation
        elsewhere = other != ("of-other-session" in self.cell.state)
        attached = self.result in ("pending", "persistent", "deleted")
        if attached and (elsewhere or other) and any(text in self.raises for text in SESSION_FAULTS):
            return "session-mismatch"
        return "session-state" if any(text in self.raises for text in STATE_FAULTS) else None


def rows() -> list[Row]:
    return [
        Row(Cell(row["state"], row["operation"]), row["result"], row.get("raises"))
        for row in TABLE["rows"]
        if row["operation"] not in NO_PROGRAM and row.get("versions", SQLALCHEMY_RELEASE) == SQLALCHEMY_RELEASE
    ]


ROWS = [row for row in rows() if row.key not in NOT_RUN]


def test_every_operation_of_the_table_has_a_program() -> None:
    assert {row["operation"] for row in TABLE["rows"]} == {*OPERATIONS, *NO_PROGRAM}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_sqlalchemy_does_what_the_table_says(operation: str) -> None:
    measured = {row.key: (row.result, _error_name(row.raises)) for row in ROWS if row.cell.operation == operation}
    assert {row.key: _run(row.cell) for row in ROWS if row.cell.operation == operation} == measured


def _error_name(raises: str | None) -> str | None:
    return None if raises is None else raises.partition(":")[0].rpartition(".")[2]


def _run(cell: Cell) -> tuple[str, str | None]:
    """The state of the instance at the end, and the name of the exception that ended the program."""
    seen: list[str] = []
    program = run_program(cell.source("program"), lambda instance: seen.append(state_of(instance)))["program"]
    with fresh_engine() as engine, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            program(engine)
        except Exception as error:
            return state_of(_local(error.__traceback__, "u")), type(error).__name__
    return seen[0], None


def _local(traceback: TracebackType | None, name: str) -> Any:
    while traceback is not None:
        if name in traceback.tb_frame.f_locals and traceback.tb_frame.f_code.co_name == "program":
            return traceback.tb_frame.f_locals[name]
        traceback = traceback.tb_next
    raise LookupError(name)


@dataclass(frozen=True, slots=True)
class Checked:
    """What mypy says of one program: the revealed states, and its reports by line of the program (from 1)."""

    revealed: frozenset[str]
    reports: tuple[tuple[int, Report], ...]


@pytest.fixture(scope="module")
def checked(harness: Harness) -> dict[tuple[Cell, bool], Checked]:
    """Every cell; those that raise a second time, inside a `try`, so that the line after it is reached."""
    programs = [(row.cell, False) for row in ROWS] + [(row.cell, True) for row in ROWS if row.raises]
    text, starts = HEADER, list[int]()
    for number, (cell, catching) in enumerate(programs):
        starts.append(text.count("\n"))
        text += cell.source(f"program{number}", catching)
    models = Path(session_models.__file__).read_text(encoding="utf-8")
    found = harness.run_in_process({"session_models.py": models, "cells.py": text})
    assert not [report for report in found if report.file != "cells.py"]
    starts.append(text.count("\n"))
    result: dict[tuple[Cell, bool], Checked] = {}
    for program, (start, end) in zip(programs, pairwise(starts), strict=True):
        mine = [(report.line - start, report) for report in found if start < report.line <= end]
        result[program] = Checked(revealed_states(report for _line, report in mine), tuple(mine))
    return result


def revealed_states(reports: Any) -> frozenset[str]:
    """The states that the notes of `reveal_state` name, in lower case."""
    texts = [re.search(r'Revealed state is "(.*)"', report.message) for report in reports]
    parts = [part for text in texts if text for part in text[1].split(" | ")]
    return frozenset(part.partition("[")[0].lower() for part in parts)


def test_no_revealed_state_is_wrong(checked: dict[tuple[Cell, bool], Checked]) -> None:
    wrong = {}
    for row in ROWS:
        revealed = checked[row.cell, row.raises is not None].revealed
        if not {row.result, "unknown"} & revealed and row.key not in UNSEEN_DELETION:
            wrong[row.key] = (row.result, revealed)
    assert not wrong


def test_revealed_states_are_exact_but_for_the_listed_cells(checked: dict[tuple[Cell, bool], Checked]) -> None:
    inexact = {
        row.key: checked[row.cell, False].revealed
        for row in ROWS
        if row.raises is None and checked[row.cell, False].revealed != {row.result} and row.key not in UNSEEN_DELETION
    }
    listed = {key for key in inexact if set(key) & LESS_EXACT.keys()}
    assert not {key: states for key, states in inexact.items() if key not in listed}
    measured = {name for row in ROWS for name in row.key}
    assert {name for name in LESS_EXACT if name in measured and not any(name in key for key in inexact)} == set()


def test_what_raises_for_the_instance_is_reported_and_nothing_else(checked: dict[tuple[Cell, bool], Checked]) -> None:
    expected = {(*row.key, row.reported_as()) for row in ROWS if row.reported_as() is not None}
    reported = {
        (*row.key, report.code)
        for row in ROWS
        for _line, report in checked[row.cell, False].reports
        if report.severity == "error"
    }
    # `begin()` raises before the `add()` of a deleted instance is reached: the first fault is not known yet.
    unreached = {(state, "with session.begin(): add", code) for state, _operation, code in reported}
    assert expected - reported == set()
    assert {item for item in reported - expected if item[2] in CODES} <= unreached
