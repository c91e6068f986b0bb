"""What is known of the functions of the module that is checked, for all that call them."""

from __future__ import annotations

from dataclasses import dataclass

from mypy_session_plugin.mypy_compat.types import Types
from mypy_session_plugin.semantics.functions import Functions
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.mapped import MappedClasses
from mypy_session_plugin.semantics.untouched import Untouched


@dataclass(frozen=True, slots=True)
class OwnCode:
    """The functions that calls run, and which of them touch nothing."""

    functions: Functions
    untouched: Untouched


def own_code(types: Types, library: Library, mapped: MappedClasses) -> OwnCode:
    """What there is to know of one module, as long as its types stand."""
    functions = Functions(types)
    return OwnCode(functions, Untouched(types, functions, library, mapped))
