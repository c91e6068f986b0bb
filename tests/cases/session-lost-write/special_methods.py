"""A special method of an object that was given the session may commit."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User


class Work:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __invert__(self) -> None:
        self.session.commit()

    def __bool__(self) -> bool:
        self.session.commit()
        return True


class Plain:
    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and self.name == other.name


def operator_ok(engine: Engine) -> None:
    with Session(engine) as session:
        work = Work(session)
        session.add(User(name="carol"))
        ~work


def condition_ok(engine: Engine) -> None:
    with Session(engine) as session:
        work = Work(session)
        session.add(User(name="carol"))
        if work:
            print("done")


def of_what_has_no_session_bad(engine: Engine, one: Plain, other: Plain) -> None:
    with Session(engine) as session:
        session.add(User(name="carol"))  # error: [session-lost-write]
        print(one == other)
