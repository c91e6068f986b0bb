"""The error codes, as pure data: mypy's objects are made from it when the plugin is loaded."""

from __future__ import annotations

from dataclasses import dataclass

#: The code that all others are sub-codes of; mypy knows one level of nesting.
PARENT = "session"


@dataclass(frozen=True, slots=True)
class Code:
    """An error code: its name, what it is reported for, and whether it is on unless switched off.

    `in_tests`: it is reported in functions of tests too, without the option `strict_tests`.  `opening`: it may be
    reported wherever a session is opened.
    """

    name: str
    title: str
    default: bool = True
    in_tests: bool = True
    opening: bool = False


CODES: tuple[Code, ...] = (
    Code("session-merge", "merge() of an instance that the same session already holds"),
    Code("session-state", "an operation or a phantom-typed position that does not admit the state of the instance"),
    Code("session-mismatch", "an instance that another session holds, given to an operation of this one"),
    Code("session-detached", "an attribute that must be loaded, read of a detached instance"),
    Code("session-implicit-io", "an attribute that must be loaded, read of an instance of an AsyncSession"),
    Code("session-raiseload", "an attribute read that is mapped, or was loaded, to raise"),
    Code("session-thread", "a session, or what is attached to it, handed to a thread that runs concurrently"),
    Code("session-task", "a session, or what is attached to it, handed to a task that runs concurrently"),
    Code("session-process", "a session handed to another process, interpreter or task queue, or pickled"),
    Code("session-borrowed", "a session that is only lent, ended, begun, given away or kept"),
    Code("session-escape", "a result, or code that uses a session, leaves the block that closes it"),
    Code("session-lost-write", "a change through a session made here that nothing commits", in_tests=False),
    Code("session-redundant-commit", "a commit of a transaction that has only read", in_tests=False),
    Code("session-leak", "a session that a path leaves open", default=False, in_tests=False, opening=True),
    Code("session-reuse", "a session that is used again after its end", default=False, opening=True),
    Code("session-commit-after-read", "a commit of a session that was given and only read through", default=False),
    Code("session-split-commit", "two commits of one unit of work", default=False, in_tests=False),
    Code("session-handover", "a session handed to another thread or task that should make its own"),
    Code("session-shared", "one session that code running concurrently shares"),
    Code("session-closed", "use that fails after the end of a transaction, a result or a session"),
    Code("session-transaction", "a transaction begun while one runs, or used inside its block after its end"),
    Code("session-failed-flush", "a session used after the failure of a flush was caught, without a rollback"),
)
