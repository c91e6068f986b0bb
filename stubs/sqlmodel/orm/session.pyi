"""Session: SQLModel adds `exec` to the Session of SQLAlchemy.

Source: https://sqlmodel.tiangolo.com/tutorial/select/#sqlmodels-sessionexec.
"""

from typing import Any, TypeVar, overload

from sqlalchemy.engine.result import Result, ScalarResult, TupleResult
from sqlalchemy.orm.session import Session as _Session
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import Insert, Update
from sqlmodel.sql._expression_select_cls import Select, SelectOfScalar

from mypy_session_plugin import Live, Persistent
from mypy_session_plugin.effects import deletes, flushes, reads, writes

T = TypeVar("T")
Rows = TypeVar("Rows", bound=tuple[Any, ...])

class Session(_Session):
    @overload
    @flushes(when="statement")
    @reads
    def exec(self, statement: SelectOfScalar[T], *, params: object = ...) -> Live[ScalarResult[Persistent[T]]]: ...
    @overload
    @flushes(when="statement")
    @reads
    def exec(self, statement: Select[Rows], *, params: object = ...) -> Live[TupleResult[Persistent[Rows]]]: ...
    @overload
    @flushes(when="statement")
    @writes
    def exec(self, statement: Insert | Update, *, params: object = ...) -> Live[Result[Any]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    def exec(self, statement: Executable, *, params: object = ...) -> Any: ...
