"""`close_all_sessions()` ends every session that there is."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, close_all_sessions


def closed_ok(engine: Engine) -> None:
    session = Session(engine)
    other = Session(engine)
    session.execute(select(1))
    other.execute(select(1))
    close_all_sessions()


def opened_afterwards_bad(engine: Engine) -> None:
    close_all_sessions()
    session = Session(engine)  # error: [session-leak]
    session.execute(select(1))
