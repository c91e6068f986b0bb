"""The only code that touches mypy's internals; everything else sees mypy through these modules.

`mypy_compat` itself imports nothing, so that an unsupported mypy is refused by `versions` before anything it lacks is
imported.  `TypeChecker` is for annotations alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy.checker import TypeChecker as TypeChecker

#: The full name of the synthetic function whose hook is the trigger's call back.
PROBE = "mypy_session_plugin.<probe>"
