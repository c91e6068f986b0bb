"""The page on the command line shows what the commands print."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from pathlib import Path
from shutil import copytree

import pytest

from mypy_session_plugin.command_line.commands import main
from tests.harness import Harness
from tests.pages import ROOT, blocks

PAGE = ROOT / "docs" / "command-line.md"
SECTIONS = PAGE.read_text(encoding="utf-8").split("\n## ")
_COMMAND = re.compile(r"^```console\n\$ python -m mypy_session_plugin ([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^```\{code-block\} \w+\n:caption: ([^\n]*)\n\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VERSION = re.compile(r"^(ok  \w+: )[\d.]+", re.MULTILINE)
#: What ends an output of which the page shows the beginning.
MORE = "...\n"
SHOWN = [(section, *found) for section in SECTIONS for found in _COMMAND.findall(section)]


@pytest.fixture
def folder(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a command; its cache is that of all tests."""
    project = harness.project({})
    (project.folder / "mypy.ini").unlink()
    (project.folder / ".git").mkdir()
    monkeypatch.setenv("MYPY_CACHE_DIR", str(project.cache))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(project.folder)
    return project.folder


@pytest.mark.parametrize(("section", "command", "output"), SHOWN, ids=[command for _, command, _ in SHOWN])
def test_a_command_prints_what_the_page_says(
    section: str, command: str, output: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a folder with the files of its section, or with the examples where it has none."""
    files = _FILE.findall(section)
    for name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    if not files:
        copytree(ROOT / "examples", folder, dirs_exist_ok=True)
    with suppress(SystemExit):
        main(shlex.split(command))
    printed, expected = _comparable(capsys.readouterr().out, command), _comparable(output, command)

    assert printed.startswith(expected.removesuffix(MORE)) if expected.endswith(MORE) else printed == expected


def _comparable(output: str, command: str) -> str:
    """What a command prints without what depends on the machine: versions, and how `argparse` sets its columns."""
    printed = _VERSION.sub(r"\1...", output)
    return " ".join(printed.split()) if command.endswith("--help") else printed


def test_the_program_of_the_page_runs(folder: Path) -> None:
    copytree(ROOT / "examples", folder, dirs_exist_ok=True)
    (block,) = blocks(PAGE)

    exec(compile(block.text, str(PAGE), "exec"), {})


def test_the_readme_shows_what_states_prints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?send_mails.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (command, shown) = re.findall(
        r"^\$ python -m mypy_session_plugin (states .*?)\n(.*?)^```$", text, re.M | re.DOTALL
    )[0]
    (folder / "app.py").write_text(program, encoding="utf-8")
    (folder / "mypy.ini").write_text("[mypy]\nplugins = mypy_session_plugin\n")

    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().out == shown
