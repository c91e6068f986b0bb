"""Modules whose code calls nothing of the user's but what it is given: the standard library and SQLAlchemy."""

from __future__ import annotations

import sys

#: Their top-level packages.
CLOSED_MODULES = frozenset(sys.stdlib_module_names) | {"sqlalchemy", "typing_extensions", "_typeshed"}
