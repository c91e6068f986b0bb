"""Assignments to properties run code of the user's, which may add the instance or take it out of its session."""

from __future__ import annotations

from typing import Any

from models import Base
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, object_session


untyped_hybrid: Any = hybrid_property


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

    @untyped_hybrid
    def is_open(self) -> bool:
        return self.text != ""

    @is_open.expression  # type: ignore[no-redef]
    def is_open(cls) -> bool:
        return False


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


def untyped_hybrid_of_unknown_ok(session: Session, tickets: Any) -> None:
    for given in tickets:
        ticket: Ticket = given
        if ticket.is_open:
            session.expunge(ticket)
