"""What one module tells of all its functions, read when it is asked for: by its text and its top level alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from functools import cached_property
from typing import TYPE_CHECKING

from mypy.nodes import MypyFile, Var
from mypy.types import Type

from mypy_session_plugin.mypy_compat.units import source_of

if TYPE_CHECKING:
    from mypy_session_plugin.mypy_compat.units import Unit

#: What stands in the text of a module that binds sessions to an engine, itself or by a factory.
BINDING = re.compile("engine|sessionmaker", re.IGNORECASE)
#: What stands in the text of a module that has functions for tasks.
COROUTINE = re.compile(r"\basync def\b")
#: What stands in the text of a module that says what its sessions are like.
MAKING = re.compile(r"sessionmaker|Session\(|expire_on_commit|SQLAlchemy\(")


class ModuleHints:
    """Reads the module with this tree; `wanted` tells which codes are on in it that are off by default."""

    def __init__(self, tree: MypyFile, wanted: Callable[[], frozenset[str]]) -> None:
        self.tree = tree
        self._read_wanted = wanted

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The codes that are on in it though they are off by default."""
        return self._read_wanted()

    @cached_property
    def binds_to_engine(self) -> bool:
        """Whether it may bind sessions to an engine."""
        return self._names(BINDING)

    @cached_property
    def has_coroutines(self) -> bool:
        """Whether it has functions for tasks."""
        return self._names(COROUTINE)

    @cached_property
    def makes_sessions(self) -> bool:
        """Whether it may say what its sessions are like."""
        return self._names(MAKING)

    @cached_property
    def made_once(self) -> list[Var | Type]:
        """What it makes once for all of its code."""
        from mypy_session_plugin.semantics.shared_hints import made_once

        return made_once(self.tree)

    @cached_property
    def answered(self) -> Container[Unit]:
        """Its functions with a response model, by which what they return is read."""
        from mypy_session_plugin.semantics.response_models import response_models

        return response_models(self.tree)

    def _names(self, pattern: re.Pattern[str]) -> bool:
        """Whether something stands in the text of the module."""
        return pattern.search(self._text) is not None

    @cached_property
    def _text(self) -> str:
        return source_of(self.tree)
