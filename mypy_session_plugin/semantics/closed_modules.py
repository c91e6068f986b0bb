"""Modules whose code calls nothing of the user's but what it is given: the standard library and SQLAlchemy."""

from __future__ import annotations

import sys

#: Their top-level packages.
CLOSED_MODULES = frozenset(sys.stdlib_module_names) | {"sqlalchemy", "typing_extensions", "_typeshed"}
#: Packages whose bases of mapped classes have methods that do no more than Python's own.
BASES = frozenset({"flask_sqlalchemy", "pydantic", "sqlmodel"})
_KNOWN = CLOSED_MODULES | BASES


def is_of_the_user(module: str) -> bool:
    """Whether what a module defines is code of which nothing is known."""
    return module.partition(".")[0] not in _KNOWN
