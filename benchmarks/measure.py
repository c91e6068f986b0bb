"""CPU seconds of whole mypy runs, with and without the plugin, in pairs."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PLUGIN_CONFIG = "[mypy]\nplugins = mypy_session_plugin\n"
BARE_CONFIG = "[mypy]\n"


def cpu_seconds(arguments: Sequence[str], folder: Path, config: str, cache: Path) -> float:
    """User and system time of one mypy run in `folder`, in seconds."""
    usage = _usage(arguments, folder, config, cache)
    return usage.ru_utime + usage.ru_stime


def peak_megabytes(arguments: Sequence[str], folder: Path, config: str) -> float:
    """The most memory that one cold mypy run in `folder` takes, in megabytes."""
    with tempfile.TemporaryDirectory() as cache:
        peak = _usage(arguments, folder, config, Path(cache)).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _usage(arguments: Sequence[str], folder: Path, config: str, cache: Path) -> resource.struct_rusage:
    """What one mypy run takes of the machine."""
    with tempfile.TemporaryDirectory() as holder:
        file, output = Path(holder, "mypy.ini"), Path(holder, "output")
        file.write_text(config)
        command = [sys.executable, "-m", "mypy", "--config-file", str(file), "--cache-dir", str(cache), *arguments]
        with output.open("w") as stream:
            process = subprocess.Popen(command, cwd=folder, stdout=stream, stderr=stream)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        text = output.read_text()
    if process.returncode not in (0, 1) or "internal error" in text:
        raise SystemExit(f"mypy failed:\n{text[-4000:]}")
    return usage


def ratio(arguments: Sequence[str], folder: Path, pairs: int, warm: bool) -> tuple[float, float, float]:
    """Medians of paired runs: CPU seconds without the plugin, with it, and their ratio.

    Cold runs begin with an empty cache each; for warm ones a first run fills a cache with everything, and the checked
    modules themselves are made new before each run.
    """
    bare: list[float] = []
    loaded: list[float] = []
    with tempfile.TemporaryDirectory() as caches:
        for turn in range(pairs + warm):
            for name, config, found in (("bare", BARE_CONFIG, bare), ("plugin", PLUGIN_CONFIG, loaded)):
                cache = Path(caches, name if warm else f"{name}{turn}")
                for file in folder.rglob("*.py") if warm else ():
                    file.write_text(file.read_text() + "\n")
                seconds = cpu_seconds(arguments, folder, config, cache)
                if turn or not warm:
                    found.append(seconds)
    ratios = [with_plugin / without for without, with_plugin in zip(bare, loaded, strict=True)]
    return statistics.median(bare), statistics.median(loaded), statistics.median(ratios)
