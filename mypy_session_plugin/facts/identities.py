"""Which session, which row: what tells two sessions apart, and two instances of one row together."""

from __future__ import annotations

from collections.abc import Callable

from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.values import Constant


@dataclass(frozen=True, slots=True)
class SessionIdentity:
    """What is known of a session as an object among others.

    `held`: a variable in view keeps it alive, so that its instances stay in it.  `given_as`: the parameter of the
    constructor from which alone the attribute that it was read from is assigned.  `compared`: the code compares it
    with something, or a framework fills it in, so it may be what another parameter is.  `fresh`: it was made here, and
    nothing is in it yet.
    """

    held: bool = False
    given_as: str | None = None
    compared: bool = False
    fresh: bool = False

    def join(self, other: SessionIdentity) -> SessionIdentity:
        """What holds of either."""
        if self == other:
            return self
        return SessionIdentity(
            self.held and other.held,
            self.given_as if self.given_as == other.given_as else None,
            self.compared or other.compared,
            self.fresh and other.fresh,
        )


#: A session of which nothing is known that tells it apart.
NO_IDENTITY = SessionIdentity()


@dataclass(frozen=True, slots=True)
class RowKey:
    """The row of an instance that `get()` gave: its class, and its key as literals and names of local variables."""

    class_name: str
    parts: tuple[Constant | str, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of the row that an instance stands for.

    `row`: which one.  `dirty`: an attribute was certainly assigned since the last flush; `touched`: one may have been,
    that of the primary key among them.
    """

    row: RowKey | None = None
    dirty: bool = False
    touched: bool = False

    def join(self, other: Content) -> Content:
        """What holds of either."""
        if self == other:
            return self
        row = self.row if self.row == other.row else None
        return Content(row, self.dirty and other.dirty, self.touched or other.touched)

    def settled(self) -> Content:
        """After a possible flush: nothing is certain to wait for it, and the key may be what was assigned."""
        return Content(None if self.touched else self.row) if self.dirty or self.touched else self

    def without(self, variable: str) -> Content:
        """After an assignment of a variable that may tell the row."""
        named = self.row is not None and variable in self.row.parts
        return replace(self, row=None) if named else self

    def called(self, change: Callable[[str], str | None]) -> Content:
        """The same with the row's variables called differently; without the row where one has no name."""
        if self.row is None or not any(isinstance(part, str) for part in self.row.parts):
            return self
        parts = tuple(change(part) if isinstance(part, str) else part for part in self.row.parts)
        known = tuple(part for part in parts if part is not None)
        return replace(self, row=RowKey(self.row.class_name, known) if len(known) == len(parts) else None)


#: An instance of which no more is known than its state.
NO_CONTENT = Content()
