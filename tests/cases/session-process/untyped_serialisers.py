"""Serialisers without types."""

# needs: dill

import dill  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from models import User


def pickled_by_dill_bad(session: Session) -> object:
    return dill.dumps(session)  # error: [session-process] "session" is pickled by dill, which no session in use can be (TypeError)


def pickled_by_dill_into_a_file_bad(session: Session) -> None:
    with open("state", "wb") as file:
        dill.dump([session], file)  # error: [session-process]


def instances_pickled_by_dill_ok(session: Session) -> object:
    user = session.get_one(User, 1)
    return dill.dumps([user, User(name="carol")])
