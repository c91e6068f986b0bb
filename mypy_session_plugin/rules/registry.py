"""The list of all rules."""

from __future__ import annotations

from mypy_session_plugin.rules.base import Rule
from mypy_session_plugin.rules.borrowed import BorrowedRule
from mypy_session_plugin.rules.closed import ClosedRule
from mypy_session_plugin.rules.commit_after_read import CommitAfterReadRule
from mypy_session_plugin.rules.detached import DetachedRule
from mypy_session_plugin.rules.escape import EscapeRule
from mypy_session_plugin.rules.failed_flush import FailedFlushRule
from mypy_session_plugin.rules.handover import HandOverRule
from mypy_session_plugin.rules.implicit_io import ImplicitIoRule
from mypy_session_plugin.rules.leak import LeakRule
from mypy_session_plugin.rules.lost_write import LostWriteRule
from mypy_session_plugin.rules.merge import MergeRule
from mypy_session_plugin.rules.mismatch import MismatchRule
from mypy_session_plugin.rules.process import ProcessRule
from mypy_session_plugin.rules.raiseload import RaiseLoadRule
from mypy_session_plugin.rules.redundant_commit import RedundantCommitRule
from mypy_session_plugin.rules.reuse import ReuseRule
from mypy_session_plugin.rules.shared import SharedRule
from mypy_session_plugin.rules.split_commit import SplitCommitRule
from mypy_session_plugin.rules.state import StateRule
from mypy_session_plugin.rules.task import TaskRule
from mypy_session_plugin.rules.thread import ThreadRule
from mypy_session_plugin.rules.transaction import TransactionRule

RULES: tuple[Rule, ...] = (
    MergeRule(),
    StateRule(),
    MismatchRule(),
    DetachedRule(),
    ImplicitIoRule(),
    RaiseLoadRule(),
    ThreadRule(),
    TaskRule(),
    HandOverRule(),
    SharedRule(),
    ProcessRule(),
    BorrowedRule(),
    EscapeRule(),
    LostWriteRule(),
    RedundantCommitRule(),
    LeakRule(),
    ReuseRule(),
    CommitAfterReadRule(),
    SplitCommitRule(),
    ClosedRule(),
    TransactionRule(),
    FailedFlushRule(),
)
