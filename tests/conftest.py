"""What all tests share: one harness with one warm cache, and failures of the analysis that are raised."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator

import pytest

from tests.harness import Harness

#: A process that has grown by this factor collects what its builds have left.
_GROWTH = 2.0
_memory = {"peak": 0.0}


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many random programs are tried, and which."""
    parser.addoption("--programs", type=int, default=300, help="number of random session programs")
    parser.addoption("--program-seed", type=int, default=1, help="seed of the random programs; -1 for any")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Pytest has collected to the end; it would once more, and Python too: each time through all that builds left."""
    gc.freeze()


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """Runs mypy with the plugin."""
    return Harness(tmp_path_factory.mktemp("mypy"))


@pytest.fixture(autouse=True)
def _raise_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYPY_SESSION_PLUGIN_RAISE", "1")


@pytest.fixture(autouse=True)
def _collect() -> Iterator[None]:
    """Mypy makes collections rare, for a process that does one build: all their trees would stay."""
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if peak > _GROWTH * _memory["peak"]:
        gc.collect()
        _memory["peak"] = peak
