"""The library as it wants to be used."""

from typing import Literal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from consumer.models import Author, Book
from library import Repository, UnitOfWork, in_background, open_session, reload
from mypy_session_plugin import Borrowed, Detached, Loaded, Persistent


def key_of(author: Persistent[Author]) -> int:
    return author.id


def titles(author: Loaded[Author, Literal["books"]]) -> list[str]:
    return [book.title for book in author.books]


def print_name(author: Detached[Author]) -> None:
    print(author.name)


def sign_up(engine: Engine, name: str) -> int:
    with UnitOfWork(open_session(engine)) as unit:
        author = Author(name=name)
        Repository(unit.session, Author).add(author)
        return key_of(author)


def rename(engine: Engine, key: int, name: str) -> None:
    with UnitOfWork(open_session(engine)) as unit:
        author = Repository(unit.session, Author).get(key)
        if author is not None:
            reload(unit.session, author)
            author.name = name


def import_books(session: Borrowed[Session], titles_of_books: list[str]) -> None:
    books = Repository(session, Book)
    for title in titles_of_books:
        books.add(Book(title=title))


def import_in_one_unit(engine: Engine) -> None:
    with UnitOfWork(open_session(engine)) as unit:
        import_books(unit.session, ["Emma"])
        import_books(unit.session, ["Persuasion"])


def remove_all(engine: Engine) -> None:
    with UnitOfWork(open_session(engine)) as unit:
        books = Repository(unit.session, Book)
        for book in books.all():
            books.remove(book)


def greet_in_background(engine: Engine, key: int) -> None:
    with UnitOfWork(open_session(engine)) as unit:
        authors = Repository(unit.session, Author)
        author = authors.get(key)
        if author is not None:
            authors.take_out(author)
            in_background(print_name, author).join()


def shelf(engine: Engine, key: int) -> list[str]:
    with Session(engine) as session:
        author = session.get_one(Author, key, options=[selectinload(Author.books)])
    return titles(author)


def catalogue(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(Book.title)))
