"""What an editor is told of a place: in the text that was looked at, in one that was edited since, and in none."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mypy_session_plugin.editors import language_server
from mypy_session_plugin.editors import worker as worker_module
from mypy_session_plugin.editors.hover import STALE, hover_text
from mypy_session_plugin.editors.views import Views
from mypy_session_plugin.editors.worker import Target, Worker
from mypy_session_plugin.inspection import MODULE, Function, Inspection, InspectionError, Range, Record, Standing
from tests.pages import ROOT

SOURCE = "user = load()\n\nuse(user)\n\nend(user)\n"


def seen(*columns: tuple[int, int, int], source: str = SOURCE, place: str = "user") -> Inspection:
    """An inspection in which a place is persistent, loaded at line 1: its lines, first columns and last ones."""
    standing = Standing(0, "persistent", "app.User", "session", "loaded", 1)
    records = tuple(Record(0, place, Range(line, a, line, b), False, (standing,)) for line, a, b in columns)
    return Inspection(Path("app.py"), source, (Function(MODULE, 0, 1, 5, True, records),), ())


class TestText:
    """The line that is shown."""

    known = seen((1, 0, 4), (3, 4, 8), (5, 4, 8))

    def test_tells_state_session_and_reason(self) -> None:
        assert hover_text(self.known, SOURCE, 2, 5) == "user: persistent in session, loaded at line 1"

    @pytest.mark.parametrize(("line", "character"), [(2, 3), (2, 8), (1, 0), (9, 0), (2, 99)])
    def test_is_none_where_nothing_is_known(self, line: int, character: int) -> None:
        assert hover_text(self.known, SOURCE, line, character) is None

    def test_shows_an_expression_that_is_no_name(self) -> None:
        text = hover_text(seen((1, 7, 13), place=""), SOURCE, 0, 8)

        assert text is not None
        assert text.startswith("load(): persistent")

    def test_follows_its_lines_through_an_edit(self) -> None:
        edited = "import x\n" + SOURCE.replace("end(user)", "end(user) +")

        assert hover_text(self.known, edited, 3, 5) == f"user: persistent in session, loaded at line 2 ({STALE})"

    def test_names_a_line_that_raises_as_it_is_now(self) -> None:
        assumed = Standing(0, "pending", "app.User", "session", "added", 3, assumed=3)
        record = Record(0, "user", Range(5, 4, 5, 8), False, (assumed,))
        known = Inspection(Path("app.py"), SOURCE, (Function(MODULE, 0, 1, 5, True, (record,)),), ())

        assert hover_text(known, "import x\n" + SOURCE, 5, 5) == (
            f"user: assumed: pending in session, added at line 4, after line 4, which raises ({STALE})"
        )

    def test_is_none_on_a_line_that_was_edited(self) -> None:
        assert hover_text(self.known, SOURCE.replace("end(user)", "end(user, 1)"), 4, 5) is None

    def test_names_no_line_that_is_gone(self) -> None:
        edited = SOURCE.replace("user = load()\n", "")

        assert hover_text(self.known, edited, 1, 5) == f"user: persistent in session, loaded ({STALE})"

    @pytest.mark.parametrize("column", [16, 11, 6])
    def test_is_found_behind_what_is_not_ascii(self, column: int) -> None:
        """In bytes, as mypy counts, and in the two other ways in which its newer parser does."""
        line = 'use("éé😀", user, other)\n'
        known = seen((1, column, column + 4), source=line)

        told = {name: hover_text(known, line, 0, utf_16(line[: line.index(name) + 1])) for name in ("user", "other")}
        assert told == {"user": "user: persistent in session, loaded at line 1", "other": None}


def utf_16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class Looks:
    """What looks at texts here: it notes them, and fails where a text is wrong."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, target: Target) -> Inspection:
        self.texts.append(target.text)
        if target.text == "wrong":
            raise InspectionError("a syntax error")
        if target.text == "crash":
            raise RuntimeError
        return seen(source=target.text)


class TestViews:
    """What is kept of the looks."""

    @pytest.fixture
    def looks(self) -> Looks:
        return Looks()

    @pytest.fixture
    def views(self, looks: Looks) -> Views:
        return Views(looks)

    @staticmethod
    def ask(views: Views, text: str) -> str | None:
        path = Path("app.py")
        assert views.ask(Target(path, text, Path())).wait(30)
        good = views.last_good(path)
        return good.source if good is not None else None

    def test_are_taken_once_of_a_text(self, views: Views, looks: Looks) -> None:
        assert [self.ask(views, text) for text in ("one", "one", "wrong", "wrong")] == ["one"] * 4
        assert looks.texts == ["one", "wrong"]

    @pytest.mark.parametrize("text", ["wrong", "crash"])
    def test_keep_the_last_good_one(self, views: Views, text: str) -> None:
        assert self.ask(views, text) is None
        assert self.ask(views, "one") == "one"
        assert self.ask(views, text) == "one"

    def test_are_taken_again_after_a_file_was_stored(self, views: Views, looks: Looks) -> None:
        self.ask(views, "one")
        views.outdate()

        assert self.ask(views, "one") == "one"
        assert looks.texts == ["one", "one"]


