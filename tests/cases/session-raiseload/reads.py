"""Reads of what is mapped, or was loaded, to raise."""

from sqlalchemy import Engine, ForeignKey, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, lazyload, mapped_column, raiseload, relationship, selectinload

from models import Base, Post, User


class Folder(Base):
    __tablename__ = "folders"
    id: Mapped[int] = mapped_column(primary_key=True)
    files: Mapped[list["File"]] = relationship(lazy="raise")


class File(Base):
    __tablename__ = "files"
    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id"))
    folder: Mapped[Folder] = relationship(lazy="raise", viewonly=True)


def mapped_bad(session: Session) -> int:
    folder = session.get_one(Folder, 1)
    return len(folder.files)  # error: [session-raiseload] "folder.files" is not loaded (loaded at line 25 without it) and is to raise where it is read


def reference_bad(session: Session) -> int:
    file = session.get_one(File, 1)
    return file.folder.id  # error: [session-raiseload]


def by_the_statement_bad(session: Session) -> int:
    user = session.scalars(select(User).options(raiseload(User.posts))).one()
    return len(user.posts)  # error: [session-raiseload]


def everything_bad(session: Session) -> int:
    user = session.scalars(select(User).options(raiseload("*"))).one()
    return len(user.posts)  # error: [session-raiseload]


def of_a_detached_one_bad(engine: Engine) -> int:
    with Session(engine) as session:
        folder = session.get_one(Folder, 1)
    return len(folder.files)  # error: [session-raiseload]


async def async_bad(session: AsyncSession) -> int:
    folder = await session.get_one(Folder, 1)
    return len(folder.files)  # error: [session-raiseload]


def new_bad(session: Session) -> int:
    folder = Folder()
    session.add(folder)
    session.flush()
    return len(folder.files)  # error: [session-raiseload]


def loaded_ok(session: Session) -> int:
    folder = session.get_one(Folder, 1, options=[selectinload(Folder.files)])
    return len(folder.files)


def lazy_by_the_statement_ok(session: Session) -> int:
    folder = session.get_one(Folder, 1, options=[lazyload(Folder.files)])
    return len(folder.files)


def but_this_ok(session: Session) -> int:
    statement = select(User).options(selectinload(User.posts), raiseload("*"))
    return len(session.scalars(statement).one().posts)


def expected_ok(session: Session) -> int:
    folder = session.get_one(Folder, 1)
    try:
        return len(folder.files)
    except InvalidRequestError:
        return 0


def pending_ok(session: Session) -> int:
    folder = Folder()
    session.add(folder)
    return len(folder.files)


def loaded_by_another_ok(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User).options(selectinload(User.posts))).all()
        user = session.get_one(User, users[0].id, options=[raiseload(User.posts)])
        return len(user.posts)


def columns_ok(session: Session) -> str:
    post = session.get_one(Post, 1, options=[raiseload("*")])
    return post.title
