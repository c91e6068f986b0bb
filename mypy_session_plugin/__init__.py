"""Typed session ownership for SQLAlchemy: phantom types for signatures, and the mypy plugin that checks them.

Importing the package costs next to nothing: neither mypy nor SQLAlchemy comes with it.
"""

import importlib
from typing import Any

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


def plugin(version: str) -> Any:
    """Give mypy the class of the plugin: `plugins = mypy_session_plugin` in its configuration leads here.

    Args:
        version: The version of the mypy that runs.

    Returns:
        A subclass of `mypy.plugin.Plugin`.

    Source: https://mypy.readthedocs.io/en/stable/extending_mypy.html#configuring-mypy-to-use-plugins
    """
    # An import statement, even in here, would make mypy check the plugin and mypy itself along with each project that
    # imports a phantom type.
    return importlib.import_module("mypy_session_plugin.hooks").session_plugin(version)
