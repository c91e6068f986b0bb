"""Code and documentation name the same things."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields

import pytest

import mypy_session_plugin
from mypy_session_plugin.codes import CODES, PARENT, Code
from mypy_session_plugin.config import Options
from mypy_session_plugin.mypy_compat.versions import HIGHEST, LOWEST
from mypy_session_plugin.rules.registry import RULES
from tests.pages import ROOT

_DOCS = ROOT / "docs"
_NAMES = {code.name for code in CODES}


def test_every_code_has_one_rule() -> None:
    assert sorted(rule.code for rule in RULES) == sorted(_NAMES)


def test_every_code_has_a_page() -> None:
    assert {page.stem for page in (_DOCS / "rules").glob(f"{PARENT}-*.md")} == _NAMES


def test_every_code_has_cases() -> None:
    assert {folder.name for folder in (ROOT / "tests" / "cases").glob(f"{PARENT}-*")} == _NAMES


def test_every_code_has_a_fragment_or_a_line_in_the_changelog() -> None:
    fragments = [path.read_text(encoding="utf-8") for path in (_DOCS / "changelog.d").glob("*.rule.md")]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    named = {name for name in _NAMES if any(f"`{name}`" in text for text in [*fragments, changelog])}

    assert named == _NAMES


def test_every_code_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert {name for name in _NAMES if f"[`{name}`](docs/rules/{name}.md)" in readme} == _NAMES


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_a_page_has_all_that_a_reader_looks_for(code: Code) -> None:
    lines = (_DOCS / "rules" / f"{code.name}.md").read_text(encoding="utf-8").splitlines()
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    wanted = ["What is guaranteed", "Example", "What SQLAlchemy says", "Fix", "Not reported", "How to silence it"]

    assert lines[0] == f"# {code.name}"
    assert [heading for heading in headings if heading in wanted] == wanted


def test_every_option_is_documented() -> None:
    page = (_DOCS / "configuration.md").read_text(encoding="utf-8").splitlines()

    documented = {line.split("`")[1] for line in page if re.match("`[a-z]", line)}

    assert documented == {option.name for option in fields(Options)}


def test_every_phantom_name_is_documented() -> None:
    page = (_DOCS / "phantom-types.md").read_text(encoding="utf-8")
    missing = [
        name
        for name in mypy_session_plugin.__all__
        if name != "plugin" and f"`{name}[" not in page and f"`{name}(" not in page
    ]

    assert not missing


def test_the_overview_says_what_the_pages_say() -> None:
    overview = (_DOCS / "rules" / "index.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| \[`(session-[a-z-]+)`\]\(\1\.md\) \| (yes|no) \| ([^|]*) \| [\d.]+ \|$", overview, re.MULTILINE
    )

    assert {name: on == "yes" for name, on, _error in rows} == {code.name: code.default for code in CODES}
    for name, _on, error in rows:
        page = (_DOCS / "rules" / f"{name}.md").read_text(encoding="utf-8")
        assert [text for text in re.findall(r"`(\w+)`|\[(\w+)\]", error) if "".join(text) not in page] == []


def test_each_code_has_its_stage_of_adoption() -> None:
    page = (_DOCS / "adopting.md").read_text(encoding="utf-8")
    stages = [line for line in page.splitlines() if re.match(r"\| \d\. ", line)]
    named = [name for stage in stages for name in re.findall(r"`(session-[a-z-]+)`", stage)]

    assert sorted(named) == sorted(_NAMES)
    assert set(re.findall(r"`(session-[a-z-]+)`", stages[-1])) == {code.name for code in CODES if not code.default}


def test_the_page_on_certainty_tells_of_every_path_or_some() -> None:
    page = (_DOCS / "certainty.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| \[`(session-[a-z-]+)`\]\(rules/\1\.md\) \| (\w+) \|$", page, re.MULTILINE))

    assert told == {rule.code: rule.quantifier.value for rule in RULES}


class TestCompatibility:
    """The table of versions says what the project does."""

    page = (_DOCS / "compatibility.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def row(self, name: str) -> tuple[str, str]:
        found = re.search(rf"^\| {name}[^|]*\| ([^|]*) \| ([^|]*) \|$", self.page, re.MULTILINE)
        assert found is not None
        return found[1], found[2]

    def test_the_pythons(self) -> None:
        classified = re.findall(r"Python :: (\d\.\d+)", " ".join(self.project["classifiers"]))
        supported, tested = self.row("Python")

        assert supported.split(", ") == classified
        assert f"PYTHONS = {json.dumps(tested.split(', '))}" in (ROOT / "noxfile.py").read_text(encoding="utf-8")

    def test_the_range_of_mypy(self) -> None:
        supported, tested = self.row("mypy")
        lowest, highest = (".".join(map(str, release)) for release in (LOWEST, HIGHEST))

        assert supported == f"{lowest} to {highest}"
        noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
        assert [release in noxfile for release in tested.split(", ")] == [True] * 3
        bound = f"mypy>={lowest},<{HIGHEST[0]}.{HIGHEST[1] + 1}"
        assert bound in self.project["optional-dependencies"]["mypy"]


def test_the_page_on_architecture_names_the_layers_in_their_order() -> None:
    page = (_DOCS / "architecture.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    line = next(line for line in page.splitlines() if " -> " in line)

    assert table == line.strip().split(" -> ")[::-1]
    assert [
        name
        for name in table
        if not (ROOT / "mypy_session_plugin" / name).exists()
        and not (ROOT / "mypy_session_plugin" / f"{name}.py").exists()
    ] == []


def test_the_files_that_the_page_on_architecture_names_exist() -> None:
    page = (_DOCS / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.(?:py|md))`", page))

    assert {
        name for name in named if not any((folder / name).exists() for folder in (ROOT, ROOT / "mypy_session_plugin"))
    } == set()
