"""To a type checker without the plugin a phantom type is its first argument, wherever it stands."""

import re
import subprocess
import sys
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

checkers = pytest.mark.parametrize("checker", COMMANDS)


def reported_lines(checker: str, file: Path, cache: Path) -> set[int]:
    """The lines of the file at which the checker reports an error."""
    if not (PROGRAMS / checker).exists():
        pytest.skip(f"{checker} is not installed")
    arguments = [*COMMANDS[checker], *(["--cache-dir", str(cache)] if checker == "mypy" else [])]
    run = subprocess.run(
        [PROGRAMS / checker, *arguments, file.relative_to(ROOT)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    errors = [line for line in run.stdout.splitlines() if re.search(r"\berror\b", line, re.IGNORECASE)]
    return {int(found[1]) for line in errors if (found := re.search(rf"{file.name}:(\d+)\b", line))}


@checkers
def test_a_phantom_type_is_its_first_argument_in_every_position(checker: str, tmp_path: Path) -> None:
    assert reported_lines(checker, ROOT / "tests/typing/phantom_positions.py", tmp_path) == set()


@checkers
def test_a_phantom_type_hides_no_error(checker: str, tmp_path: Path) -> None:
    file = ROOT / "tests/typing/phantom_misuse.py"
    expected = {number for number, line in enumerate(file.read_text().splitlines(), 1) if line.endswith("# error")}
    assert reported_lines(checker, file, tmp_path) == expected
