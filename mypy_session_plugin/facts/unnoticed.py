"""Why a session takes no notice of a write, and what has come of it since."""

from __future__ import annotations

from enum import Enum


class Cause(Enum):
    """Why no session takes notice.

    DETACHED: the instance is in none; COPIED: `merge()` took a copy of it, which nobody has; BACKREF: only the other
    direction of a relationship leads to it, along which nothing is added; IN_PLACE: the value of a column that does not
    tell of it was changed.
    """

    DETACHED = "detached"
    COPIED = "copied"
    BACKREF = "backref"
    IN_PLACE = "in place"

    __hash__ = object.__hash__


class Notice(Enum):
    """What has come of the write on one path.

    MADE: the instance was copied, and is not written yet; UNREAD: nothing has read it; READ: it was read, or must be
    committed before it is lost; PASSED: the session was committed without it; SETTLED: somebody may have dealt with it.
    """

    MADE = "made"
    UNREAD = "unread"
    READ = "read"
    PASSED = "passed"
    SETTLED = "settled"

    __hash__ = object.__hash__
