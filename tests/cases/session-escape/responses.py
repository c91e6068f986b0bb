"""Responses that are streamed once the function of the request has returned."""

# needs: fastapi

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from models import User

app = FastAPI()
engine = create_engine("sqlite://")


def _get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


ShortSession = Annotated[Session, Depends(_get_session, scope="function")]
RequestSession = Annotated[Session, Depends(_get_session)]


def _names(session: Session) -> Iterator[str]:
    for user in session.scalars(select(User)):
        yield user.name


async def _names_async(session: AsyncSession) -> AsyncIterator[str]:
    for user in await session.scalars(select(User)):
        yield user.name


def _names_of(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        yield from _names(session)


@app.get("/names")
def streamed_bad(session: ShortSession) -> StreamingResponse:
    return StreamingResponse(_names(session))  # error: [session-escape] "_names", which uses "session", is returned, but the end of its dependency (scope="function") closes "session"


@app.get("/names/variable")
def streamed_by_name_bad(
    session: Annotated[Session, Depends(_get_session, scope="function")],
) -> StreamingResponse:
    response = StreamingResponse(_names(session), media_type="text/plain")
    response.headers["X-Kind"] = "names"
    return response  # error: [session-escape]


@app.get("/names/default")
async def streamed_async_bad(
    session: AsyncSession = Depends(_get_session, scope="function"),
) -> StreamingResponse:
    return StreamingResponse(_names_async(session))  # error: [session-escape]


@app.get("/names/request")
def of_the_request_ok(session: RequestSession) -> StreamingResponse:
    return StreamingResponse(_names(session))


@app.get("/names/read")
def read_before_ok(session: ShortSession) -> StreamingResponse:
    return StreamingResponse(list(_names(session)))


@app.get("/names/own")
def session_of_its_own_ok(session: ShortSession) -> StreamingResponse:
    session.scalars(select(User)).all()
    return StreamingResponse(_names_of(engine))


@app.get("/names/plain")
def read_by_the_framework_ok(session: ShortSession) -> Iterator[str]:
    return _names(session)
