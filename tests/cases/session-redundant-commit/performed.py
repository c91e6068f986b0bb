"""Functions that say what they perform with a session."""

from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mypy_session_plugin import Performs


def _write(session: Performs[Session, Literal["write"]]) -> None: ...


def _flush(session: Performs[Session, Literal["flush", "commit"]]) -> None: ...


def written_ok(engine: Engine) -> None:
    with Session(engine) as session:
        _write(session)
        session.commit()


def flushed_and_committed_ok(engine: Engine) -> None:
    with Session(engine) as session:
        _flush(session)
        session.commit()
