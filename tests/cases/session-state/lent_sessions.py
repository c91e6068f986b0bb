"""Sessions that another object gives out: it may close them again."""

from models import User
from mypy_session_plugin import Detached
from sqlalchemy.orm import Session


class Database:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self) -> Session:
        return self.session

    def close(self) -> None:
        self.session.close()


def publish(user: Detached[User]) -> None: ...


def closed_by_its_lender_ok(database: Database) -> None:
    session = database.get()
    user = session.get_one(User, 1)
    database.close()
    publish(user)


def still_open_bad(database: Database) -> None:
    session = database.get()
    user = session.get_one(User, 1)
    publish(user)  # error: [session-state]
