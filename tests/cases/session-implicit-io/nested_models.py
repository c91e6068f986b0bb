"""Models in models: what is made of an instance in a relationship of one in an AsyncSession reads that, too."""

# needs: fastapi

from typing import Annotated, Any

from fastapi import Depends, FastAPI, WebSocket
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from models import Base, Post, User


class Shelf(Base):
    __tablename__ = "shelves_nested"
    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[list["Book"]] = relationship(back_populates="shelf")
    labels: Mapped[list["Label"]] = relationship()


class Book(Base):
    __tablename__ = "books_nested"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves_nested.id"))
    shelf: Mapped[Shelf] = relationship(back_populates="books")
    pages: Mapped[list["Page"]] = relationship()


class Label(Base):
    __tablename__ = "labels_nested"
    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves_nested.id"))


class Page(Base):
    __tablename__ = "pages_nested"
    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books_nested.id"))


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str


class UserWithPosts(UserOut):
    posts: list[Any]


class PostOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    author: UserWithPosts


class LabelledShelf(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    labels: list[Any]


class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    shelf: LabelledShelf | None = None


class PagedBook(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    pages: list[Any]


class ShelfOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    books: list[PagedBook]


class PlainUser(BaseModel):
    name: str
    posts: list[Any] = []


class PlainPost(BaseModel):
    author: PlainUser


async def reference_bad(session: AsyncSession) -> PostOut:
    post = await session.get_one(Post, 1, options=[joinedload(Post.author)])
    return PostOut.model_validate(post)  # error: [session-implicit-io] "post.author.posts" is not loaded (loaded at line 88 without it) and belongs to an AsyncSession; PostOut.model_validate() reads it, which raises ValidationError (MissingGreenlet, sqlalche.me/e/20/xd2s)


async def put_there_bad(session: AsyncSession) -> BookOut:
    book = Book(shelf=Shelf())
    session.add(book)
    await session.flush()
    return BookOut.model_validate(book)  # error: [session-implicit-io] "book.shelf.labels" is not loaded (never set before the flush)


async def appended_bad(session: AsyncSession) -> ShelfOut:
    shelf = Shelf(books=[Book()])
    session.add(shelf)
    await session.flush()
    return ShelfOut.model_validate(shelf)  # error: [session-implicit-io] "shelf.books[...].pages" is not loaded (never set before the flush)


async def nothing_appended_ok(session: AsyncSession) -> ShelfOut:
    shelf = Shelf(books=[])
    session.add(shelf)
    await session.flush()
    return ShelfOut.model_validate(shelf)


app = FastAPI()


def get_session() -> AsyncSession:
    raise NotImplementedError


SessionDep = Annotated[AsyncSession, Depends(get_session)]


@app.get("/post", response_model=PlainPost)
async def answered_bad(session: SessionDep) -> object:
    post = await session.get_one(Post, 1, options=[joinedload(Post.author)])
    return post  # error: [session-implicit-io] "post.author.posts" is not loaded (loaded at line 125 without it) and belongs to an AsyncSession; the response model PlainPost reads it, which raises ResponseValidationError (MissingGreenlet, sqlalche.me/e/20/xd2s)


@app.get("/posts", response_model=list[PlainPost])
async def all_answered_bad(session: SessionDep) -> object:
    posts = (await session.scalars(select(Post).options(joinedload(Post.author)))).all()
    return posts  # error: [session-implicit-io] "posts[...].author.posts" is not loaded


@app.get("/annotated")
async def annotated_bad(session: SessionDep) -> PlainUser:
    user: Any = await session.get_one(User, 1)
    return user  # error: [session-implicit-io] "user.posts" is not loaded (loaded at line 137 without it) and belongs to an AsyncSession; the response model PlainUser reads it, which raises ResponseValidationError (MissingGreenlet, sqlalche.me/e/20/xd2s)


@app.get("/all_annotated")
async def all_annotated_bad(session: SessionDep) -> list[PlainUser]:
    users = (await session.scalars(select(User))).all()
    return users  # type: ignore[return-value]  # error: [session-implicit-io] "users[...].posts" is not loaded  # N: not covered by


@app.get("/loaded", response_model=PlainPost)
async def loaded_ok(session: SessionDep) -> object:
    return await session.get_one(Post, 1, options=[joinedload(Post.author).selectinload(User.posts)])


@app.get("/another", response_model=UserOut)
async def answered_with_another_ok(session: SessionDep) -> PlainUser:
    user: Any = await session.get_one(User, 1)
    return user


@app.get("/as_it_is", response_model=None)
async def answered_as_it_is_ok(session: SessionDep) -> PlainUser:
    user: Any = await session.get_one(User, 1)
    return user


@app.get("/perhaps")
async def perhaps_none_ok(session: SessionDep) -> PlainUser | None:
    user: Any = await session.get(User, 1)
    return user


@app.get("/response")
async def response_ok(session: SessionDep) -> PlainUser:
    user = await session.get_one(User, 1)
    answer: Any = JSONResponse({"name": user.name})
    return answer


@app.websocket("/socket")
async def of_a_socket_ok(socket: WebSocket, session: SessionDep) -> PlainUser:
    user: Any = await session.get_one(User, 1)
    return user


async def no_operation_ok(session: SessionDep) -> PlainUser:
    user: Any = await session.get_one(User, 1)
    return user


async def of_a_collection_that_may_be_empty_ok(session: AsyncSession) -> ShelfOut:
    shelf = await session.get_one(Shelf, 1, options=[selectinload(Shelf.books)])
    return ShelfOut.model_validate(shelf)
