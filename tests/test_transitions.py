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
from sqlalchemy import inspect

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
#: Cells of which only the state is compared, and not what was expired: the setup was measured with the default setting.
SET_UP_OTHERWISE = {
    (state, "commit, expire_on_commit=False")
    for state in ("persistent-expired", "persistent-row-gone", "detached-expired")
}
#: The states of what has no row, of which nothing is to be loaded: it has whatever it was given.
UNSAVED = ("transient", "pending")
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
    "read relationship (lazy)": "whether delete() has loaded it is not known: a load flushes what is marked",
    "append to relationship": "whether delete() has loaded it is not known: a load flushes what is marked",
    "delete": "what it cascades to may have to be loaded, and the flush before that deletes what was marked",
    "delete_all": "what it cascades to may have to be loaded, and the flush before that deletes what was marked",
    "pending-after-failed-flush": "whether the flush in the `try` failed is not known",
    "persistent-after-failed-flush": "whether the flush in the `try` failed is not known",
}
#: Cells in which the model does not know that an attribute is not loaded, by operation or by state, with the reason.
LESS_KNOWN = {
    "execute(delete(User) of its row)": "which rows a WHERE matches is not known",
    "begin_nested; write; flush; rollback it": "what was written since a savepoint, and expires with it, is not known",
    "savepoint.rollback": "what was written since a savepoint, and expires with it, is not known",
    "begin_nested; rollback it": "below a second savepoint the transaction of a row is not known",
    "begin_nested; add; flush; rollback it": "below a second savepoint the transaction of a row is not known",
    "get of its primary key": "it may be this instance that is given, which has what it had loaded before",
    "get_one of its primary key": "it may be this instance that is given, which has what it had loaded before",
    "select() of the same row": "it may be this instance that is given, which has what it had loaded before",
    "merge(load=False)": "it may be this instance that is given, which has what it had loaded before",
    "with session.begin_nested(): add; exception": ANY_CALL_MAY_RAISE,
    "with sessionmaker.begin() as t: t.add; exception": ANY_CALL_MAY_RAISE,
    "as a new child of a persistent parent": "a new instance may have in a relationship what was linked with it",
    "parent of an added Address(user=u)": "a new instance may have in a relationship what was linked with it",
    "merge in another session": "a new instance may have in a relationship what was linked with it",
    "delete": "what it cascades to is loaded, maybe with a deferred column",
    "delete; flush": "what it cascades to is loaded, maybe with a deferred column",
    "delete; commit": "what it cascades to is loaded, maybe with a deferred column",
    "delete; add": "what it cascades to is loaded, maybe with a deferred column",
    "delete_all": "what it cascades to is loaded, maybe with a deferred column",
    "delete in another session": "what it cascades to is loaded, maybe with a deferred column",
    "begin_nested; delete; flush; rollback it": "what it cascades to is loaded, maybe with a deferred column",
    "read column": "with what was expired a deferred column may come",
    "read primary key": "with what was expired a deferred column may come",
    "read relationship (lazy)": "with what was expired a deferred column may come",
    "append to relationship": "with what was expired a deferred column may come",
    "read deferred column": "with a deferred column all that was expired may come",
    "pending-after-failed-flush": "whether the flush in the `try` failed is not known",
    "persistent-after-failed-flush": "whether the flush in the `try` failed is not known",
}
#: Attributes of `User` that are looked at: columns, one of them deferred, and a collection.
ATTRIBUTES = ("id", "name", "bio", "addresses")
#: Where an instance must have loaded them all.
NEEDS = (
    "from typing import Literal\n"
    "from mypy_session_plugin import Loaded\n"
    f"def needs(user: Loaded[User, Literal{list(ATTRIBUTES)}]) -> None: ...\n"
)
NOT_LOADED = re.compile(r'has "(\w+)" not loaded')
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
    details: frozenset[str] = frozenset()

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
        Row(
            Cell(row["state"], row["operation"]),
            row["result"],
            row.get("raises"),
            frozenset(row.get("detail", "").split(",")) & {"expired", "partly-expired"},
        )
        for row in TABLE["rows"]
        if row["operation"] not in NO_PROGRAM and row.get("versions", SQLALCHEMY_RELEASE) == SQLALCHEMY_RELEASE
    ]


ROWS = [row for row in rows() if row.key not in NOT_RUN]


