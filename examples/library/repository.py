"""Repositories: the instances of one class, in a session that somebody lends."""

from collections.abc import Sequence
from typing import Generic, Literal, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from mypy_session_plugin import Becomes, Borrowed, Detached, In, Persistent, Transient

T = TypeVar("T")


class Repository(Generic[T]):
    """The instances of one class.

    The session is lent for as long as the repository lives: who has opened it commits and closes it.
    """

    session: Borrowed[Session]

    def __init__(self, session: Borrowed[Session], entity: type[T]) -> None:
        self.session = session
        self.entity = entity

    def get(self, key: object) -> Persistent[T] | None:
        return self.session.get(self.entity, key)

    def all(self) -> Sequence[Persistent[T]]:
        return self.session.scalars(select(self.entity)).all()

    def add(self, instance: Becomes[Transient[T], Persistent[T]]) -> None:
        """Insert a row for a new instance; it has its key afterwards."""
        self.session.add(instance)
        self.session.flush()

    def remove(self, instance: In[Persistent[T], Literal["self.session"]]) -> None:
        """Delete the row at the next flush."""
        self.session.delete(instance)

    def take_out(self, instance: Becomes[Persistent[T], Detached[T]]) -> None:
        """Take an instance out of the session, as it is loaded, for a cache or another thread."""
        self.session.refresh(instance)
        self.session.expunge(instance)


def reload(session: Borrowed[Session], instance: In[Persistent[T], Literal["session"]]) -> None:
    """Read the row of an instance again."""
    session.refresh(instance)
