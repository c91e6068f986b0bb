"""To a type checker without the plugin a phantom type is its first argument, wherever it stands."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent

COMMANDS = {
    "mypy": ["--strict", "--config-file=", "--python-executable", sys.executable],
    "pyright": ["--pythonpath", sys.executable],
    "ty": ["check", "--output-format", "concise", "--python", sys.prefix],
    "pyrefly": [
        "check", "--preset", "default", "--output-format", "min-text", "--python-interpreter-path", sys.executable
    ],
}  # fmt: skip

#: Where another folder than the root of the project is searched for modules; the others begin in the current one.
SEARCH = {"ty": "--extra-search-path", "pyrefly": "--search-path"}

checkers = pytest.mark.parametrize("checker", COMMANDS)


def errors_of(checker: str, paths: Sequence[Path], cache: Path, folder: Path = ROOT) -> list[str]:
    """What the checker says of errors in some files or packages of a folder."""
    if not (PROGRAMS / checker).exists():
        pytest.skip(f"{checker} is not installed")
    arguments = [*COMMANDS[checker], *(["--cache-dir", str(cache)] if checker == "mypy" else [])]
    search = [SEARCH[checker], str(folder)] if checker in SEARCH and folder != ROOT else []
    run = subprocess.run(
        [PROGRAMS / checker, *arguments, *search, *paths],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    return [line for line in run.stdout.splitlines() if re.search(r"\berror\b", line, re.IGNORECASE)]


def reported_lines(checker: str, file: Path, cache: Path) -> set[int]:
    """The lines of the file at which the checker reports an error."""
    errors = errors_of(checker, [file.relative_to(ROOT)], cache)
    return {int(found[1]) for line in errors if (found := re.search(rf"{file.name}:(\d+)\b", line))}


@checkers
def test_a_phantom_type_is_its_first_argument_in_every_position(checker: str, tmp_path: Path) -> None:
    assert reported_lines(checker, ROOT / "tests/typing/phantom_positions.py", tmp_path) == set()


@checkers
def test_a_phantom_type_hides_no_error(checker: str, tmp_path: Path) -> None:
    file = ROOT / "tests/typing/phantom_misuse.py"
    expected = {number for number, line in enumerate(file.read_text().splitlines(), 1) if line.endswith("# error")}
    assert reported_lines(checker, file, tmp_path) == expected
