"""The set-up for Neovim that the page shows, in a real Neovim: run by `nox -s editors`, and wherever there is one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import Harness
from tests.language_client import PROGRAM, SECONDS, write_entry_points
from tests.pages import ROOT

PAGE = (ROOT / "docs" / "ide.md").read_text(encoding="utf-8")
(SET_UP,) = re.findall(r"^```lua\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(PROGRAM_TEXT,) = re.findall(r"^:caption: app.py\n\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(SHOWN,) = re.findall(r"^```text\n(.*)\n```$", PAGE, re.MULTILINE)
MODELS = (ROOT / "tests" / "cases" / "models.py").read_text(encoding="utf-8")
#: The first release with `vim.lsp.config`.
LOWEST = (0, 11)


def neovim() -> str | None:
    """The Neovim of this environment or of this machine, if it is new enough."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    program = shutil.which("nvim", path=path)
    if program is None:
        return None
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)", told)
    return program if found is not None and (int(found[1]), int(found[2])) >= LOWEST else None


NEOVIM = neovim()


@pytest.mark.skipif(NEOVIM is None or not PROGRAM.exists(), reason="no Neovim 0.11, or no python-lsp-server")
def test_shows_the_reports_and_the_hover(harness: Harness, tmp_path: Path) -> None:
    project = harness.project({"models.py": MODELS, "app.py": PROGRAM_TEXT})
    project.config = f"cache_dir = {project.cache}\n"
    project.write_config()
    project.run()  # fills the cache that all tests share
    (project.folder / ".venv" / "bin").mkdir(parents=True)
    (project.folder / ".venv" / "bin" / "pylsp").symlink_to(PROGRAM)
    (tmp_path / "init.lua").write_text(SET_UP)
    write_entry_points(tmp_path / "metadata")
    path = os.pathsep.join([str(PROGRAM.parent), os.environ.get("PATH", "")])
    places = {"XDG_STATE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    python_path = os.pathsep.join([str(ROOT), str(tmp_path / "metadata")])
    subprocess.run(
        [str(NEOVIM), "--headless", "-u", str(tmp_path / "init.lua"), "-S", str(ROOT / "tests" / "neovim_tour.lua")],
        cwd=project.folder,
        env=os.environ | places | {"PATH": path, "PYTHONPATH": python_path},
        check=True,
        timeout=4 * SECONDS,
        capture_output=True,
    )
    seen = json.loads((project.folder / "seen.json").read_text())

    assert Path(seen["root"]).samefile(project.folder)
    report = next(item for item in seen["reports"] if item["code"] == "session-merge")
    assert report["message"].startswith('"user" is already in "session" (persistent, loaded at line 6)')
    start, end = (report["lnum"], report["col"]), (report["end_lnum"], report["end_col"])
    assert (start, end) == ((6, 4), (6, 4 + len("session.merge(user)")))
    assert seen["hover"][0] == SHOWN
