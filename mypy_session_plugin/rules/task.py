"""session-task: a session, or what is attached to it, handed to a task that runs concurrently with its owner.

Guarantee: on every path that goes through the call, the session is used, closed or handed on before the other task has
been waited for, several of them get it at once, or its owner is a caller that is not known to wait.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks
"""

from __future__ import annotations

from mypy_session_plugin.rules.boundaries import ConcurrentRule


class TaskRule(ConcurrentRule):
    """Reports concurrent use across tasks."""

    code = "session-task"
    boundary = "task"
