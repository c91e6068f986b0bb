"""The library as it does not want to be used: mypy with the plugin reports each line that says so."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from consumer.models import Author, Book
from consumer.right import import_books, key_of, print_name, titles
from library import Repository, UnitOfWork, in_background, open_session, reload
from mypy_session_plugin import Borrowed


def sign_up(engine: Engine, name: str) -> int:
    with UnitOfWork(open_session(engine)) as unit:
        author = Author(name=name)
        unit.session.add(author)
        return key_of(author)  # error: [session-state]


def add_again(engine: Engine, key: int) -> None:
    with UnitOfWork(open_session(engine)) as unit:
        authors = Repository(unit.session, Author)
        author = authors.get(key)
        if author is not None:
            authors.add(author)  # error: [session-state]


def import_and_commit(session: Borrowed[Session]) -> None:
    import_books(session, ["Emma"])
    session.commit()  # error: [session-borrowed]


def add_to_what_was_given_away(engine: Engine) -> None:
    session = open_session(engine)
    with UnitOfWork(session):
        session.add(Book(title="Emma"))  # error: [session-closed]


def remove_what_is_new(engine: Engine) -> None:
    with UnitOfWork(open_session(engine)) as unit:
        book = Book(title="Emma")
        Repository(unit.session, Book).remove(book)  # error: [session-state]


def reload_in_another(engine: Engine, session: Session, key: int) -> None:
    book = session.get_one(Book, key)
    with Session(engine) as other:
        reload(other, book)  # error: [session-mismatch]


def greet_in_background(session: Session, key: int) -> None:
    author = session.get_one(Author, key)
    thread = in_background(print_name, author)  # error: [session-thread]
    session.commit()
    thread.join()


def print_attached(session: Session, key: int) -> None:
    print_name(session.get_one(Author, key))  # error: [session-state]


def shelf(engine: Engine, key: int) -> list[str]:
    with Session(engine) as session:
        author = session.get_one(Author, key)
    return titles(author)  # error: [session-state]
