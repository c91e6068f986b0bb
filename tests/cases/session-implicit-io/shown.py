"""Mapped dataclasses that are shown by code that waits for nothing: their `__repr__` reads what it shows."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from models import Base, Note


class Page(MappedAsDataclass, Base):
    __tablename__ = "pages_shown"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    text: Mapped[str] = mapped_column(deferred=True)


async def left_out_bad(session: AsyncSession) -> str:
    page = await session.get_one(Page, 1)
    return f"{page}"  # error: [session-implicit-io] "page.text" is not loaded (loaded at line 17 without it) and belongs to an AsyncSession; Page.__repr__(), called by the f-string, reads it, which raises MissingGreenlet (sqlalche.me/e/20/xd2s)


async def expired_bad(engine: AsyncEngine) -> None:
    factory = async_sessionmaker(engine)
    async with factory() as session:
        note = Note(text="new")
        session.add(note)
        await session.commit()
        print("written", note)  # error: [session-implicit-io] "note.id" is not loaded (expired by commit() at line 26)


async def refreshed_ok(engine: AsyncEngine) -> None:
    factory = async_sessionmaker(engine)
    async with factory() as session:
        note = Note(text="new")
        session.add(note)
        await session.commit()
        await session.refresh(note)
        print("written", note)


async def hidden_ok(session: AsyncSession) -> None:
    for note in (await session.scalars(select(Note))).all():
        print(note)


async def in_a_greenlet_ok(session: AsyncSession) -> None:
    page = await session.get_one(Page, 1)
    await session.run_sync(lambda _session: print(page))
