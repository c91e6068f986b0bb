"""Programs with AsyncSession and tasks that are right as they are: nothing is reported."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncAttrs,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectinload,
)


class Base(AsyncAttrs, DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list[Book]] = relationship(back_populates="author", cascade="all, delete-orphan")
    address: Mapped[Address | None] = relationship(back_populates="author", lazy="joined")


class Address(Base):
    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    city: Mapped[str] = mapped_column(default="x")
    author: Mapped[Author] = relationship(back_populates="address")


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    author: Mapped[Author] = relationship(back_populates="books")


def seed(session: Session) -> None:
    session.add_all(
        [Author(name="ann", books=[Book(title="one"), Book(title="two")], address=Address()), Author(name="bob")]
    )


T = TypeVar("T")
M = TypeVar("M", bound=Base)


async def typical_create(engine: AsyncEngine) -> None:
    factory = async_sessionmaker(engine, expire_on_commit=False)
    async with factory() as s:
        a = Author(name="new")
        s.add(a)
        await s.commit()
        assert a.name == "new"
    async with factory() as s:
        found = (
            await s.execute(select(Author).where(Author.id == a.id).options(selectinload(Author.books)))
        ).scalar_one()
        assert found.books == []


async def create_and_refresh(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as s:
        a = Author(name="new")
        s.add(a)
        await s.commit()
        await s.refresh(a)
        return f"{a.id} {a.name}"


async def awaitable(engine: AsyncEngine) -> int:
    async with AsyncSession(engine) as s:
        a = await s.get_one(Author, 1)
        books = await a.awaitable_attrs.books
        for b in books:
            assert b.title
        return len(a.books)


async def new_collection_pending(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as s:
        a = Author(name="n")
        s.add(a)
        a.books.append(Book(title="q"))
        assert a.address is None
        await s.flush()
        assert len(a.books) == 1
        await s.commit()


async def book_with_author(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as s:
        a = await s.get_one(Author, 1)
        b = Book(title="n", author=a)
        s.add(b)
        await s.flush()
        found = b.author.name + b.title
        await s.commit()
        return found


async def author_in_identity_map(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as s:
        a = await s.get_one(Author, 1)
        b = await s.get_one(Book, 1)
        return b.author.name + a.name


async def options_get(engine: AsyncEngine) -> int:
    async with AsyncSession(engine) as s:
        a = await s.get(Author, 1, options=[selectinload(Author.books).joinedload(Book.author)])
        assert a
        return len(a.books) + len(a.books[0].author.name)


async def streamed(engine: AsyncEngine) -> list[str]:
    async with AsyncSession(engine) as s:
        result = await s.stream(select(Author).options(selectinload(Author.books)).order_by(Author.id))
        out = []
        async for (a,) in result:
            out += [b.title for b in a.books]
        return out


async def in_generator(engine: AsyncEngine) -> list[str]:
    async def authors() -> AsyncIterator[Author]:
        async with AsyncSession(engine) as s:
            async for a in await s.stream_scalars(select(Author)):
                yield a

    async with aclosing(authors()) as found:  # type: ignore[type-var]
        return [a.name async for a in found]


async def gather_sessions(engine: AsyncEngine) -> None:
    factory = async_sessionmaker(engine)

    async def one(ident: int) -> str:
        async with factory() as s:
            return (await s.get_one(Author, ident)).name

    first, second = await asyncio.gather(one(1), one(2))
    assert (first, second) == ("ann", "bob")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(i)) for i in (1, 2)]
    assert [t.result() for t in tasks] == ["ann", "bob"]
    async with factory() as s:
        a, other = await asyncio.gather(s.get_one(Author, 1), one(2))
        assert a.name != other


async def semaphore(engine: AsyncEngine) -> None:
    factory = async_sessionmaker(engine, expire_on_commit=False)
    limit = asyncio.Semaphore(1)

    async def rename(ident: int) -> Author:
        async with limit, factory() as s, s.begin():
            a = await s.get_one(Author, ident)
            a.name += "!"
        return a

    found = await asyncio.gather(*[rename(i) for i in (1, 2)])
    assert [a.name for a in found] == ["ann!", "bob!"]


async def sequential_tasks(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as s:
        for ident in (1, 2):
            task = asyncio.create_task(s.get_one(Author, ident))
            a = await task
            assert a.name


async def queue_worker(engine: AsyncEngine) -> None:
    jobs: asyncio.Queue[int | None] = asyncio.Queue()

    async def worker() -> list[str]:
        out = []
        async with AsyncSession(engine) as s:
            while (ident := await jobs.get()) is not None:
                out.append((await s.get_one(Author, ident)).name)
        return out

    async with asyncio.TaskGroup() as group:
        task = group.create_task(worker())
        async with AsyncSession(engine) as s:
            for ident in await s.scalars(select(Author.id)):
                await jobs.put(ident)
        await jobs.put(None)
    assert len(task.result()) == 2


async def run_sync_block(engine: AsyncEngine) -> int:
    def count(s: Session) -> int:
        return sum(len(a.books) for a in s.scalars(select(Author)))

    async with AsyncSession(engine) as s:
        n = await s.run_sync(count)
        return n + await s.run_sync(lambda sync: len(sync.get_one(Author, 1).books))


class Repo(Generic[M]):
    def __init__(self, session: AsyncSession, model: type[M]) -> None:
        self.session, self.model = session, model

    async def get(self, ident: int) -> M | None:
        return await self.session.get(self.model, ident)

    async def create(self, **values: Any) -> M:
        instance = self.model(**values)
        self.session.add(instance)
        await self.session.flush()
        await self.session.refresh(instance)
        return instance

    async def update(self, instance: M, **values: Any) -> M:
        for key, value in values.items():
            setattr(instance, key, value)
        await self.session.flush()
        await self.session.refresh(instance)
        return instance

    async def delete(self, instance: M) -> None:
        await self.session.delete(instance)
        await self.session.flush()


class Uow:
    def __init__(self, factory: async_sessionmaker[AsyncSession]) -> None:
        self.factory = factory

    async def __aenter__(self) -> Self:
        self.session = self.factory()
        self.authors = Repo(self.session, Author)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        try:
            if kind:
                await self.session.rollback()
            else:
                await self.session.commit()
        finally:
            await self.session.close()


async def uow(engine: AsyncEngine) -> None:
    async with Uow(async_sessionmaker(engine)) as u:
        a = await u.authors.create(name="uow")
        a = await u.authors.update(a, name="uow2")
        await u.authors.delete(a)


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as s:
        try:
            yield s
        except BaseException:
            await s.rollback()
            raise
        else:
            await s.commit()


async def managed(engine: AsyncEngine) -> str:
    async with transaction(engine) as s:
        a = Author(name="m")
        s.add(a)
    async with transaction(engine) as s:
        b = await s.merge(a)
        await s.delete(b)
    return a.name


async def exit_stack(engine: AsyncEngine) -> None:
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(AsyncSession(engine))
        await stack.enter_async_context(s.begin())
        s.add(Author(name="st"))
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(AsyncSession(engine)) for _ in range(2)]
        found = await asyncio.gather(*(s.get_one(Author, 1) for s in sessions))
        assert found[0] is not found[1]


async def nested(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as s:
        for name in ("ann", "zoe"):
            try:
                async with s.begin_nested():
                    s.add(Author(name=name))
            except IntegrityError:
                existing = (await s.scalars(select(Author).where(Author.name == name))).one()
                await s.refresh(existing)
        await s.commit()


async def rollback_then_reload(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as s:
        a = await s.get_one(Author, 1)
        s.add(Author(name="ann"))
        try:
            await s.flush()
        except IntegrityError:
            await s.rollback()
            a = await s.get_one(Author, 1)
        return a.name


async def read_before_commit(engine: AsyncEngine) -> dict[str, Any]:
    async with AsyncSession(engine) as s:
        a = await s.get_one(Author, 1)
        a.name = "z"
        out = {"id": a.id, "name": a.name}
        await s.commit()
        return out


async def assigned_after_commit(engine: AsyncEngine) -> str:
    async with AsyncSession(engine, expire_on_commit=False) as s:
        a = await s.get_one(Author, 1)
        await s.commit()
        a.name = "y"
        await s.commit()
        return a.name


async def returned_loaded(engine: AsyncEngine) -> list[str]:
    async def find() -> Sequence[Author]:
        async with AsyncSession(engine) as s:
            return (await s.scalars(select(Author).options(selectinload(Author.books)))).all()

    return [b.title for a in await find() for b in a.books]


async def bulk_update(engine: AsyncEngine) -> str:
    async with AsyncSession(engine) as s:
        a = await s.get_one(Author, 1)
        await s.execute(update(Author).where(Author.id == 1).values(name="bulk"))
        name = a.name
        await s.commit()
        return name


async def connection_level(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.begin()
        s = AsyncSession(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        s.add(Author(name="conn"))
        await s.commit()
        await s.close()
        await connection.rollback()


async def cancelled(engine: AsyncEngine) -> None:
    async def forever() -> None:
        async with AsyncSession(engine) as s:
            await s.get_one(Author, 1)
            await asyncio.Event().wait()

    task = asyncio.create_task(forever())
    await asyncio.sleep(0.02)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def fire_and_forget_own(engine: AsyncEngine) -> None:
    background: set[asyncio.Task[None]] = set()

    async def audit(ident: int) -> None:
        async with AsyncSession(engine) as s, s.begin():
            (await s.get_one(Author, ident)).name = "aud"

    async with AsyncSession(engine) as s:
        a = await s.get_one(Author, 1)
        task = asyncio.create_task(audit(a.id))
        background.add(task)
        task.add_done_callback(background.discard)
        assert a.name == "ann"
    await asyncio.gather(*background)
