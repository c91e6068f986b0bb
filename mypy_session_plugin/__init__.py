"""Typed session ownership for SQLAlchemy: phantom types for signatures, and the mypy plugin that checks them.

Importing the package costs next to nothing: neither mypy nor SQLAlchemy comes with it.
"""

from typing import TYPE_CHECKING

from mypy_session_plugin.phantom import (
    Added,
    Attached,
    Becomes,
    Borrowed,
    CrossesProcess,
    CrossesTask,
    CrossesThread,
    Deleted,
    Detached,
    In,
    Live,
    Loaded,
    Owned,
    Pending,
    Performs,
    Persistent,
    Synchronized,
    Transient,
    Unattached,
    reveal_state,
)

if TYPE_CHECKING:
    from mypy.plugin import Plugin

__version__ = "0.1.0"

__all__ = [
    "Added",
    "Attached",
    "Becomes",
    "Borrowed",
    "CrossesProcess",
    "CrossesTask",
    "CrossesThread",
    "Deleted",
    "Detached",
    "In",
    "Live",
    "Loaded",
    "Owned",
    "Pending",
    "Performs",
    "Persistent",
    "Synchronized",
    "Transient",
    "Unattached",
    "plugin",
    "reveal_state",
]


def plugin(version: str) -> "type[Plugin]":
    """Give mypy the class of the plugin: `plugins = mypy_session_plugin` in its configuration leads here.

    Args:
        version: The version of the mypy that runs.

    Raises:
        mypy.errors.CompileError: That mypy is not supported; mypy prints the text and exits with status 2.

    Source: https://mypy.readthedocs.io/en/stable/extending_mypy.html#configuring-mypy-to-use-plugins
    """
    from mypy_session_plugin.hooks import session_plugin

    return session_plugin(version)
