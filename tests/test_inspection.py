"""The states in a file, line by line: what an editor and the command `states` show."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest
from mypy.nodes import FuncDef

from mypy_session_plugin.inspection import (
    MODULE,
    Function,
    Inspection,
    InspectionError,
    Record,
    reasons,
    states_of,
    summary,
)
from mypy_session_plugin.recorder import Recorder, recorder_for, recording
from tests.harness import Harness, Project
from tests.pages import PREAMBLE, ROOT, blocks

MODELS = (ROOT / "tests" / "cases" / "models.py").read_text(encoding="utf-8")
HEAD = (
    "from sqlalchemy import Engine, select\n"
    "from sqlalchemy.exc import IntegrityError, InvalidRequestError\n"
    "from sqlalchemy.orm import Session\n"
    "from models import User\n"
    "from mypy_session_plugin import Detached, Transient\n"
)
REVEALED = re.compile(r'Revealed state is "(.*)"')

PROGRAM = """\
def life(session: Session) -> None:
    user = User()
    session.add(user)
    session.flush()
    session.expunge(user)

def ways(session: Session, now: bool) -> None:
    user = User()
    session.add(user)
    if now:
        session.flush()
    print(now)

def loop(session: Session, names: list[str]) -> None:
    user = User()
    for name in names:
        session.add(user)
    print(names)

def unread(engine: Engine, again: bool) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        if again:
            print(again)
    print(again)

def container(session: Session) -> None:
    users = session.scalars(select(User)).all()

def sessions(one: Session, other: Session, first: bool) -> None:
    user = one.get_one(User, 1) if first else other.get_one(User, 1)

def deletion(session: Session) -> None:
    user = session.get_one(User, 1)
    session.delete(user); session.flush()
    print(user, [other.id for other in session.scalars(select(User))])

class Page:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.user = session.get(User, 1)
        print(1)

def lines(session: Session) -> None:
    user = session.get_one(
        User,
        1,
    )

def outer(session: Session) -> None:
    def inner() -> None:
        mine = User()
        session.add(mine)
    inner()

def nested(session: Session, names: list[str]) -> None:
    stack: tuple[object, ...] = (session.get_one(User, 1), ())
    for name in names:
        stack = (User(), stack)
    print(stack)

def caught(session: Session) -> None:
    user = User()
    try:
        session.add(user)
    except ValueError as error:
        session.rollback()
        print(error)
    print(user)

def closed(session: Session) -> None:
    return (lambda user: session.delete(user))(session.get_one(User, 1))

def given(
    user: Detached[User],
    *others: object,
    session: Session, other: Transient[User],
) -> None:
    'What it does.'
    session.add(user)

def refused(session: Session, user: Transient[User], mine: Detached[User]) -> None:
    session.add(mine)
    session.delete(user)
    session.flush()
    session.close()
    mine = User()

def lost(session: Session) -> None:
    user = User()
    session.refresh(user)
    print(user)
    session.add(user)

def refused_inside(session: Session) -> None:
    user = User()
    end(session, user)

def end(session: Session, user: User) -> None:
    session.delete(user)

def refused_on_one_way(session: Session) -> None:
    user, mine = User(), User()
    try:
        session.add(user)
        session.flush()
    except IntegrityError:
        print(user)
    session.add(mine)
    session.flush()
    print(mine)

def expected(session: Session) -> None:
    user = User()
    try:
        session.delete(user)
    except InvalidRequestError:
        pass
    print(user)

def warned(session: Session) -> None:
    user = session.get_one(User, 1)
    session.merge(user)
    session.expunge(user)

user = User()
"""


@pytest.fixture(scope="module")
def project(harness: Harness) -> Project:
    """A project with the cache that all tests share."""
    project = harness.project({"models.py": MODELS})
    project.config = f"cache_dir = {project.cache}\n"
    project.write_config()
    return project


@pytest.fixture
def folder(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the project, as the working directory, with its configuration."""
    monkeypatch.chdir(project.folder)
    project.write_config()
    return project.folder


