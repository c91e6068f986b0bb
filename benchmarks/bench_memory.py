"""What the plugin adds to mypy's memory: the peak of a cold run on a generated project, with and without it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench_ratio import project
from benchmarks.measure import BARE_CONFIG, PLUGIN_CONFIG, peak_megabytes

LIMIT = 1.03
"""The ratio that the design allows."""


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory() as holder:
        folder = Path(holder)
        project(folder, 40, 3, 40)
        bare, loaded = (peak_megabytes(["."], folder, config) for config in (BARE_CONFIG, PLUGIN_CONFIG))
    print(
        f"  generated project, cold: {bare:.0f} MB without the plugin, {loaded:.0f} MB with it, "
        f"ratio {loaded / bare:.3f}; allowed: {LIMIT}"
    )
