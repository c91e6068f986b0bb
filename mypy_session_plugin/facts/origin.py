"""Why something is known: the event that brought an instance into its state, and its line."""

from __future__ import annotations

from typing import NamedTuple


class Origin(NamedTuple):
    """One event in the past participle, as a message tells it: `Origin(12, "loaded")` is "loaded at line 12"."""

    line: int
    event: str

    def __str__(self) -> str:
        """The event as a message tells it; a line of 0 is the function's own signature."""
        return f"{self.event} at line {self.line}" if self.line else self.event
