"""Locks of several processes, and of the threads in each."""

from mypy_session_plugin.effects import guards

@guards
class SemLock: ...

@guards
class Condition: ...
