"""Pages of the documentation as projects: their captioned blocks are files, and their commands are run.

    ```{code-block} python
    :caption: shop/orders.py, the repaired version

    ...
    ```

is the file `shop/orders.py`, from there on; a caption that does not begin with the name of a file leaves a block alone.

    ```text
    $ mypy shop
    shop/orders.py:3: error: ...
    ```

is a command that is run there and prints just that.  A line `...` stands for any lines, and `...` in a line for any
text.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.pages import ROOT

_FENCE = re.compile(r"^```(?:\{code-block\} )?(\w+)\n(?::caption: ([^\n]*)\n\n)?(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"[\w./-]+\.\w+")
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
#: Programs that run in this environment, and not in another one that happens to be on the path.
_MODULES = {"mypy", "pytest"}


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page, and what it prints there."""

    text: str
    printed: str


def steps(page: Path) -> Iterator[tuple[str, str] | Command]:
    """The files, by name and text, and the commands of a page, in their order."""
    for language, caption, text in _FENCE.findall(page.read_text(encoding="utf-8")):
        name = _FILE.match(caption)
        if text.startswith("$ "):
            yield from (Command(command, printed) for command, printed in _COMMAND.findall(text))
        elif name and language != "text":
            yield name[0], text


def run_page(page: Path, folder: Path, cache: Path) -> int:
    """Write the files of a page and run its commands, in their order.

    Args:
        page: The page.
        folder: The folder of the project; what lies there already is kept.
        cache: The cache of mypy, which pages may share.

    Returns:
        The number of commands.

    Raises:
        AssertionError: Where a command prints something else than the page says.
    """
    count = 0
    for step in steps(page):
        if isinstance(step, Command):
            _assert_prints(step, _output(step.text, folder, cache))
            count += 1
        else:
            name, text = step
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    return count


def _output(command: str, folder: Path, cache: Path) -> str:
    program, *arguments = shlex.split(command)
    words = [sys.executable, "-m", program] if program in _MODULES else [sys.executable]
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
        "MYPY_CACHE_DIR": str(cache),
        "MYPY_SESSION_PLUGIN_RAISE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # A terminal of the usual width: pytest fills its lines.
        "COLUMNS": "80",
    }
    assert program in _MODULES | {"python"}, command
    done = subprocess.run(
        [*words, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def _assert_prints(command: Command, output: str) -> None:
    lines = (line if line != "..." else "\0" for line in command.printed.splitlines())
    text = "\n".join(lines).strip()
    pattern = re.escape(text).replace("\0", ".*").replace(re.escape("..."), "[^\n]*")
    assert re.fullmatch(pattern, output.strip(), re.DOTALL), f"$ {command.text}\n{output}"
