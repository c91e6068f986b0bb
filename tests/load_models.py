"""The mapped classes on which random programs of loads and reads run for real; the checked copy has the same name."""

from __future__ import annotations

from sqlalchemy import ForeignKey, func, literal
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, column_property, mapped_column, relationship


class Base(AsyncAttrs, DeclarativeBase):
    """The base of the mapped classes."""


class Team(Base):
    """What a user may refer to."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]
    users: Mapped[list[User]] = relationship(back_populates="team")


class User(Base):
    """User 1 has a team and one of everything, user 2 an address alone."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    bio: Mapped[str | None] = mapped_column(deferred=True)
    secret: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    made: Mapped[int | None] = mapped_column(server_default=literal(1))
    changed: Mapped[int | None] = mapped_column(onupdate=func.abs(-1))
    upper: Mapped[str | None] = column_property(func.upper(literal("x")))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    team: Mapped[Team | None] = relationship(back_populates="users")
    addresses: Mapped[list[Address]] = relationship(back_populates="user", cascade="all, delete-orphan")
    notes: Mapped[list[Note]] = relationship(lazy="selectin")
    hidden: Mapped[list[Note]] = relationship(lazy="raise", viewonly=True)
    quiet: Mapped[list[Note]] = relationship(lazy="raise_on_sql", viewonly=True)


class Address(Base):
    """Behind a user."""

    __tablename__ = "address"

    id: Mapped[int] = mapped_column(primary_key=True)
    street: Mapped[str | None]
    remark: Mapped[str | None] = mapped_column(deferred=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User | None] = relationship(back_populates="addresses")


class Note(Base):
    """Loaded with its user."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


def fill(session: Session) -> None:
    """The rows with which each program begins, and no others."""
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(table.delete())
    session.flush()
    user = User(id=1, name="one", bio="long", secret="no", team=Team(id=1, title="first"), notes=[Note(id=1, text="t")])
    user.addresses.append(Address(id=1, street="street", remark="remark"))
    session.add_all([user, User(id=2, name="two", addresses=[Address(id=2, street="street")])])
