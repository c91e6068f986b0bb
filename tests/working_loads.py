"""Programs that load, expire and read as they may: SQLAlchemy raises in none of them, and nothing is reported."""

# ruff: noqa: B010, B018, C417, UP031

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import Engine, ForeignKey, func, select, update
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    make_transient,
    mapped_column,
    relationship,
    selectinload,
    sessionmaker,
    undefer,
)


class Base(AsyncAttrs, DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    nick: Mapped[str | None]
    bio: Mapped[str | None] = mapped_column(deferred=True, deferred_group="big")
    pic: Mapped[str | None] = mapped_column(deferred=True, deferred_group="big")
    stamp: Mapped[str | None] = mapped_column(onupdate=func.hex("a"))
    posts: Mapped[list[Post]] = relationship(back_populates="author", cascade="all, delete-orphan")
    profile: Mapped[Profile | None] = relationship(back_populates="user", uselist=False)

    @hybrid_property
    def upper(self) -> str:
        return self.name.upper()

    @property
    def titles(self) -> list[str]:
        return [p.title for p in self.posts]

    def count(self) -> int:
        return len(self.posts)

    def label(self) -> str:
        return f"{self.id}:{self.name}"


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    author: Mapped[User | None] = relationship(back_populates="posts")
    tags: Mapped[list[Tag]] = relationship(lazy="selectin")

    def __repr__(self) -> str:
        return f"Post({self.title!r} of {self.author})"


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))


class Profile(Base):
    __tablename__ = "profiles"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="profile")


def seed(session: Session) -> None:
    post = Post(title="first", tags=[Tag(word="new")])
    session.add_all([User(name="ann", bio="short", posts=[post], profile=Profile()), User(name="bob")])


def to_dict(user: User) -> dict[str, Any]:
    return {"name": user.name, "n": len(user.posts)}


