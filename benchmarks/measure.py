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
    with tempfile.TemporaryDirectory() as holder:
        file = Path(holder, "mypy.ini")
        file.write_text(config)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "mypy", "--config-file", str(file), "--cache-dir", str(cache), *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1) or "internal error" in done.stdout:
        raise SystemExit(f"mypy failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


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
