"""Assignments to properties run code of the user's, which may add the instance or take it out of its session."""

from __future__ import annotations

from models import Base
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, object_session


class Ticket(Base):
    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]

    @declared_attr
    def note(cls) -> Mapped[str]:
        return mapped_column()

    @property
    def sibling(self) -> Ticket | None:
        return None

    @sibling.setter
    def sibling(self, other: Ticket) -> None:
        session = object_session(other)
        if session is not None:
            session.add(self)

    @hybrid_property
    def title(self) -> str:
        return self.text

    @title.inplace.setter
    def _title_setter(self, value: str) -> None:
        self.text = value

    @hybrid_property
    def headline(self) -> str:
        return self.text

    @headline.setter  # type: ignore[no-redef]
    def headline(self, headline: str) -> None:
        self.text = headline


def given_to_the_constructor_ok(session: Session) -> None:
    other = session.get_one(Ticket, 1)
    ticket = Ticket(sibling=other)
    session.expunge(ticket)


def assigned_ok(session: Session) -> None:
    other = session.get_one(Ticket, 1)
    ticket = Ticket()
    ticket.sibling = other
    session.expunge(ticket)


def hybrid_ok(session: Session) -> None:
    ticket = Ticket()
    ticket.title = "one"
    session.expunge(ticket)


def hybrid_in_the_constructor_ok(session: Session) -> None:
    ticket = Ticket(headline="one")
    session.expunge(ticket)


def column_bad(session: Session) -> None:
    ticket = Ticket()
    ticket.text = "one"
    session.expunge(ticket)  # error: [session-state]


def declared_column_bad(session: Session) -> None:
    ticket = Ticket()
    ticket.note = "one"
    session.expunge(ticket)  # error: [session-state]
