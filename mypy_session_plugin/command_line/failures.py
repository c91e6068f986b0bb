"""What ends a command that cannot do its work: a few lines for the user, and exit status 2."""

from __future__ import annotations


class Failure(Exception):
    """A command cannot go on; `lines` say why."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
