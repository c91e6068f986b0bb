"""Code and documentation name the same things."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

import mypy_session_plugin
from mypy_session_plugin.codes import CODES, PARENT, Code
from mypy_session_plugin.config import Options
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
