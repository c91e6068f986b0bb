"""Instances that a cascade takes along by a way that is not written down: a backref of no known type."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models import Base


class Shelf(Base):
    __tablename__ = "shelves"
    id: Mapped[int] = mapped_column(primary_key=True)


class Volume(Base):
    __tablename__ = "volumes"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id"))
    shelf: Mapped[Shelf] = relationship(backref="volumes")


def appended_to_a_backref_ok(session: Session) -> None:
    shelf, volume = Shelf(), Volume()
    shelf.volumes.append(volume)  # type: ignore[attr-defined]
    session.add(volume)
    session.commit()
    session.refresh(shelf)


def not_appended_bad(session: Session) -> None:
    shelf, volume = Shelf(), Volume()
    session.add(volume)
    session.commit()
    session.refresh(shelf)  # error: [session-state]
