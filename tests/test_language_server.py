"""What an editor gets over the language server protocol: the reports of mypy, and the states in the hover."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Harness
from tests.language_client import PROGRAM, Client, server
from tests.pages import ROOT

MODELS = (ROOT / "tests" / "cases" / "models.py").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "ide.md").read_text(encoding="utf-8")
(PROGRAM_TEXT,) = re.findall(r"^:caption: app.py\n\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(SHOWN,) = re.findall(r"^```text\n(.*)\n```$", PAGE, re.MULTILINE)


@dataclass(slots=True)
class Editor:
    """A document that is open in an editor."""

    client: Client
    path: Path
    text: str
    version: int = 1

    def open(self) -> None:
        item = {"uri": self.path.as_uri(), "languageId": "python", "version": self.version, "text": self.text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, text: str) -> None:
        self.version += 1
        self.text = text
        document = {"uri": self.path.as_uri(), "version": self.version}
        self.client.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": self.text}]}
        )

    def hover(self, place: str) -> str:
        """What stands first in the hover over a place, which is told with what stands around it."""
        line, character = position(self.text, place)
        answer = self.client.request(
            "textDocument/hover",
            {"textDocument": {"uri": self.path.as_uri()}, "position": {"line": line, "character": character}},
        )
        contents = answer["contents"]
        return str(contents["value"] if contents else "").partition("\n")[0]

    def reports(self) -> list[dict[str, Any]]:
        """What the server says next of the document."""
        told = self.client.notified("textDocument/publishDiagnostics")
        assert told["uri"] == self.path.as_uri()
        return [item for item in told["diagnostics"] if item["source"] == "mypy"]


def position(text: str, place: str) -> tuple[int, int]:
    """Where a text stands, as the protocol counts: lines from 0, and UTF-16 code units."""
    before = text[: text.index(place)]
    line = before.rpartition("\n")[2]
    return before.count("\n"), len(line.encode("utf-16-le")) // 2


@pytest.fixture(scope="module")
def editor(harness: Harness, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor with one document, and one conversation for all tests."""
    if not PROGRAM.exists():
        pytest.skip("python-lsp-server is not installed")
    project = harness.project({"models.py": MODELS, "app.py": PROGRAM_TEXT})
    project.config = f"cache_dir = {project.cache}\n"
    project.write_config()
    project.run()  # fills the cache that all tests share
    settings = {"pylsp_mypy": {"enabled": True, "follow-imports": "normal"}, "mypy_session_plugin": {"wait": 90}}
    with server(project.folder, tmp_path_factory.mktemp("metadata"), settings) as client:
        editor = Editor(client, project.folder / "app.py", PROGRAM_TEXT)
        editor.open()
        yield editor


def test_a_conversation(editor: Editor) -> None:
    """Open, hover, change, and hover again: with a text that is right, and with one that is not."""
    (report, note) = editor.reports()
    line, character = position(PROGRAM_TEXT, "session.merge(user)")
    assert report["code"] == "session-merge"
    assert report["message"].startswith('"user" is already in "session" (persistent, loaded at line 6)')
    assert report["range"]["start"] == {"line": line, "character": character}
    assert report["range"]["end"] == {"line": line, "character": character + len("session.merge(user)")}
    assert note["message"].startswith('use "user" itself')

    assert editor.hover("user)") == SHOWN == "user: persistent in session, loaded at line 6"
    assert editor.hover("user =") == "user: persistent in session, loaded at line 6"
    assert editor.hover("get_one") == "session.get_one(User, 1): persistent in session, loaded at line 6"
    assert not editor.hover("Session\n").startswith("Session:")

    editor.change(PROGRAM_TEXT.replace("    session.merge", '    print("é😀", user)\n    session.expunge'))
    assert editor.hover("user)\n    session") == "user: persistent in session, loaded at line 6"
    assert editor.reports() == []

    editor.change("import (\n" + editor.text + "    user.name\n")
    stale = "user: persistent in session, loaded at line 7 (in the last text that mypy could check)"
    assert editor.hover("user =") == stale
    assert not editor.hover("user.name").startswith("user:")
    assert {report["code"] for report in editor.reports()} == {"syntax"}
