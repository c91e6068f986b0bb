"""Session stubs that libraries ship inside themselves, found without importing these.

A library names the folder of its stubs in an entry point:

    [project.entry-points."mypy_session_plugin.stubs"]
    company-queue = "company_queue.session_stubs"

Source: https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GROUP = "mypy_session_plugin.stubs"


@dataclass(frozen=True, slots=True)
class ShippedStubs:
    """The stubs of one library: its name, what its entry point names, and that folder; None where there is none."""

    library: str
    value: str
    folder: Path | None


def shipped_stubs() -> list[ShippedStubs]:
    """The stubs of all libraries that are installed for the Python that runs, in the order of their names."""
    if not any(map(_names_group, _installed())):
        return []
    # Reading all metadata takes longer than the rest of the plugin's start, and hardly any project has such a library.
    from importlib.metadata import entry_points

    found = [
        ShippedStubs(entry.dist.name if entry.dist is not None else entry.name, entry.value, _folder(entry.value))
        for entry in entry_points(group=GROUP)
    ]
    return sorted(found, key=lambda stubs: (stubs.library, stubs.value))


def _installed() -> Iterator[Path]:
    """The files with the entry points of what is installed."""
    for folder in map(Path, dict.fromkeys(sys.path)):
        yield from folder.glob("*-info/entry_points.txt")


def _names_group(path: Path) -> bool:
    try:
        return GROUP.encode() in path.read_bytes()
    except OSError:
        return False


def _folder(name: str) -> Path | None:
    """The folder with this dotted name; finding its outermost package imports nothing."""
    package, *rest = name.split(".")
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    locations = spec.submodule_search_locations if spec is not None else None
    folders = [Path(location, *rest) for location in locations or ()]
    return next((folder for folder in folders if folder.is_dir()), None)
