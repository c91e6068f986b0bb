"""The pages of the rules are right: mypy reports what their examples say, and SQLAlchemy does what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mypy_session_plugin.codes import CODES
from tests.harness import Harness, Report, assert_expected, codes_of_cases
from tests.pages import PREAMBLE, PREAMBLE_LINE, ROOT, RULES, Block, blocks, run

_BLOCKS = [block for code in CODES for block in blocks(RULES / f"{code.name}.md")]
README = ROOT / "README.md"
CASES = ROOT / "tests" / "cases"
_FLAGS = ("--disallow-untyped-defs", "--warn-unused-ignores")


@pytest.fixture(scope="module")
def reports(harness: Harness) -> dict[str, list[Report]]:
    """What mypy reports on each block of all pages, from one build."""
    cases = {block.name: PREAMBLE_LINE + block.text for block in _BLOCKS}
    cases["preamble"] = PREAMBLE.read_text(encoding="utf-8")
    return harness.run_batch(cases, flags=_FLAGS, config=codes_of_cases(cases))


@pytest.mark.parametrize("block", _BLOCKS, ids=lambda block: block.name)
def test_mypy_reports_what_the_page_says(block: Block, reports: dict[str, list[Report]]) -> None:
    assert_expected({f"{block.name}.py": PREAMBLE_LINE + block.text}, reports[block.name])


@pytest.mark.parametrize("block", _BLOCKS, ids=lambda block: block.name)
def test_sqlalchemy_does_what_the_page_says(block: Block, tmp_path: Path) -> None:
    run(block, tmp_path)


@pytest.mark.parametrize("block", [block for block in _BLOCKS if block.expects_error], ids=lambda block: block.name)
def test_every_example_of_a_fault_shows_it(block: Block) -> None:
    assert block.shows_the_fault, "neither an assertion nor a raised exception"


def test_the_readme_shows_what_mypy_prints(harness: Harness) -> None:
    text = README.read_text(encoding="utf-8")
    program, output = re.findall(r"^```(?:python|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[:2]

    reports = harness.run_in_process({"app.py": program})

    summary = "Found 2 errors in 1 file (checked 1 source file)"
    assert output == "\n".join(["$ mypy app.py", *map(str, reports), summary, ""])


#: The pages beside those of the rules whose blocks stand alone; those of the others are files of a project.
_PAGES = ["certainty", "ownership", "phantom-types", "start", "states"]


@pytest.mark.parametrize("page", _PAGES)
def test_mypy_says_what_the_page_says(harness: Harness, page: str) -> None:
    beginning = PREAMBLE.read_text(encoding="utf-8")
    for block in blocks(ROOT / "docs" / f"{page}.md"):
        imports = "" if "import reveal_state" in block.text else "from mypy_session_plugin import reveal_state\n"
        harness.check({"app.py": beginning + imports + block.text})


_RUN_BLOCKS = [block for page in ("certainty", "ownership") for block in blocks(ROOT / "docs" / f"{page}.md")]


@pytest.mark.parametrize("block", _RUN_BLOCKS, ids=lambda block: block.name)
def test_the_examples_of_other_pages_run(block: Block, tmp_path: Path) -> None:
    run(block, tmp_path)
    assert block.shows_the_fault or not block.expects_error


def test_no_page_has_an_example_that_is_not_checked() -> None:
    """Blocks that stand alone are checked here, those with captions where the tests of projects name their page."""
    pages = {page.stem: page for page in (ROOT / "docs").glob("*.md")}
    alone = {name for name, page in pages.items() if blocks(page)}
    captioned = {name for name, page in pages.items() if "```{code-block} python" in page.read_text(encoding="utf-8")}
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py") if path != Path(__file__)
    )

    assert {name for name in alone if name not in _PAGES and f"{name}.md" not in tests} == set()
    assert {name for name in captioned if f'"{name}"' not in tests and f"{name}.md" not in tests} == set()