def method_then_close(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        u.count()
    return u.posts


def property_then_close(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        u.titles
    return u.posts


def helper_loads(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        to_dict(u)
    return to_dict(u)


def group(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        u.bio
    return u.pic


def elements(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User).order_by(User.id)).all()
        for u in us:
            len(u.posts)
    return [u.posts for u in us], us[0].posts


def elements_by_comprehension(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
        n = sum(len(u.posts) for u in us)
    return n + sum(len(u.posts) for u in us)


def dict_of(engine: Engine) -> Any:
    with Session(engine) as s:
        by = {u.id: u for u in s.scalars(select(User))}
        for u in by.values():
            u.posts
    return by[1].posts


def first_by_index(engine: Engine) -> Any:
    with Session(engine) as s:
        us = list(s.scalars(select(User).order_by(User.id)))
        us[0].posts
    return us[0].posts


def two_gets(engine: Engine) -> Any:
    with Session(engine) as s:
        a = s.get_one(User, 1)
        b = s.get_one(User, 1)
        b.posts
    return a.posts


def get_then_options(engine: Engine) -> Any:
    with Session(engine) as s:
        a = s.get_one(User, 1)
        s.scalars(select(User).options(joinedload(User.posts))).unique().all()
    return a.posts


def through_other(engine: Engine) -> Any:
    with Session(engine) as s:
        a = s.get_one(User, 1)
        s.scalars(select(Post).options(selectinload(Post.author).selectinload(User.posts))).all()
    return a.posts


def expired_through_lazy(engine: Engine) -> Any:
    with Session(engine) as s:
        s.get_one(User, 1)
        p = s.get_one(Post, 1)
        s.commit()
        p.author
    return p.title


def commit_twice(engine: Engine) -> Any:
    with Session(engine) as s:
        a = s.get_one(User, 1)
        s.commit()
        a.name
    return a.name, a.nick


def rollback_without_transaction(engine: Engine) -> Any:
    with Session(engine, expire_on_commit=False) as s:
        a = s.get_one(User, 1)
        s.commit()
        s.rollback()
    return a.name


def close_without(engine: Engine) -> Any:
    s = Session(engine)
    a = s.get_one(User, 1)
    s.close()
    return a.name


def begin_expire_false(engine: Engine) -> Any:
    m = sessionmaker(engine, expire_on_commit=False)
    with m.begin() as s:
        u = User(name="x")
        s.add(u)
    return u.id, u.name, u.nick


def flush_new(engine: Engine) -> Any:
    with Session(engine) as s:
        u = User(name="x")
        s.add(u)
        s.flush()
        s.expunge(u)
        s.commit()
    return u.id, u.name, u.nick


def no_onupdate(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        s.flush()
        s.expunge(u)
    return u.stamp


def onupdate_set(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        u.name, u.stamp = "q", "z"
        s.flush()
        s.expunge(u)
        s.commit()
    return u.stamp


def same_value_assigned(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        u.posts.append(Post(title="t"))
        s.flush()
        s.expunge(u)
        s.commit()
    return u.stamp


def appended(engine: Engine) -> Any:
    with Session(engine, expire_on_commit=False) as s:
        u = User(name="y")
        u.posts.append(Post(title="t"))
        s.add(u)
        s.commit()
    return u.posts


def alias_list(engine: Engine) -> Any:
    with Session(engine, expire_on_commit=False) as s:
        u = User(name="y")
        mine = u.posts
        mine.append(Post(title="t"))
        s.add(u)
        s.commit()
    return u.posts


def backref(engine: Engine) -> Any:
    with Session(engine, expire_on_commit=False) as s:
        u = User(name="y")
        p = Post(title="t", author=u)
        s.add(p)
        s.commit()
    return p.author, u.posts


def profile(engine: Engine) -> Any:
    with Session(engine, expire_on_commit=False) as s:
        u = User(name="y")
        u.profile = Profile()
        s.add(u)
        s.commit()
    return u.profile, u.profile.user if u.profile else None


def set_by_name(engine: Engine) -> Any:
    with Session(engine, expire_on_commit=False) as s:
        u = User(name="y")
        setattr(u, "posts", [])
        s.add(u)
        s.commit()
    return u.posts


def kwargs(engine: Engine) -> Any:
    data: dict[str, Any] = {"name": "y", "posts": []}
    with Session(engine, expire_on_commit=False) as s:
        u = User(**data)
        s.add(u)
        s.commit()
    return u.posts


def refresh_loop(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
        s.commit()
        for u in us:
            s.refresh(u)
    return [u.name for u in us]


def refresh_names(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        for name in ("posts", "bio"):
            s.refresh(u, [name])
    return u.posts, u.bio


def expire_names_two(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        s.expire(u, ["name", "nick"])
        u.name
    return u.nick


def query_api(engine: Engine) -> Any:
    with Session(engine) as s:
        q = s.query(User).filter(User.id == 1)
        q = q.options(selectinload(User.posts))
        u = q.one()
    return u.posts


def options_variable(engine: Engine) -> Any:
    option = selectinload(User.posts)
    with Session(engine) as s:
        u = s.scalars(select(User).where(User.id == 1).options(option)).one()
    return u.posts


def options_list(engine: Engine) -> Any:
    options = [selectinload(User.posts), undefer(User.bio)]
    with Session(engine) as s:
        u = s.scalars(select(User).where(User.id == 1).options(*options)).one()
    return u.posts, u.bio


def base_statement() -> Any:
    return select(User).options(selectinload(User.posts))


def helper_statement(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.scalars(base_statement().where(User.id == 1)).one()
    return u.posts


def entities_of_a_row(engine: Engine) -> Any:
    with Session(engine) as s:
        row = s.execute(select(User, Post).join(Post).options(selectinload(User.posts))).first()
        assert row
        u, p = row
    return u.posts, p.title, p.tags


def add_again(engine: Engine) -> Any:
    s = Session(engine)
    u = s.get_one(User, 1)
    s.close()
    with Session(engine) as t:
        t.add(u)
        u.posts
    return u.posts


def merged(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        u.posts
    with Session(engine) as t:
        v = t.merge(u)
    return v.posts, v.name


def transient(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        s.expunge(u)
        make_transient(u)
    return u.posts, u.bio


def deleted(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 2)
        s.delete(u)
        s.flush()
        name = u.name, u.posts
        s.commit()
    return name


@contextmanager
def scope(engine: Engine) -> Iterator[Session]:
    s = Session(engine, expire_on_commit=False)
    try:
        yield s
        s.commit()
    finally:
        s.close()


def of_a_manager(engine: Engine) -> Any:
    with scope(engine) as s:
        u = User(name="x")
        s.add(u)
    return u.id


def iterate_in_finally(engine: Engine) -> Any:
    s = Session(engine)
    try:
        u = s.get_one(User, 1)
        return u.posts, u.name
    finally:
        s.close()


def in_a_while_loop(engine: Engine) -> Any:
    n = 0
    u: User | None = None
    while n < 2:
        with Session(engine) as s:
            if u is not None:
                s.add(u)
                u.posts
            else:
                u = s.get_one(User, 1)
                u.posts
        n += 1
    return u.posts if u else None


def column_property_expr(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
    return u.upper, u.label()


def detached_tags(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1, options=[selectinload(User.posts)])
    return [t.word for p in u.posts for t in p.tags]


def lazy_then_tags(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        ps = u.posts
    return [t.word for p in ps for t in p.tags]


def update_dml(engine: Engine) -> Any:
    with Session(engine, expire_on_commit=False) as s:
        u = s.get_one(User, 1)
        s.execute(update(User).values(name="w"))
        s.commit()
    return u.name


def exclusive(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        bad = False
        if not bad:
            len(u.posts)
    if not bad:
        return u.posts
    return None


async def refresh(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = User(name="a")
        s.add(u)
        await s.commit()
        await s.refresh(u)
        return u.id, u.name


async def refresh_attr(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        await s.refresh(u, attribute_names=["posts"])
        return [p.title for p in u.posts], [t.word for p in u.posts for t in p.tags]


async def flush(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = User(name="a")
        s.add(u)
        await s.flush()
        found = u.id, u.nick
        await s.commit()
        return found


async def append_new(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = User(name="a")
        u.posts.append(Post(title="t"))
        s.add(u)
        await s.flush()
        found = u.posts, u.posts[0].author
        await s.commit()
        return found


async def author(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        p = (await s.scalars(select(Post).where(Post.author_id == 1))).first()
        return p.author if p else u


async def reload(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        await s.commit()
        u2 = await s.get_one(User, 1)
        return u.name, u2.name


async def scalars(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        us = (await s.scalars(select(User).options(selectinload(User.posts)))).all()
        return [(u.name, [p.title for p in u.posts]) for u in us]


async def expire_false(engine: AsyncEngine) -> Any:
    m = async_sessionmaker(engine, expire_on_commit=False)
    async with m() as s, s.begin():
        u = User(name="a")
        s.add(u)
    return u.id


async def streams(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        out = []
        async for u in await s.stream_scalars(select(User)):
            out.append(u.name)
        return out


async def run_sync(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        await s.run_sync(lambda _s: u.posts)
        return u.posts


async def two(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        await s.scalars(select(User).where(User.id == u.id).options(selectinload(User.posts)))
        return u.name


async def two_all(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        (await s.scalars(select(User).where(User.id == u.id).options(selectinload(User.posts)))).one()
        return u.posts


async def populate(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        u.name = "k"
        await s.commit()
        u = (await s.scalars(select(User).where(User.id == 1).execution_options(populate_existing=True))).one()
        return u.name


async def onupdate(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        u.name = "k"
        await s.flush()
        await s.refresh(u)
        stamp = u.stamp
        await s.commit()
        return stamp


async def assign_rel(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        p = await s.get_one(Post, 1)
        u = await s.get_one(User, 2)
        p.author = u
        await s.flush()
        found = p.author.name, p.title
        await s.commit()
        return found


def summary_of(user: User) -> str:
    return f"{user.name}: {len(user.posts)}"


def read_by_map(engine: Engine) -> Any:
    with Session(engine) as s:
        us = list(s.scalars(select(User)))
        texts = list(map(summary_of, us))
    return texts, [len(u.posts) for u in us]


def read_by_a_bound_method_in_map(engine: Engine) -> Any:
    with Session(engine) as s:
        us = list(s.scalars(select(User)))
        counts = list(map(User.count, us))
    return counts, [len(u.posts) for u in us]


def read_by_a_key(engine: Engine) -> Any:
    with Session(engine) as s:
        us = list(s.scalars(select(User)))
        us.sort(key=lambda u: len(u.posts))
        most = max(us, key=User.count)
    return most.posts, [len(u.posts) for u in us]


def read_by_a_pattern(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        match u:
            case User(posts=[_]):
                count = 1
            case _:
                count = 2
    return u.posts, count


def read_in_a_condition(engine: Engine) -> Any:
    with Session(engine) as s:
        if (u := s.get(User, 1)) and u.posts:
            pass
        us = [other for other in s.scalars(select(User)) if other.posts]
    return u.posts if u else None, [len(other.posts) for other in us]


def shown_by_a_format(engine: Engine) -> Any:
    with Session(engine) as s:
        p = s.get_one(Post, 1)
        text = "%s %s" % (p, 1) + "%(post)s" % {"post": p} + "%s" % p
    return text, p.author


def gone_through_by_its_session(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        s.commit()
        names = [found.name for found in s if isinstance(found, User)]
    return names, u.name


def sorted_and_read(engine: Engine) -> Any:
    with Session(engine) as s:
        us = sorted(s.scalars(select(User)), key=lambda u: len(u.posts))
        first = min(us, key=lambda u: (u.name, len(u.posts)))
    return [u.posts for u in us], first.posts


def filtered_and_read(engine: Engine) -> Any:
    with Session(engine) as s:
        us = list(filter(lambda u: u.posts, s.scalars(select(User)).all()))
        ps = list(map(lambda u: u.profile, us))
    return [u.posts for u in us], [u.profile for u in us], ps


def gone_through_in_a_later_session(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
    counts = map(lambda u: len(u.posts), us)
    busy = filter(lambda u: u.posts, us)
    texts = map(summary_of, us)
    with Session(engine) as s:
        s.add_all(us)
        found = list(counts), list(busy), list(texts)
    return found, [u.posts for u in us]


def named_alike(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        u.posts
        us = s.scalars(select(User)).all()
        names = sorted(us, key=lambda u: u.name, reverse=len(u.posts) > 0)
    return u.posts, [u.name for u in names]


def a_key_that_adds(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
    with Session(engine) as s:

        def key(u: User) -> int:
            s.add(u)
            return len(u.posts)

        return sorted(us, key=key), [u.posts for u in us]


def adopted(s: Session, u: User) -> User:
    s.add(u)
    return u


def a_lambda_that_adds(engine: Engine) -> Any:
    with Session(engine) as s:
        us = list(s.scalars(select(User)))
    with Session(engine) as s:
        us.sort(key=lambda u: len(adopted(s, u).posts))
    return [u.posts for u in us]


def nothing_to_sort(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User).where(User.id == 99)).all()
    return sorted(us, key=lambda u: u.name), max(us, key=lambda u: u.name, default=None)


def the_first_that_fits(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
        u = next(filter(lambda u: u.posts, us), None)
    return u and u.posts


def sorted_when_expunged(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User).options(selectinload(User.posts))).all()
        s.expunge_all()
    return sorted(us, key=summary_of), sum(map(lambda u: len(u.posts), us))


async def sorted_by_what_is_loaded(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        us = (await s.scalars(select(User))).all()
        for u in us:
            await s.refresh(u, ["posts"])
        return sorted(us, key=lambda u: len(u.posts)), await s.run_sync(lambda _: sorted(us, key=User.label))


async def sorted_in_run_sync(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        us = (await s.scalars(select(User))).all()
        return await s.run_sync(lambda _: sorted(us, key=lambda u: len(u.posts)))


async def awaited_by_name(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        for p in await u.awaitable_attrs.posts:
            p.title, p.tags
        await u.awaitable_attrs.bio
        return u.posts, u.bio, u.pic, u.posts[0].author


async def awaited_when_expired(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        await s.commit()
        await u.awaitable_attrs.name
        found = u.nick, u.id
        await s.commit()
        await u.awaitable_attrs.posts
        return found, u.posts, u.name


async def awaited_reference(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        p = await s.get_one(Post, 1)
        await s.commit()
        author = await p.awaitable_attrs.author
        return author.name, u.name, p.title, p.author


async def awaited_elsewhere(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        await asyncio.wait_for(u.awaitable_attrs.posts, 5)
        attributes = u.awaitable_attrs
        waiting = [attributes.profile, attributes.bio]
        found = [await each for each in waiting]
        return found, u.posts, u.profile, u.bio


async def awaited_of_each(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        us = (await s.scalars(select(User))).all()
        for u in us:
            await u.awaitable_attrs.posts
        counts = [len(await u.awaitable_attrs.posts) for u in us]
        return counts, [u.posts for u in us]


async def awaited_of_a_new_one(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = User(name="new")
        s.add(u)
        await s.flush()
        await u.awaitable_attrs.posts
        await u.awaitable_attrs.stamp
        await s.commit()
        await u.awaitable_attrs.stamp
        return await u.awaitable_attrs.posts, u.stamp


async def a_property_awaited(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = await s.get_one(User, 1)
        await u.awaitable_attrs.titles
        return u.posts


class PostOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    title: str


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str
    nick: str | None = None


class UserWithPosts(UserOut):
    posts: list[PostOut] = []


class UserWithNothing(UserWithPosts):
    model_config = ConfigDict(from_attributes=True)
    posts: list[PostOut] = Field(default_factory=list, validation_alias="drafts")


class UserInShort(UserOut):
    posts: int

    @model_validator(mode="before")
    @classmethod
    def counted(cls, value: Any) -> Any:
        return {"name": value.name, "posts": 3}


class UserComputed(UserOut):
    label: str = ""
    titles: list[str] = []

    @field_validator("label", mode="before")
    @classmethod
    def called(cls, value: Any) -> Any:
        return value()


def made_of_attributes(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
        found = UserWithPosts.model_validate(u)
        us = [UserComputed.model_validate(other) for other in s.scalars(select(User))]
    return found, us, UserWithPosts.model_validate(u), UserInShort.model_validate(u), u.posts


def made_of_what_is_loaded(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1, options=[selectinload(User.posts)])
        s.expunge(u)
    return UserWithPosts.model_validate(u), UserWithPosts.model_validate({"name": "ann"})


def made_by_another_name(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 1)
    return UserWithNothing.model_validate(u), UserOut.model_validate(u)


async def made_of_what_was_refreshed(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = User(name="new")
        s.add(u)
        await s.commit()
        await s.refresh(u)
        found = UserOut.model_validate(u)
        await u.awaitable_attrs.posts
        made = await s.run_sync(lambda _: UserComputed.model_validate(u))
        return found, UserWithPosts.model_validate(u), made


class ProfileOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    user: UserWithPosts


class ProfileOfTitles(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    user: UserComputed


class PostWithAuthor(PostOut):
    author: UserOut | None = None


class UserWithAuthors(UserOut):
    posts: list[PostWithAuthor]


def models_made_in_models(engine: Engine) -> Any:
    with Session(engine) as s:
        p = s.get_one(Profile, 1)
        found = ProfileOut.model_validate(p)
    return found, ProfileOut.model_validate(p), p.user.posts


def models_in_models_of_what_came_along(engine: Engine) -> Any:
    with Session(engine) as s:
        p = s.get_one(Profile, 1, options=[joinedload(Profile.user).selectinload(User.posts)])
        ps = s.scalars(select(Profile).options(selectinload(Profile.user))).all()
    return ProfileOut.model_validate(p), [ProfileOut.model_validate(other) for other in ps]


def models_in_models_after_a_property(engine: Engine) -> Any:
    with Session(engine) as s:
        p = s.get_one(Profile, 1, options=[joinedload(Profile.user)])
        found = ProfileOfTitles.model_validate(p)
    return found, ProfileOut.model_validate(p)


def models_in_models_of_what_another_one_loads(engine: Engine) -> Any:
    with Session(engine) as s:
        p = s.get_one(Profile, 1, options=[joinedload(Profile.user)])
        u = s.get_one(User, 1)
        s.refresh(u, ["posts"])
        q = s.get_one(Profile, 1)
    return ProfileOut.model_validate(p), ProfileOut.model_validate(q), len(p.user.posts)


def models_in_models_of_nothing(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 2, options=[selectinload(User.posts)])
        n = User(name="new", posts=[])
        s.add(n)
        s.commit()
        s.refresh(n, ["name", "nick", "posts"])
        s.refresh(u, ["name", "nick", "posts"])
    return UserWithAuthors.model_validate(u), UserWithAuthors.model_validate(n)


async def models_in_models_awaited(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        p = await s.get_one(Profile, 1, options=[joinedload(Profile.user)])
        u = await s.get_one(User, 1)
        await u.awaitable_attrs.posts
        made = ProfileOut.model_validate(p)
    async with AsyncSession(engine) as s:
        p = await s.get_one(Profile, 1)
        await s.refresh(p, ["user"])
        await s.refresh(p.user, ["posts"])
        n = Profile(user=User(name="new", posts=[]))
        s.add(n)
        await s.flush()
        n.user.nick = "n"
        found = ProfileOut.model_validate(p), ProfileOut.model_validate(n)
        await s.commit()
        return made, found


def assigned_in_a_session(engine: Engine) -> Any:
    with Session(engine) as s:
        u = s.get_one(User, 2)
        u.posts = []
        s.commit()
        u.posts = [Post(title="new")]
    u.posts = []
    p = Post(title="other")
    p.author = u
    return u.posts


async def assigned_to_new_ones(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        u = User(name="new")
        u.posts = [Post(title="a")]
        s.add(u)
        u.posts = [Post(title="b")]
        await s.commit()
        await s.refresh(u, ["posts"])
        u.posts = []
        p = Post(title="c", author=u)
        await s.commit()
        return p


def waits_in_a_variable(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
    counts = (len(u.posts) for u in us)
    busy = (u for u in us if u.posts)
    with Session(engine) as s:
        s.add_all(us)
        found = sum(counts), list(busy)
    return found, [u.posts for u in us]


def is_given_back(engine: Engine) -> Any:
    def counts(us: Any) -> Any:
        return (len(u.posts) for u in us)

    with Session(engine) as s:
        us = s.scalars(select(User)).all()
    waiting = counts(us)
    with Session(engine) as s:
        s.add_all(us)
        return list(waiting), [u.posts for u in us]


def never_gone_through(us: Sequence[User]) -> Iterator[int]:
    return (len(u.posts) for u in us)


def of_detached_ones(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
    waiting = never_gone_through(us)
    other = (u.posts for u in us)
    return [u.name for u in us], waiting, other


def loads_when_gone_through(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
        counts = (len(u.posts) for u in us)
        s.expire_all()
        total = 0
        for count in counts:
            total += count
    return total, [u.posts for u in us]


def loads_while_it_is_added(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
        made = (Post(title=str(len(u.posts))) for u in us)
        s.add_all(made)
        s.rollback()
        names = [u.name for u in us]
        texts = (f"{u.name}{len(u.posts)}" for u in us)
        text = ", ".join(texts)
    return names, text, [u.posts for u in us]


async def goes_through_in_run_sync(engine: AsyncEngine) -> Any:
    async with AsyncSession(engine) as s:
        us = (await s.scalars(select(User))).all()
        counts = (len(u.posts) for u in us)
        total = await s.run_sync(lambda _: sum(counts))
        return total, [u.posts for u in us]


def the_next_of_them(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User).order_by(User.id)).all()
        first = next(u for u in us if u.posts)
        second = next((u for u in us if u.name == "nobody"), None)
        third = next(iter(us))
    return first.posts, second, third.posts, [u.name for u in us]


def the_next_that_is_made(engine: Engine) -> Any:
    with Session(engine) as s:
        us = s.scalars(select(User)).all()
        u = next(iter([other for other in us if other.name == "nobody"]), None) or User(name="new")
        n = next((other for other in us if other.name == "nobody"), User(name="new"))
    return u.posts, n.posts
