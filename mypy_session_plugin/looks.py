"""What the syntax of a unit tells before mypy has all its types: whether it is worth an analysis."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cached_property
from typing import TYPE_CHECKING

from mypy.nodes import FuncDef, MypyFile, Node

from mypy_session_plugin.semantics.doubts import Doubt

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.loading_hints import LoadingHints
    from mypy_session_plugin.semantics.unnoticed_hints import Hints


class Look:
    """What the syntax of one unit tells, read when it is asked for, and the last answer about its names.

    It stands in `module`; `body` is what was looked at, which the daemon replaces in place, `judged` of how many
    names the answer was.  `enough` tells that something may be reported in it, `doubts` why it may be in one where
    that is not so.
    """

    def __init__(
        self, unit: FuncDef | MypyFile, body: object, module: str, session_packages: Callable[[], Container[str]]
    ) -> None:
        self.unit = unit
        self._module = module
        self._session_packages = session_packages
        self.body = body
        self.judged = 0
        self.enough = False
        self.doubts: set[Doubt] = set()

    @cached_property
    def nodes(self) -> list[Node]:
        """All nodes of the unit."""
        from mypy_session_plugin.flow.syntax import descendants

        return list(descendants(self.unit, into_functions=isinstance(self.unit, FuncDef)))

    @cached_property
    def shows(self) -> bool:
        """Whether the unit shows something as text."""
        from mypy_session_plugin.flow.formats import shown_by

        return any(True for node in self.nodes for _showing in shown_by(node))

    @cached_property
    def may_leave(self) -> bool:
        """Whether the unit closes a session that something in it may outlive."""
        from mypy_session_plugin.semantics.leaving_hints import may_leave

        return may_leave(self.unit, self.nodes)

    @cached_property
    def is_watched(self) -> bool:
        """Whether something may be reported of the transactions of the unit."""
        from mypy_session_plugin.semantics.watch import watch

        return watch(self.unit, self.nodes).reports

    @cached_property
    def loading(self) -> LoadingHints:
        """What the syntax says of attributes that are read."""
        from mypy_session_plugin.semantics.loading_hints import LoadingHints

        return LoadingHints(self.nodes, self._module, self._session_packages())

    @cached_property
    def hints(self) -> Hints:
        """What the syntax says of writes."""
        from mypy_session_plugin.semantics.unnoticed_hints import Hints

        return Hints(self.nodes)
