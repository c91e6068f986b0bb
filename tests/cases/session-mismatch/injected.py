"""Dependencies that a framework fills in: one request gives the same to all parameters that ask for it."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from models import User

app = FastAPI()
def get_db() -> Iterator[Session]: ...
SessionDep = Annotated[Session, Depends(get_db)]
@app.get("/")
def endpoint_ok(reader: Session = Depends(get_db), writer: Session = Depends(get_db)) -> None:
    user = reader.get_one(User, 1)
    writer.add(user)
@app.get("/2")
def endpoint2_ok(reader: SessionDep, writer: SessionDep) -> None:
    user = reader.get_one(User, 1)
    writer.add(user)
class Service:
    def __init__(self, reader: SessionDep, writer: SessionDep) -> None:
        self.reader = reader
        self.writer = writer
    def move_ok(self) -> None:
        user = self.reader.get_one(User, 1)
        self.writer.add(user)
class Service2:
    def __init__(self, reader: Session = Depends(get_db), writer: Session = Depends(get_db)) -> None:
        self.reader = reader
        self.writer = writer
    def move_ok(self) -> None:
        user = self.reader.get_one(User, 1)
        self.writer.add(user)