def process_of(worker: Worker) -> subprocess.Popen[bytes]:
    process = worker._process
    assert process is not None
    return process


class TestWorker:
    """The process that looks."""

    @staticmethod
    def look(worker: Worker, folder: Path) -> Inspection:
        return worker.look(Target(folder / "app.py", "import os\n", folder))

    @pytest.fixture(autouse=True)
    def the_package_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def test_gives_what_mypy_says_where_it_sees_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(InspectionError, match="syntax"):
            Worker().look(Target(tmp_path / "app.py", "def f(:\n", tmp_path))

    def test_stays_for_the_next_look(self, tmp_path: Path) -> None:
        worker = Worker()
        self.look(worker, tmp_path)
        first = process_of(worker)

        assert self.look(worker, tmp_path).source == "import os\n"
        assert process_of(worker) is first

    def test_is_another_one_in_another_folder(self, tmp_path: Path) -> None:
        """Where the configuration is another one."""
        (tmp_path / "other").mkdir()
        worker = Worker()
        self.look(worker, tmp_path)
        first = process_of(worker)
        self.look(worker, tmp_path / "other")

        assert process_of(worker) is not first
        assert first.poll() is not None

    def test_that_was_ended_is_another_one(self, tmp_path: Path) -> None:
        worker = Worker()
        self.look(worker, tmp_path)
        first = process_of(worker)
        first.kill()

        assert self.look(worker, tmp_path).source == "import os\n"
        assert process_of(worker) is not first

    def test_ends_when_nobody_asks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(worker_module, "IDLE", 0.5)
        worker = Worker()
        self.look(worker, tmp_path)

        assert process_of(worker).wait(60) != 0
        assert self.look(worker, tmp_path).source == "import os\n"

    def test_ends_with_whoever_asks(self, tmp_path: Path) -> None:
        worker = Worker()
        self.look(worker, tmp_path)
        process = process_of(worker)
        assert process.stdin is not None
        process.stdin.close()

        assert process.wait(60) == 0

    def test_that_is_stopped_looks_no_more(self, tmp_path: Path) -> None:
        worker = Worker()
        self.look(worker, tmp_path)
        worker.stop()

        assert process_of(worker).wait(60) != 0

    def test_that_ends_early_is_an_error_and_no_more(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(worker_module, "WORKER", "nowhere")

        with pytest.raises(InspectionError, match="ended with status 1"):
            Worker().look(Target(tmp_path / "app.py", "", tmp_path))


class TestAnswer:
    """What the server gets."""

    @staticmethod
    def answer(
        others: Any,
        monkeypatch: pytest.MonkeyPatch,
        *formats: str,
        told: str = "a_b: pending",
        views: Views | SimpleNamespace | None = None,
    ) -> Any:
        monkeypatch.setattr(language_server, "_views", views or Views(Looks()))
        monkeypatch.setattr(language_server, "hover_text", lambda *_: told)
        config = SimpleNamespace(
            capabilities={"textDocument": {"hover": {"contentFormat": list(formats)}}},
            plugin_settings=lambda _: {"wait": 30},
        )
        document = SimpleNamespace(path=str(Path("app.py").resolve()), source="one")
        hook = language_server.pylsp_hover(config, SimpleNamespace(root_path=""), document, {"line": 0, "character": 0})
        next(hook)
        with pytest.raises(StopIteration) as stopped:
            hook.send(others)
        return stopped.value.value()

    @pytest.mark.parametrize(
        ("others", "contents"),
        [
            (None, {"kind": "plaintext", "value": "a_b: pending"}),
            ({"contents": ""}, {"kind": "plaintext", "value": "a_b: pending"}),
            ({"contents": "class A"}, {"kind": "plaintext", "value": "a_b: pending\n\nclass A"}),
            ({"contents": {"kind": "plaintext", "value": "A"}}, {"kind": "plaintext", "value": "a_b: pending\n\nA"}),
            ({"contents": ["A", "B"]}, ["a_b: pending", "A", "B"]),
        ],
    )
    def test_has_the_state_before_what_others_say(
        self, others: Any, contents: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.answer(others, monkeypatch, "plaintext")["contents"] == contents

    def test_is_markdown_for_an_editor_that_wants_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        contents = self.answer({"contents": {"kind": "markdown", "value": "A"}}, monkeypatch, "markdown")["contents"]

        assert contents == {"kind": "markdown", "value": "a\\_b: pending\n\n---\n\nA"}

    def test_of_others_is_left_where_nothing_is_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.answer({"contents": "A"}, monkeypatch, told="") == {"contents": "A"}
        assert self.answer(None, monkeypatch, told="") == {"contents": ""}

    def test_of_others_is_left_where_ours_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.answer({"contents": 1}, monkeypatch) == {"contents": 1}

    def test_waits_for_no_look_at_a_file_without_sessions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        waited: list[float] = []
        looks = {"with": seen((1, 0, 4)), "without": seen()}
        for name, look in looks.items():
            done = SimpleNamespace(wait=waited.append)
            views = SimpleNamespace(ask=lambda _, done=done: done, last_good=lambda _, look=look: look)
            self.answer(None, monkeypatch, views=views)
            assert waited == [30.0], name
