"""Units of work: one session, from its opening to its end."""

from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mypy_session_plugin import Borrowed, Owned


def open_session(engine: Engine) -> Owned[Session]:
    """Open a session, which the caller must end, or give to a unit of work."""
    return Session(engine)


class UnitOfWork:
    """Owns a session: the block of the unit commits what went well, and always closes."""

    def __init__(self, session: Owned[Session]) -> None:
        self._session = session

    def __enter__(self) -> Self:
        return self

    @property
    def session(self) -> Borrowed[Session]:
        """The session, lent to the block."""
        return self._session

    def __exit__(
        self, exception_type: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if exception is None:
                self._session.commit()
        finally:
            self._session.close()