def test_every_operation_of_the_table_has_a_program() -> None:
    assert {row["operation"] for row in TABLE["rows"]} == {*OPERATIONS, *NO_PROGRAM}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program of the table has done: the state of the instance, and the name of the exception that ended it.

    `details` tells whether it was expired, as the table does, and `unloaded` which attributes it has not.
    """

    result: str
    raises: str | None
    details: frozenset[str]
    unloaded: frozenset[str]


@pytest.fixture(scope="module")
def ran() -> dict[Cell, Ran]:
    """Every cell, run for real."""
    return {row.cell: _run(row.cell) for row in ROWS}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_sqlalchemy_does_what_the_table_says(operation: str, ran: dict[Cell, Ran]) -> None:
    measured = {row.key: (row.result, _error_name(row.raises)) for row in ROWS if row.cell.operation == operation}
    cells = [cell for cell in ran if cell.operation == operation]
    assert {(cell.state, operation): (ran[cell].result, ran[cell].raises) for cell in cells} == measured


def test_sqlalchemy_expires_what_the_table_says(ran: dict[Cell, Ran]) -> None:
    compared = [row for row in ROWS if row.result not in UNSAVED and row.key not in SET_UP_OTHERWISE]
    assert {row.key: ran[row.cell].details for row in compared} == {row.key: row.details for row in compared}


def _error_name(raises: str | None) -> str | None:
    return None if raises is None else raises.partition(":")[0].rpartition(".")[2]


def _run(cell: Cell) -> Ran:
    seen: list[Ran] = []
    program = run_program(cell.source("program"), lambda instance: seen.append(_ran(instance, None)))["program"]
    with fresh_engine() as engine, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            program(engine)
        except Exception as error:
            return _ran(_local(error.__traceback__, "u"), type(error).__name__)
    return seen[0]


def _ran(instance: Any, raises: str | None) -> Ran:
    state = inspect(instance)
    expired = state.expired or "name" in state.expired_attributes
    details = {"expired"} if expired else {"partly-expired"} if state.expired_attributes else set()
    return Ran(state_of(instance), raises, frozenset(details), frozenset(ATTRIBUTES) - state.dict.keys())


def _local(traceback: TracebackType | None, name: str) -> Any:
    while traceback is not None:
        if name in traceback.tb_frame.f_locals and traceback.tb_frame.f_code.co_name == "program":
            return traceback.tb_frame.f_locals[name]
        traceback = traceback.tb_next
    raise LookupError(name)


@dataclass(frozen=True, slots=True)
class Checked:
    """What mypy says of one program: the revealed states, and its reports by line of the program (from 1).

    `unloaded` are the attributes that are not loaded at its end.
    """

    revealed: frozenset[str]
    reports: tuple[tuple[int, Report], ...]
    unloaded: frozenset[str]


@pytest.fixture(scope="module")
def checked(harness: Harness) -> dict[tuple[Cell, bool], Checked]:
    """Every cell; those that raise a second time, inside a `try`, so that the line after it is reached."""
    programs = [(row.cell, False) for row in ROWS] + [(row.cell, True) for row in ROWS if row.raises]
    text, starts = HEADER + NEEDS, list[int]()
    for number, (cell, catching) in enumerate(programs):
        starts.append(text.count("\n"))
        text += cell.source(f"program{number}", catching) + "    needs(u)\n"
    models = Path(session_models.__file__).read_text(encoding="utf-8")
    found = harness.run_in_process({"session_models.py": models, "cells.py": text})
    assert not [report for report in found if report.file != "cells.py"]
    starts.append(text.count("\n"))
    result: dict[tuple[Cell, bool], Checked] = {}
    for program, (start, end) in zip(programs, pairwise(starts), strict=True):
        mine = [(report.line - start, report) for report in found if start < report.line <= end]
        missing = [NOT_LOADED.search(report.message) for _line, report in mine]
        others = tuple(item for item, match in zip(mine, missing, strict=True) if match is None)
        unloaded = frozenset(match[1] for match in missing if match)
        result[program] = Checked(revealed_states(report for _line, report in mine), others, unloaded)
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


def test_nothing_is_said_to_be_gone_that_is_loaded(
    checked: dict[tuple[Cell, bool], Checked], ran: dict[Cell, Ran]
) -> None:
    wrong = {row.key: checked[row.cell, row.raises is not None].unloaded - ran[row.cell].unloaded for row in ROWS}
    assert {key: names for key, names in wrong.items() if names} == {}


def test_what_is_gone_is_known_but_for_the_listed_cells(
    checked: dict[tuple[Cell, bool], Checked], ran: dict[Cell, Ran]
) -> None:
    compared = [row for row in ROWS if row.raises is None and row.result not in UNSAVED]
    unknown = {row.key: ran[row.cell].unloaded - checked[row.cell, False].unloaded for row in compared}
    unknown = {key: names for key, names in unknown.items() if names}
    assert {key: names for key, names in unknown.items() if not set(key) & LESS_KNOWN.keys()} == {}
    measured = {name for row in ROWS for name in row.key}
    assert {name for name in LESS_KNOWN if name in measured and not any(name in key for key in unknown)} == set()


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
