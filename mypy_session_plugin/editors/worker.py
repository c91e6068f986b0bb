"""Looks at texts in a process of its own: `python -P -m mypy_session_plugin.editors.worker`.

mypy is made for one build at a time, and a language server may have it check another text just now, or keep its daemon.
A process of its own stands in nobody's way, and nothing that ends it ends the server.  It stays for the next look,
which takes a fraction of the time: most of a first one goes into importing mypy and reading the session stubs.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Timer

from mypy_session_plugin.inspection import Inspection, InspectionError, states_of

#: Not `__name__`, which is another one where this is run.
WORKER = "mypy_session_plugin.editors.worker"
#: After so many seconds a look is given up: a cold cache of a large project is filled in less.
PATIENCE = 300.0
#: After so many seconds without a look the process ends, and its memory is free.
IDLE = 600.0


@dataclass(frozen=True, slots=True)
class Target:
    """A text to look at: the file that it is the buffer of, the folder in which mypy runs, its configuration."""

    path: Path
    text: str
    folder: Path
    config_file: str | None = None


@dataclass(slots=True)
class Worker:
    """Has texts looked at, one at a time, by one process for as long as they are of one folder."""

    _process: subprocess.Popen[bytes] | None = None
    _folder: Path | None = None
    _stops: int = 0
    _turn: Lock = field(default_factory=Lock)

    def look(self, target: Target) -> Inspection:
        """The states in a text.

        Raises:
            InspectionError: mypy cannot check it, takes too long, or was ended.
        """
        with self._turn:
            was_running, stops = self._is_running(target.folder), self._stops
            found = self._ask(target)
            if isinstance(found, int) and was_running and stops == self._stops:
                # It had waited for long enough just now, or somebody has ended it.
                found = self._ask(target)
        if isinstance(found, int):
            raise InspectionError(f"the look at {target.path} ended with status {found}")
        if not isinstance(found, Inspection):
            raise InspectionError(*found)
        return found

    def stop(self) -> None:
        """End the process, and the look that is at work."""
        self._stops += 1
        if self._process is not None:
            self._process.kill()

    def _is_running(self, folder: Path) -> bool:
        return self._process is not None and self._process.poll() is None and self._folder == folder

    def _ask(self, target: Target) -> Inspection | tuple[str, ...] | int:
        """What the process says of a text; its exit status if it ends without an answer."""
        if self._process is None or not self._is_running(target.folder):
            self._end()
            command = [sys.executable, "-P", "-m", WORKER, str(IDLE)]
            pipe = subprocess.PIPE
            self._folder = target.folder
            self._process = subprocess.Popen(
                command, cwd=target.folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        patience = Timer(PATIENCE, process.kill)
        patience.daemon = True
        patience.start()
        try:
            pickle.dump(target, process.stdin)
            process.stdin.flush()
            found: Inspection | tuple[str, ...] = pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            return self._end()
        finally:
            patience.cancel()
        return found

    def _end(self) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.kill()
        # What it has not read of what it was told is thrown away.
        with suppress(OSError):
            process.communicate()
        return process.wait()


def main(idle: float) -> None:
    """Look at each text that comes in, and give back what there is to see, or the lines that say why there is nothing.

    What mypy and its plugins print goes elsewhere, so that nothing stands in the answers.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        with _ending(idle):
            try:
                target = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
        pickle.dump(_seen(target), answers)
        answers.flush()
        # A build leaves many trees that hold each other; now nobody waits.
        gc.collect()


def _seen(target: Target) -> Inspection | tuple[str, ...]:
    try:
        return states_of(target.path, target.text, target.config_file, lanes=False)
    except InspectionError as error:
        return error.lines


@contextmanager
def _ending(seconds: float) -> Iterator[None]:
    """End the process if the block takes longer than this."""
    timer = Timer(seconds, os.kill, [os.getpid(), signal.SIGTERM])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


if __name__ == "__main__":
    main(float(sys.argv[1]))
