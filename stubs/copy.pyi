"""Copies: a deep one of an instance has a state of its own, as if it had been pickled, and is in no session.

`copy.copy()` is left out: its copy shares the state of the instance that was given, session and all.
"""

from typing import TypeVar

from mypy_session_plugin import Unattached

T = TypeVar("T")

def deepcopy(x: T, memo: object = ...) -> Unattached[T]: ...
