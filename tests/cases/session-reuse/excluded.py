"""Paths on which a session is used again, and that no run may take."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import User


def closed_by_the_same_number_ok(engine: Engine, count: int) -> None:
    session = Session(engine)
    session.scalars(select(User)).all()
    session.close()
    if count > 1:
        session.scalars(select(User)).all()
    if count >= 1:
        session.close()


def closed_by_another_number_bad(engine: Engine, count: int, other: int) -> None:
    session = Session(engine)
    session.scalars(select(User)).all()
    session.close()
    if count > 1:
        session.scalars(select(User)).all()  # error: [session-reuse]
    if other >= 1:
        session.close()
