"""What all tests share: one harness with one warm cache, and failures of the analysis that are raised."""

from __future__ import annotations

import pytest

from tests.harness import Harness


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    """Runs mypy with the plugin."""
    return Harness(tmp_path_factory.mktemp("mypy"))


@pytest.fixture(autouse=True)
def _raise_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYPY_SESSION_PLUGIN_RAISE", "1")
