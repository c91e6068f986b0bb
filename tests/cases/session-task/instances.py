"""Instances that are handed to a coroutine function of the module: what counts is what it does with them."""

import asyncio

from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload


class Base(AsyncAttrs, DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    books: Mapped[list["Book"]] = relationship()
    prizes: Mapped[list["Prize"]] = relationship(lazy="selectin")


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))


class Prize(Base):
    __tablename__ = "prizes"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))


async def _titles(author: Author) -> list[str]:
    books: list[Book] = await author.awaitable_attrs.books
    return [book.title for book in books]


async def _name(author: Author) -> str:
    return author.name


async def _prizes(author: Author) -> int:
    return len(author.prizes)


async def loads_gathered_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        authors = (await session.scalars(select(Author))).all()
        await asyncio.gather(*(_titles(author) for author in authors))  # error: [session-task]


async def loads_meanwhile_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        author = await session.get_one(Author, 1)
        task = asyncio.create_task(_titles(author))  # error: [session-task]
        await session.commit()
        await task


async def loads_in_a_closure_bad(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        author = await session.get_one(Author, 1)

        async def load() -> None:
            await author.awaitable_attrs.books

        task = asyncio.create_task(load())  # error: [session-task]
        await session.commit()
        await task


async def waits_ok(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        author = await session.get_one(Author, 1)
        await asyncio.create_task(_titles(author))


async def one_after_the_other_ok(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        for author in (await session.scalars(select(Author))).all():
            await _titles(author)


async def looks_ok(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        authors = (await session.scalars(select(Author))).all()
        await asyncio.gather(*(_name(author) for author in authors))
        await asyncio.gather(*(_prizes(author) for author in authors))


async def loaded_before_ok(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        authors = (await session.scalars(select(Author).options(selectinload(Author.books)))).all()
        await asyncio.gather(*(_titles(author) for author in authors))
