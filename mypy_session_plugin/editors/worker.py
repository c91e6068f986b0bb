"""One look at one text in a process of its own: `python -P -m mypy_session_plugin.editors.worker PATH [CONFIG_FILE]`.

mypy is made for one build at a time, and a language server may have it check another text just now, or keep its daemon.
A process of its own stands in nobody's way, and nothing that ends it ends the server.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mypy_session_plugin.inspection import Inspection, InspectionError, states_of

#: Not `__name__`, which is another one where this is run.
WORKER = "mypy_session_plugin.editors.worker"
#: After so many seconds a look is given up: a cold cache of a large project is filled in less.
PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Target:
    """A text to look at: the file that it is the buffer of, the folder in which mypy runs, its configuration."""

    path: Path
    text: str
    folder: Path
    config_file: str | None = None


@dataclass(slots=True)
class Worker:
    """Has a text looked at, one at a time."""

    _process: subprocess.Popen[bytes] | None = None

    def look(self, target: Target) -> Inspection:
        """The states in a text.

        Raises:
            InspectionError: mypy cannot check it, or was ended.
        """
        command = [sys.executable, "-P", "-m", WORKER, str(target.path)]
        if target.config_file:
            command.append(target.config_file)
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=target.folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._process = process
        try:
            answer, _ = process.communicate(target.text.encode("utf-8", "surrogatepass"), PATIENCE)
        except subprocess.TimeoutExpired:
            raise InspectionError("mypy takes too long") from None
        finally:
            process.kill()
            process.wait()
        if process.returncode != 0:
            raise InspectionError(f"the look at {target.path} ended with status {process.returncode}")
        found = pickle.loads(answer)
        if not isinstance(found, Inspection):
            raise InspectionError(*found)
        return found

    def stop(self) -> None:
        """End what is at work."""
        if self._process is not None:
            self._process.kill()


def main(path: str, config_file: str | None = None) -> None:
    """Look at the text that comes in, and give back what there is to see, or the lines that say why there is nothing.

    What mypy and its plugins print goes elsewhere, so that nothing stands in the answer.
    """
    text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
    answer, sys.stdout = sys.stdout.buffer, sys.stderr
    found: Inspection | tuple[str, ...]
    try:
        found = states_of(path, text, config_file)
    except InspectionError as error:
        found = error.lines
    pickle.dump(found, answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
