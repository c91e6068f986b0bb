"""session-thread: a session, or what is attached to it, handed to a thread that runs concurrently with its owner.

Guarantee: on every path that goes through the call, the session is used, closed or handed on before the other thread
has been waited for, several of them get it at once, or its owner is a caller that is not known to wait.

Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#is-the-session-thread-safe-is-asyncsession-safe-to-share-in-concurrent-tasks
"""

from __future__ import annotations

from mypy_session_plugin.rules.boundaries import ConcurrentRule


class ThreadRule(ConcurrentRule):
    """Reports concurrent use across threads."""

    code = "session-thread"
    boundary = "thread"
    #: A thread of the user's own class has crossed nothing that a stub tells of before it starts.
    calls: tuple[str, ...] = ("start",)
