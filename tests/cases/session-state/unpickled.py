"""What comes out of a pickle is in no session, if an annotation says that it is an instance."""

import pickle
from typing import cast

from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base, User


class Ticket(Base):
    """A class that says itself what becomes of its pickles."""

    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def refreshed_bad(session: Session, data: bytes) -> None:
    user: User = pickle.loads(data)
    session.refresh(user)  # error: [session-state] "user" is detached (unpickled at line 22) or transient (unpickled at line 22)


def expired_bad(session: Session, data: bytes) -> None:
    user = cast(User, pickle.loads(data))
    session.expire(user)  # error: [session-state]


def of_a_file_bad(session: Session, path: str) -> None:
    with open(path, "rb") as file:
        users: list[User] = pickle.load(file)
    session.expunge(users[0])  # error: [session-state]


def merged_ok(session: Session, data: bytes) -> None:
    user: User = pickle.loads(data)
    user = session.merge(user)
    session.flush()
    session.refresh(user)


def added_ok(session: Session, data: bytes) -> None:
    user: User = pickle.loads(data)
    session.add(user)
    session.flush()
    session.refresh(user)


def deleted_ok(session: Session, data: bytes) -> None:
    """What was pickled with a row may be deleted."""
    user: User = pickle.loads(data)
    session.delete(user)


def read_ok(data: bytes) -> int:
    """Its posts may have been loaded when it was pickled."""
    user: User = pickle.loads(data)
    return len(user.posts)


def of_any_type_ok(session: Session, data: bytes) -> None:
    session.refresh(pickle.loads(data))


def that_may_be_none_ok(session: Session, data: bytes) -> None:
    user: User | None = pickle.loads(data)
    if user is not None and user in session:
        session.refresh(user)


def in_its_own_way_ok(session: Session, data: bytes) -> None:
    ticket: Ticket = pickle.loads(data)
    session.refresh(ticket)
