"""Which session, which row: what tells two sessions apart, and two instances of one row together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionIdentity:
    """What is known of a session as an object among others.

    `held`: a variable in view keeps it alive, so that its instances stay in it.  `given_as`: the parameter of the
    constructor from which alone the attribute that it was read from is assigned.  `compared`: the code compares it
    with something, so it may be what another parameter is.
    """

    held: bool = False
    given_as: str | None = None
    compared: bool = False

    def join(self, other: SessionIdentity) -> SessionIdentity:
        """What holds of either."""
        if self == other:
            return self
        return SessionIdentity(
            self.held and other.held,
            self.given_as if self.given_as == other.given_as else None,
            self.compared or other.compared,
        )


#: A session of which nothing is known that tells it apart.
NO_IDENTITY = SessionIdentity()
