"""The hooks that assert contracts in every phase of a test; registered only where a package was named."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import pytest

from mypy_session_plugin.testing.contracts import Contracts


class ContractHooks:
    """Asserts the phantom types of some packages from the end of the collection to the end of the tests."""

    def __init__(self, packages: Sequence[str]) -> None:
        self._contracts = Contracts(packages)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """All tests run: the functions are changed before the first, and changed back after the last."""
        with self._contracts.asserted():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """The fixtures of a test are set up."""
        yield from self._phase()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """A test runs."""
        yield from self._phase()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, None, None]:
        """The fixtures of a test are torn down."""
        yield from self._phase()

    def _phase(self) -> Generator[None, None, None]:
        # Modules of the package that a test has imported itself.
        self._contracts.change_loaded_modules()
        try:
            yield
        except BaseException:
            self._contracts.violations.clear()
            raise
        self._contracts.raise_first()
