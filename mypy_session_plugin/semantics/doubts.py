"""Why something may be reported in a unit, as far as its names tell."""

from __future__ import annotations

from enum import Enum


class Doubt(Enum):
    """Why something may be reported in a unit only if the types in it say so, which its names do not tell.

    WRITES_OUT: it calls a serialiser; STARTS: it, or what it calls, has something run elsewhere; VALIDATES: it, or what
    it calls, makes models of instances; SHOWS: it shows something as text; ANSWERS: a response model reads what it
    returns.
    """

    WRITES_OUT = "writes out"
    STARTS = "starts"
    VALIDATES = "validates"
    SHOWS = "shows"
    ANSWERS = "answers"
