"""Functions that say what they perform with a session."""

from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import User
from mypy_session_plugin import Performs


def _commit(session: Performs[Session, Literal["commit"]]) -> None: ...


def committed_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User())
        _commit(session)
