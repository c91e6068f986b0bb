"""Mapped dataclasses that are shown: their `__repr__` reads what is to raise."""

from sqlalchemy import Engine, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, MappedAsDataclass, Session, joinedload, mapped_column, raiseload, relationship, undefer

from models import Base, Note


class Chapter(MappedAsDataclass, Base):
    __tablename__ = "chapters_shown"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"), init=False)
    note: Mapped[Note] = relationship(lazy="raise")
    others: Mapped[list[Note]] = relationship(viewonly=True, repr=False, default_factory=list, lazy="raise")


class Link(MappedAsDataclass, Base):
    __tablename__ = "links_shown"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"), init=False)
    note: Mapped[Note] = relationship()


async def mapped_bad(session: AsyncSession) -> None:
    chapter = await session.get_one(Chapter, 1)
    print(chapter)  # error: [session-raiseload] "chapter.note" is not loaded (loaded at line 26 without it) and is to raise where it is read; Chapter.__repr__(), called by print(), reads it, which raises InvalidRequestError


def by_an_option_bad(session: Session) -> str:
    link = session.scalars(select(Link).options(raiseload(Link.note))).one()
    return str(link)  # error: [session-raiseload]


def loaded_ok(session: Session) -> str:
    link = session.scalars(select(Chapter).options(joinedload(Chapter.note))).one()
    return f"{link!r}"


def known_miss_of_nothing_else(session: Session) -> None:
    chapter = session.get_one(Chapter, 1)
    print(chapter)


class Volume(MappedAsDataclass, Base):
    __tablename__ = "volumes_shown"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"), init=False)
    text: Mapped[str] = mapped_column(deferred=True)
    note: Mapped[Note] = relationship(lazy="raise")
    other: Mapped[Note] = relationship(viewonly=True, lazy="raise", init=False)


async def the_first_of_two_codes_bad(session: AsyncSession) -> None:
    volume = await session.get_one(Volume, 1)
    print(volume)  # error: [session-implicit-io] "volume.text" is not loaded


def the_first_of_two_bad(engine: Engine) -> str:
    with Session(engine) as session:
        volume = session.get_one(Volume, 1, options=[undefer(Volume.text)])
    return repr(volume)  # error: [session-raiseload] "volume.note" is not loaded