@pytest.fixture(scope="module")
def known(project: Project) -> Inspection:
    """What is known of the program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        return inspected(project.folder, PROGRAM)


def inspected(folder: Path, program: str) -> Inspection:
    """What is known of a program."""
    (folder / "app.py").write_text(HEAD + program, encoding="utf-8")
    return states_of("app.py")


def function(inspection: Inspection, name: str) -> Function:
    (found,) = [item for item in inspection.functions if item.name == name]
    return found


def lane(inspection: Inspection, place: str, name: str) -> dict[int, str]:
    """How a place stands after the lines of a function, of which the first behind the `def` is 1."""
    found = function(inspection, name)
    records = [record for record in found.records if record.is_after and record.place == place]
    return {record.range.end_line - found.line: summary(record.standings) for record in records}


class TestLanes:
    """How a variable stands after each statement."""

    def test_tell_the_state_after_the_statement(self, known: Inspection) -> None:
        assert lane(known, "user", "life") == {
            1: "transient",
            2: "pending in session",
            3: "persistent in session",
            4: "detached",
        }

    def test_join_the_states_of_several_ways(self, known: Inspection) -> None:
        assert lane(known, "user", "ways")[5] == "pending|persistent in session"

    def test_join_the_turns_of_a_loop(self, known: Inspection) -> None:
        assert lane(known, "user", "loop") == {
            1: "transient",
            2: "transient | pending in session",
            3: "pending in session",
            4: "transient | pending in session",
        }

    def test_go_on_where_a_variable_is_not_read_any_more(self, known: Inspection) -> None:
        assert lane(known, "user", "unread")[5] == "detached"
        assert lane(known, "session", "unread") == {1: "open", 2: "open", 3: "open", 4: "open", 5: "closed"}

    def test_tell_what_a_container_holds(self, known: Inspection) -> None:
        assert lane(known, "users", "container") == {1: "list[persistent in session]"}

    def test_tell_what_a_container_in_itself_holds(self, known: Inspection) -> None:
        assert "persistent in session" in lane(known, "stack", "nested")[4]

    def test_tell_several_sessions_apart(self, known: Inspection) -> None:
        assert lane(known, "user", "sessions") == {1: "persistent in one | persistent in other"}

    def test_tell_that_a_deletion_waits_for_a_flush(self, known: Inspection) -> None:
        record = known.at(*position(known, "user);", "session.delete(user);"))

        assert lane(known, "user", "deletion")[2] == "deleted in session"
        assert summary(record.standings if record else ()) == "persistent in session"

    def test_follow_attributes(self, known: Inspection) -> None:
        assert lane(known, "self.user", "Page.__init__")[2] == "persistent in session | None"

    def test_end_a_handler_where_it_ends(self, known: Inspection) -> None:
        """The name of the exception is deleted there, which is no part of the first line."""
        (caught,) = [
            record.standings
            for record in function(known, "caught").records
            if record.is_after and record.place == "user" and record.range.line == function(known, "caught").line + 4
        ]

        assert "rolled back" not in reasons(caught)

    def test_stand_on_the_last_line_of_a_statement(self, known: Inspection) -> None:
        assert lane(known, "user", "lines") == {4: "persistent in session"}

    def test_are_of_functions_in_functions_too(self, known: Inspection) -> None:
        assert lane(known, "mine", "outer.inner") == {1: "transient", 2: "pending in session"}

    def test_begin_with_what_is_given(self, known: Inspection) -> None:
        """A parameter with a phantom type has its state where it is written, before anything runs."""
        assert lane(known, "user", "given") == {1: "detached", 5: "detached", 6: "persistent in session"}
        assert lane(known, "other", "given")[3] == "transient"

    def test_are_of_the_top_level_too(self, known: Inspection) -> None:
        assert [text.partition("|")[0] for text in lane(known, "user", MODULE).values()] == ["transient"]


def position(inspection: Inspection, text: str, line: str) -> tuple[int, int]:
    """Where a text stands, in the first line of the program that has another one."""
    for number, content in enumerate(inspection.source.splitlines(), start=1):
        if line in content:
            return number, content.index(text)
    raise ValueError(line)


class TestFaults:
    """Behind a line that raises the plugin goes on, and says that it does."""

    @staticmethod
    def reason(known: Inspection, place: str, name: str, line: int) -> str:
        found = function(known, name)
        (record,) = [
            item
            for item in found.records
            if item.is_after and item.place == place and item.range.line - found.line == line
        ]
        return reasons(record.standings).replace(str(found.line + 2), "LINE")

    def test_what_would_follow_is_assumed(self, known: Inspection) -> None:
        assert lane(known, "user", "refused") == {
            0: "transient",
            1: "transient | pending in session",
            2: "assumed: persistent (to be deleted) in session",
            3: "assumed: deleted in session",
            4: "assumed: deleted in session",
            5: "assumed: deleted in session",
        }
        assert self.reason(known, "user", "refused", 2) == "deleted at line LINE, after line LINE, which raises"

    def test_what_it_leaves_alone_is_known(self, known: Inspection) -> None:
        assert lane(known, "mine", "refused")[5] == "transient"

    def test_the_instance_in_the_call_stands_as_before(self, known: Inspection) -> None:
        record = known.at(*position(known, "user)", "    session.refresh(user)"))

        assert summary(record.standings if record else ()) == "transient"

    def test_nothing_is_assumed_where_nothing_is_known(self, known: Inspection) -> None:
        assert lane(known, "user", "lost") == {
            1: "transient",
            2: "unknown",
            3: "unknown",
            4: "assumed: pending|persistent in session",
        }
        assert self.reason(known, "user", "lost", 3) == "after line LINE, which raises"

    def test_a_call_of_what_raises_raises(self, known: Inspection) -> None:
        assert lane(known, "user", "refused_inside")[2] == "unknown"
        assert self.reason(known, "user", "refused_inside", 2) == "after line LINE, which raises"

    def test_the_ways_that_do_not_raise_assume_nothing(self, known: Inspection) -> None:
        assert lane(known, "mine", "refused_on_one_way")[8] == (
            "persistent in session | assumed: persistent in session"
        )

    def test_an_exception_that_is_expected_is_no_fault(self, known: Inspection) -> None:
        assert "assumed" not in "".join(lane(known, "user", "expected").values())

    def test_a_report_of_what_does_not_raise_changes_nothing(self, known: Inspection) -> None:
        assert lane(known, "user", "warned") == {1: "persistent in session", 2: "persistent in session", 3: "detached"}


class TestExpressions:
    """What an expression gives where it is evaluated."""

    @staticmethod
    def at(known: Inspection, text: str, line: str) -> Record:
        record = known.at(*position(known, text, line))
        assert record is not None
        return record

    def test_have_a_state_and_a_reason(self, known: Inspection) -> None:
        deleted = self.at(known, "user)", "session.delete(user);")

        assert deleted.place == "user"
        assert summary(deleted.standings) == "persistent in session"
        assert re.fullmatch(r"loaded at line \d+", reasons(deleted.standings))

    def test_are_parameters_too(self, known: Inspection) -> None:
        given = self.at(known, "user: Detached", "user: Detached")

        assert (given.place, summary(given.standings), reasons(given.standings)) == ("user", "detached", "declared")
        assert known.at(*position(known, "Detached", "user: Detached")) is None

    def test_have_the_state_of_their_moment(self, known: Inspection) -> None:
        assert summary(self.at(known, "user, [", "print(user, [").standings) == "deleted in session"

    def test_are_calls_too(self, known: Inspection) -> None:
        called = self.at(known, "(User, 1) if", "if first")

        assert called.place == ""
        assert summary(called.standings) == "persistent in one"

    def test_are_variables_of_comprehensions_too(self, known: Inspection) -> None:
        other = self.at(known, "other.id", "print(user, [")

        assert other.place == "other"
        assert "persistent in session" in summary(other.standings)

    def test_of_no_interest_have_none(self, known: Inspection) -> None:
        assert known.at(*position(known, "print(now)", "print(now)")) is None


def test_a_buffer_is_looked_at_and_not_the_file(folder: Path) -> None:
    (folder / "app.py").write_text(HEAD + "def f() -> None: ...\n")

    found = states_of("app.py", HEAD + "def f() -> None:\n    user = User()\n")

    assert lane(found, "user", "f") == {1: "transient"}


def test_a_buffer_leaves_no_trace_in_the_cache_of_the_user(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """What mypy says of the file is what it says of the file, before and after."""
    project = harness.project({"app.py": "def f() -> int:\n    return 1\n"})
    project.config = f"cache_dir = {project.cache}\n"
    project.write_config()
    monkeypatch.chdir(project.folder)
    states_of("app.py", 'def f() -> int:\n    return ""\n')

    assert project.run().reports == []


def test_the_reports_of_mypy_come_along(folder: Path) -> None:
    found = inspected(folder, "def f(session: Session) -> None:\n    session.delete(User())\n")

    (report,) = found.reports
    assert (report.line, report.severity) == (HEAD.count("\n") + 2, "error")
    assert report.text.endswith("[session-state]")


def test_a_function_without_annotations_is_not_checked(folder: Path) -> None:
    found = inspected(folder, "def f(session):\n    user = User()\ndef g() -> None: ...\n")

    assert not function(found, "f").is_checked
    assert function(found, "f").records == ()
    assert function(found, "g").is_checked


def test_a_configuration_without_the_plugin_does(folder: Path) -> None:
    """Nor does the program need SQLAlchemy, which takes longer to check."""
    (folder / "mypy.ini").write_text("[mypy]\ncache_dir = mine\n")
    (folder / "bare.py").write_text(
        "from mypy_session_plugin import Persistent\n"
        "from nowhere import Base  # type: ignore\n"
        "class User(Base): __tablename__ = 'users'\n"
        "def f(user: Persistent[User]) -> None:\n"
        "    print(user)\n"
    )

    assert lane(states_of("bare.py"), "user", "f") == {0: "persistent", 1: "persistent"}


def test_a_module_whose_errors_are_ignored_has_states(folder: Path) -> None:
    with (folder / "mypy.ini").open("a") as file:
        file.write("[mypy-app]\nignore_errors = true\n")

    assert lane(inspected(folder, "def f() -> None:\n    user = User()\n"), "user", "f") == {1: "transient"}


@pytest.mark.parametrize(
    ("program", "said"),
    [("def f(:\n", r"app.py:\d: error: .*\[syntax\]"), ("'''", r"app.py:\d: error: .*\[syntax\]")],
    ids=["syntax", "string"],
)
def test_a_file_that_cannot_be_parsed(folder: Path, program: str, said: str) -> None:
    with pytest.raises(InspectionError, match=said):
        inspected(folder, program)


def test_a_file_that_is_not_there(folder: Path) -> None:
    with pytest.raises(InspectionError, match=r"^nothing.py: No such file or directory$"):
        states_of("nothing.py")


def test_a_file_that_is_no_text(folder: Path) -> None:
    (folder / "app.py").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InspectionError, match=r"^app.py: no UTF-8 text$"):
        states_of("app.py")


def test_a_configuration_that_mypy_refuses(folder: Path) -> None:
    with pytest.raises(InspectionError, match="Cannot find config file"):
        states_of("models.py", config_file="nothing.ini")


def test_a_look_leaves_the_collector_as_it_was(folder: Path) -> None:
    """mypy has it come seldom, which is well in a process that ends: others would keep every build for long."""
    before = gc.get_threshold()
    inspected(folder, "")

    assert gc.get_threshold() == before


def test_looks_leave_nothing_behind(folder: Path) -> None:
    """A worker lives for days; mypy 1 keeps a class with such a method, and all that is reached from it."""

    def left(comment: str) -> int:
        text = "from typing import Self\nclass Chained:\n    def me(self) -> Self:\n        return self\n"
        inspected(folder, f"{text}# {comment}\n")
        gc.collect()
        return sum(type(found) is FuncDef for found in gc.get_objects())

    first = left("first")

    assert left("second") <= first + 100


def test_without_lanes_expressions_stand_as_they_do(folder: Path, known: Inspection) -> None:
    """What an editor asks for, which shows the place under the cursor alone."""
    (folder / "app.py").write_text(HEAD + PROGRAM, encoding="utf-8")
    found = states_of("app.py", lanes=False)

    assert list(found.records) == [record for record in known.records if not record.is_after]


def test_nothing_is_recorded_without_a_recorder() -> None:
    recorder = Recorder(Path("app.py"), "")
    with recording(recorder):
        assert recorder_for("app.py") is recorder
        assert recorder_for("other.py") is None

    assert recorder_for("app.py") is None


#: The programs of the pages that ask for states.
REVEALS = [
    block
    for page in ("states", "start")
    for block in blocks(ROOT / "docs" / f"{page}.md")
    if "reveal_state(" in block.text
]


@pytest.mark.parametrize("program", [block.text for block in REVEALS], ids=[block.name for block in REVEALS])
def test_the_states_are_those_that_reveal_state_tells(folder: Path, program: str) -> None:
    """The same question, asked in two ways."""
    text = PREAMBLE.read_text(encoding="utf-8") + "from mypy_session_plugin import reveal_state\n" + program
    (folder / "app.py").write_text(text, encoding="utf-8")
    found = states_of("app.py")

    for report in found.reports:
        told = REVEALED.fullmatch(report.text)
        if told is not None:
            line = text.splitlines()[report.line - 1]
            assert _states_at(found, report.line, line.index("reveal_state(") + len("reveal_state(")) == _states(
                told[1]
            )


def _states_at(found: Inspection, line: int, column: int) -> set[str]:
    """The states of the whole expression that begins at a position."""
    begun = [
        item for item in found.records if not item.is_after and (item.range.line, item.range.column) == (line, column)
    ]
    standings = max(begun, key=lambda item: item.range.end_column).standings if begun else ()
    return {item.state for item in standings} or {"unknown"}


def _states(revealed: str) -> set[str]:
    names = {part.partition("[")[0] for part in revealed.split(" | ")}
    return {name if name == "None" else name.lower() for name in names}
