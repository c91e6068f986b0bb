"""Models in models: what is made of an instance in a relationship reads what is to raise there."""

# needs: pydantic

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import (
    Mapped,
    Session,
    contains_eager,
    joinedload,
    mapped_column,
    raiseload,
    relationship,
    selectinload,
)

from models import Base, Post, User


class Shelf(Base):
    __tablename__ = "shelves_raising"
    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[list["Book"]] = relationship(back_populates="shelf", lazy="raise")


class Book(Base):
    __tablename__ = "books_raising"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves_raising.id"))
    shelf: Mapped[Shelf] = relationship(back_populates="books")


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int


class ShelfOut(Out):
    books: list[Out]


class BookOut(Out):
    shelf: ShelfOut


class UserOut(Out):
    posts: list[Out]


class PostOut(Out):
    author: UserOut


async def mapped_bad(session: AsyncSession) -> BookOut:
    book = await session.get_one(Book, 1, options=[joinedload(Book.shelf)])
    return BookOut.model_validate(book)  # error: [session-raiseload] "book.shelf.books" is not loaded (loaded at line 57 without it) and is to raise where it is read; BookOut.model_validate() reads it, which raises ValidationError (InvalidRequestError)


def by_an_option_below_bad(session: Session) -> PostOut:
    options = contains_eager(Post.author).raiseload(User.posts)
    post = session.scalars(select(Post).join(Post.author).options(options)).one()
    return PostOut.model_validate(post)  # error: [session-raiseload] "post.author.posts" is not loaded


def of_all_below_bad(session: Session) -> int:
    post = session.get_one(Post, 1, options=[joinedload(Post.author).raiseload("*")])
    return len(post.author.posts)  # error: [session-raiseload]


def loaded_ok(session: Session) -> BookOut:
    book = session.get_one(Book, 1, options=[joinedload(Book.shelf).selectinload(Shelf.books)])
    return BookOut.model_validate(book)


def known_miss_loaded_before(session: Session) -> PostOut:
    users = session.scalars(select(User)).all()
    post = session.get_one(Post, len(users), options=[joinedload(Post.author).raiseload(User.posts)])
    return PostOut.model_validate(post)


def along_before_ok(session: Session) -> PostOut:
    user = session.get_one(User, 1, options=[selectinload(User.posts).joinedload(Post.author)])
    post = session.get_one(Post, 1, options=[joinedload(Post.author).raiseload(User.posts)])
    session.refresh(user)
    return PostOut.model_validate(post)


def loaded_later_ok(session: Session) -> PostOut:
    post = session.get_one(Post, 1, options=[joinedload(Post.author), raiseload("*")])
    users = session.scalars(select(User).options(selectinload(User.posts))).all()
    session.add_all(users)
    return PostOut.model_validate(post)


def got_as_it_is_ok(session: Session) -> int:
    users = session.scalars(select(User).options(selectinload(User.posts))).all()
    post = session.get_one(Post, len(users), options=[raiseload(Post.author)])
    return post.author.id


def known_miss_of_nothing_else(session: Session) -> BookOut:
    book = session.get_one(Book, 1)
    return BookOut.model_validate(book)
