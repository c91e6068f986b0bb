"""Reads of instances of an AsyncSession: what must load, and what is loaded, awaited or run in a greenlet."""

from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.exc import IntegrityError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship, selectinload

from models import Base, Post, User, elsewhere, render

maker = async_sessionmaker()
keeping = async_sessionmaker(expire_on_commit=False)


class Ticket(AsyncAttrs, Base):
    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    changed: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped[User] = relationship()
    comments: Mapped[list["Comment"]] = relationship()


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    ticket: Mapped[Ticket] = relationship(viewonly=True)


async def committed_bad() -> int:
    async with maker() as session:
        user = User(name="anna")
        session.add(user)
        await session.commit()
        return user.id  # error: [session-implicit-io] "user.id" is not loaded (expired by commit() at line 37) and belongs to an AsyncSession; reading it raises MissingGreenlet (sqlalche.me/e/20/xd2s)


async def collection_bad(session: AsyncSession) -> int:
    user = await session.get_one(User, 1)
    return len(user.posts)  # error: [session-implicit-io] "user.posts" is not loaded (loaded at line 42 without it)


async def appended_bad(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    user.posts.append(Post(title="new"))  # error: [session-implicit-io]


async def every_one_bad(session: AsyncSession) -> int:
    users = (await session.scalars(select(User))).all()
    return sum(len(user.posts) for user in users)  # error: [session-implicit-io]


async def one_step_further_bad(session: AsyncSession) -> int:
    statement = select(Post).options(joinedload(Post.author))
    post = (await session.scalars(statement)).one()
    return len(post.author.posts)  # error: [session-implicit-io] "post.author.posts" is not loaded


async def rolled_back_bad(session: AsyncSession, name: str) -> str:
    user = await session.get_one(User, 1)
    session.add(User(name=name))
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        return user.name  # error: [session-implicit-io] (expired by rollback() at line
    return name


async def refreshed_without_it_bad(session: AsyncSession) -> int:
    user = User(name="anna")
    session.add(user)
    await session.commit()
    await session.refresh(user)
    return len(user.posts)  # error: [session-implicit-io] (refreshed by refresh() at line


async def changed_by_the_database_bad(session: AsyncSession) -> datetime:
    ticket = await session.get_one(Ticket, 1)
    ticket.status = "closed"
    await session.flush()
    return ticket.changed  # error: [session-implicit-io] "ticket.changed" is not loaded (expired by flush() at line


def _as_dict(user: User) -> dict[str, object]:
    return {"name": user.name, "posts": [post.title for post in user.posts]}


async def in_a_helper_bad(session: AsyncSession) -> dict[str, object]:
    user = await session.get_one(User, 1)
    return _as_dict(user)  # error: [session-implicit-io] in "_as_dict" at line


async def a_reference_of_an_expired_one_bad() -> str:
    async with maker() as session:
        post = await session.get_one(Post, 1)
        await session.commit()
        return post.author.name  # error: [session-implicit-io] "post.author" is not loaded


async def expected_ok(session: AsyncSession) -> int:
    user = await session.get_one(User, 1)
    try:
        return len(user.posts)
    except MissingGreenlet:
        return 0


async def kept_ok() -> int:
    async with keeping() as session:
        user = User(name="anna")
        session.add(user)
        await session.commit()
        return user.id


async def of_a_session_that_was_given_ok(session: AsyncSession) -> str:
    user = await session.get_one(User, 1)
    await session.commit()
    return user.name


async def flushed_ok(session: AsyncSession) -> int:
    user = User(name="anna")
    session.add(user)
    await session.flush()
    return user.id


async def refreshed_ok() -> str:
    async with maker() as session:
        user = User(name="anna")
        session.add(user)
        await session.commit()
        await session.refresh(user)
        return user.name


async def refreshed_by_name_ok(session: AsyncSession) -> int:
    user = await session.get_one(User, 1)
    await session.refresh(user, ["posts"])
    return len(user.posts)


async def refreshed_by_names_ok(session: AsyncSession, names: list[str]) -> int:
    user = await session.get_one(User, 1)
    await session.refresh(user, attribute_names=names)
    return len(user.posts)


async def awaited_ok(session: AsyncSession) -> int:
    ticket = await session.get_one(Ticket, 1)
    await ticket.awaitable_attrs.comments
    return len(ticket.comments)


async def in_a_greenlet_ok(session: AsyncSession) -> int:
    user = await session.get_one(User, 1)
    return await session.run_sync(lambda _session: len(user.posts))


def _count(session: Session) -> int:
    return len(session.get_one(User, 1).posts)


async def in_a_greenlet_of_a_function_ok(session: AsyncSession) -> int:
    return await session.run_sync(_count)


async def loaded_ok(session: AsyncSession) -> int:
    user = await session.get_one(User, 1, options=[selectinload(User.posts)])
    return len(user.posts)


async def every_one_loaded_ok(session: AsyncSession) -> int:
    users = (await session.scalars(select(User).options(selectinload(User.posts)))).all()
    return sum(len(user.posts) for user in users)


async def loaded_before_ok() -> int:
    async with maker() as session:
        users = (await session.scalars(select(User).options(selectinload(User.posts)))).all()
        user = await session.get_one(User, users[0].id)
        return len(user.posts)


async def reference_ok(session: AsyncSession) -> str:
    post = await session.get_one(Post, 1)
    return post.author.name


async def the_column_is_assigned_ok(session: AsyncSession) -> datetime:
    ticket = await session.get_one(Ticket, 1)
    ticket.status, ticket.changed = "closed", datetime(2024, 1, 1)
    await session.flush()
    return ticket.changed


async def nothing_is_written_ok(session: AsyncSession) -> datetime:
    ticket = await session.get_one(Ticket, 1)
    await session.flush()
    return ticket.changed


async def on_one_path_ok(session: AsyncSession, whole: bool) -> int:
    if whole:
        user = await session.get_one(User, 1, options=[selectinload(User.posts)])
    else:
        user = await session.get_one(User, 1)
    return len(user.posts) if whole else 0


async def unseen_code_ok(session: AsyncSession) -> int:
    user = await session.get_one(User, 1)
    elsewhere(session)
    return len(user.posts)


async def unseen_code_has_it_ok(session: AsyncSession) -> int:
    user = await session.get_one(User, 1)
    render(user)
    return len(user.posts)


async def new_ok(session: AsyncSession) -> int:
    user = User(name="anna")
    session.add(user)
    return len(user.posts)


async def detached_ok(engine: AsyncEngine) -> str:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        user = await session.get_one(User, 1)
        await session.commit()
    return user.name


async def of_a_plain_session_ok(session: Session) -> int:
    user = session.get_one(User, 1)
    return len(user.posts)


async def written_ok() -> str:
    async with maker() as session:
        user = await session.get_one(User, 1)
        await session.commit()
        user.name = "anna"
        return user.name


async def known_miss_a_reference(session: AsyncSession) -> str:
    ticket = await session.get_one(Ticket, 1)
    return ticket.owner.name
