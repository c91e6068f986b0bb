"""The runtime twin of the plugin: in a test suite, phantom types are asserted of what really arrives.

    with session_contracts("shop"):
        shop.orders.place(session, order)

or, for all tests, `pytest -p mypy_session_plugin.testing --session-contracts=shop`.  Both are off until they are asked
for: importing this package, and loading it into pytest, imports neither SQLAlchemy nor anything of the application,
and changes no function.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["ContractViolation", "session_contracts"]


class ContractViolation(AssertionError):
    """What a phantom type says of an instance or a session is not so."""


@contextmanager
def session_contracts(*packages: str) -> Iterator[list[ContractViolation]]:
    """Assert the phantom types in the signatures of these packages, while the block runs.

    Functions and methods of the modules that are loaded when the block begins are changed in place, so that whoever has
    a reference to one calls the checked one, and changed back at its end.

    Args:
        packages: Names of packages, with all that is below them, or of modules.

    Yields:
        The violations so far: also those that the application has caught, or that were raised in other threads.

    Raises:
        ContractViolation: Where a contract is broken; at the end of the block, if what was raised there has not come
            out of it, or if an `Owned` session that was given out in the block was not ended in it.
        ValueError: Without a package.
    """
    from mypy_session_plugin.testing.contracts import Contracts

    contracts = Contracts(packages)
    with contracts.asserted():
        yield contracts.violations
        contracts.expect_ended()
    contracts.raise_first()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let packages be named on the command line and in the configuration of pytest."""
    what = "assert the phantom types in the signatures of this package or module; may be given several times"
    group = parser.getgroup("session contracts")
    group.addoption("--session-contracts", action="append", default=[], metavar="PACKAGE", help=what)
    parser.addini("session_contracts", "packages whose phantom types are asserted", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Turn the contracts on if a package is named."""
    packages = [*config.getini("session_contracts"), *config.getoption("--session-contracts")]
    if packages:
        from mypy_session_plugin.testing.pytest_hooks import ContractHooks

        config.pluginmanager.register(ContractHooks(packages), "mypy_session_plugin.testing.contracts")
