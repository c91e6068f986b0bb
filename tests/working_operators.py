"""Programs in which special methods use a session that their object has, and in which options are changed later."""

# ruff: noqa: B015, B018, PT018

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, ForeignKey, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    scoped_session,
    selectinload,
    sessionmaker,
    validates,
)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(default="")
    posts: Mapped[list[Post]] = relationship(back_populates="author")
    notes: Mapped[list[Post]] = relationship(viewonly=True)

    @validates("name")
    def check_name(self, _key: str, name: str) -> str:
        self.slug = name.lower()
        return name

    @validates("posts")
    def check_post(self, _key: str, post: Post) -> Post:
        assert len(self.notes) < 100
        return post


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    author: Mapped[User] = relationship(back_populates="posts")


def seed(session: Session) -> None:
    session.add_all([User(id=1, name="ann", posts=[Post(), Post()]), User(id=2, name="bob")])


def _count(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(User)) or 0


class Users:
    """A collection that keeps its users in a session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __iadd__(self, user: User) -> Users:
        self.session.add(user)
        self.session.flush()
        return self

    def __setitem__(self, key: int, user: User) -> None:
        user.id = key
        self.session.add(user)
        self.session.flush()

    def __delitem__(self, user: User) -> None:
        self.session.delete(user)
        self.session.flush()

    def __contains__(self, user: User) -> bool:
        self.session.add(user)
        self.session.flush()
        return True

    def __getitem__(self, pk: int) -> User:
        self.session.commit()
        return self.session.get_one(User, pk)

    def __iter__(self) -> Iterator[User]:
        self.session.commit()
        return iter(self.session.scalars(select(User)).all())

    def __bool__(self) -> bool:
        self.session.commit()
        return True

    def __invert__(self) -> None:
        self.session.commit()

    def __hash__(self) -> int:
        self.session.commit()
        return 1

    def __eq__(self, other: object) -> bool:
        self.session.commit()
        return self is other


def added_by_an_operator(engine: Engine) -> None:
    with Session(engine) as session:
        users, user = Users(session), User(name="carol")
        users += user
        session.refresh(user)
        session.commit()


def added_by_key(engine: Engine) -> None:
    with Session(engine) as session:
        users, user = Users(session), User(name="carol")
        users[7] = user
        session.refresh(user)
        session.commit()


def added_by_a_question(engine: Engine) -> None:
    with Session(engine) as session:
        users, user = Users(session), User(name="carol")
        assert user in users
        session.refresh(user)
        session.commit()


def committed_by_an_operator(engine: Engine) -> None:
    with Session(engine) as session:
        users = Users(session)
        session.add(User(name="carol"))
        ~users
    assert _count(engine) == 3


def committed_by_a_test(engine: Engine) -> None:
    with Session(engine) as session:
        users = Users(session)
        session.add(User(name="carol"))
        if users:
            pass
    assert _count(engine) == 3


def committed_by_a_loop(engine: Engine) -> None:
    with Session(engine) as session:
        users = Users(session)
        session.add(User(name="carol"))
        for _user in users:
            pass
    assert _count(engine) == 3


def committed_by_key(engine: Engine) -> None:
    with Session(engine) as session:
        users = Users(session)
        session.add(User(name="carol"))
        users[1]
    assert _count(engine) == 3


def committed_by_a_comparison(engine: Engine) -> None:
    with Session(engine) as session:
        users = Users(session)
        session.add(User(name="carol"))
        users == session
    assert _count(engine) == 3


def committed_by_a_set(engine: Engine) -> None:
    with Session(engine) as session:
        users = Users(session)
        session.add(User(name="carol"))
        {users}
    assert _count(engine) == 3


def deleted_by_an_operator(engine: Engine) -> None:
    with Session(engine) as session:
        users, user = Users(session), session.get_one(User, 2)
        del users[user]
        assert inspect(user).deleted
        session.commit()


def loaded_once_more(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.get_one(User, 1, populate_existing=True, options=[selectinload(User.posts)])
        other = session.get_one(User, 2)
        session.get_one(User, 2, with_for_update=True, options=[selectinload(User.posts)])
    assert user.posts and not other.posts


def options_of_a_factory(engine: Engine) -> None:
    factory = sessionmaker(engine)
    factory.kw["expire_on_commit"] = False
    with factory() as session:
        user = session.get_one(User, 1)
        user.name = "c"
        session.commit()
    assert user.name == "c"


def options_of_a_registry(engine: Engine) -> None:
    registry = scoped_session(sessionmaker(engine))
    registry.configure(expire_on_commit=False)
    user = registry.get_one(User, 1)
    user.name = "c"
    registry.commit()
    registry.remove()
    assert user.name == "c"


def options_of_a_session(engine: Engine) -> None:
    registry = scoped_session(sessionmaker(engine))
    registry(expire_on_commit=False)
    user = registry.get_one(User, 1)
    user.name = "c"
    registry.commit()
    registry.remove()
    assert user.name == "c"


async def options_of_the_session_inside(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        session.sync_session.expire_on_commit = False
        user = await session.get_one(User, 1)
        user.name = "c"
        await session.commit()
        assert user.name == "c"


def assigned_by_a_validator(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.expire(user)
    user.name = "Carol"
    assert user.slug == "carol"


def read_by_the_validator_of_the_other_side(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        with session.no_autoflush:
            session.add(Post(author=user))
        session.expunge_all()
    assert len(user.notes) == 2
