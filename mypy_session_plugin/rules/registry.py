"""The list of all rules."""

from __future__ import annotations

from mypy_session_plugin.rules.base import Rule
from mypy_session_plugin.rules.merge import MergeRule
from mypy_session_plugin.rules.state import StateRule

RULES: tuple[Rule, ...] = (MergeRule(), StateRule())
