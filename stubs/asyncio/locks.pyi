"""Locks: one task at a time is in the block of one."""

from mypy_session_plugin.effects import guards

@guards
class Lock: ...

@guards
class Condition: ...

@guards(places="value")
class Semaphore: ...
