"""The commands on the pages that show any print what the pages say, on the files that stand there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.page_projects import run_page
from tests.pages import ROOT

#: What a page finds in its folder when it begins.
BEGINNINGS = {"library-authors": "examples"}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("name", ["adopting", "library-authors", "pipelines", "start"])
def test_commands_print_what_the_page_says(name: str, tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "project"
    if name in BEGINNINGS:
        shutil.copytree(ROOT / BEGINNINGS[name], folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))

    assert run_page(ROOT / "docs" / f"{name}.md", folder, cache) > 0
