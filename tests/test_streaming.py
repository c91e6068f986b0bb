"""Responses that go through their content after the function that made them has returned."""

from __future__ import annotations

from tests.harness import Harness

STARLETTE = """\
class StreamingResponse:
    def __init__(self, content: object, status_code: int = 200) -> None: ...
"""
APP = """\
from collections.abc import Iterator
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

def lines(session: Session) -> Iterator[str]:
    for line in session.scalars(text("select 'line'")):
        yield line

def own_lines(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        yield from lines(session)

def too_late(engine: Engine) -> StreamingResponse:
    with Session(engine) as session:
        return StreamingResponse(lines(session))  # E: [session-escape] "lines", which uses "session", is returned

def with_its_own_session(engine: Engine) -> StreamingResponse:
    return StreamingResponse(own_lines(engine))

def read_before(engine: Engine) -> StreamingResponse:
    with Session(engine) as session:
        return StreamingResponse(list(lines(session)))
"""


def test_a_streaming_response_outlives_the_session_of_its_content(harness: Harness) -> None:
    harness.check({"app.py": APP, "starlette/__init__.py": "", "starlette/responses.py": STARLETTE})
