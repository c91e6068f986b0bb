"""What the cases import: a small mapping, and code in a module that they do not see into."""

import asyncio
from collections.abc import Callable

from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    posts: Mapped[list["Post"]] = relationship(back_populates="author", cascade="all, delete-orphan")


class Admin(User):
    pass


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    author: Mapped[User] = relationship(back_populates="posts")


class Note(MappedAsDataclass, Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    text: Mapped[str]
    secret: Mapped[str] = mapped_column(default="", deferred=True, repr=False)


class Throttle:
    """How many may pass at once is told by whoever makes one."""

    def __init__(self, places: int = 1) -> None:
        self.limit = asyncio.Semaphore(places)


def elsewhere(*values: object) -> None: ...


def render(user: User) -> str: ...


def run_later(function: Callable[[], object]) -> None: ...


def send_mails(session: Session) -> None: ...


async def notify(session: AsyncSession) -> None: ...
