"""AsyncSession: SQLModel adds `exec` to the AsyncSession of SQLAlchemy.

Source: https://sqlmodel.tiangolo.com/tutorial/select/#sqlmodels-sessionexec.
"""

from typing import Any, TypeVar, overload

from sqlalchemy.engine.result import Result, ScalarResult, TupleResult
from sqlalchemy.ext.asyncio.session import AsyncSession as _AsyncSession
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import Insert, Update
from sqlmodel.sql._expression_select_cls import Select, SelectOfScalar

from mypy_session_plugin import Persistent
from mypy_session_plugin.effects import deletes, flushes, reads, writes

T = TypeVar("T")
Rows = TypeVar("Rows", bound=tuple[Any, ...])

class AsyncSession(_AsyncSession):
    @overload
    @flushes(when="statement")
    @reads
    async def exec(self, statement: SelectOfScalar[T], *, params: object = ...) -> ScalarResult[Persistent[T]]: ...
    @overload
    @flushes(when="statement")
    @reads
    async def exec(self, statement: Select[Rows], *, params: object = ...) -> TupleResult[Persistent[Rows]]: ...
    @overload
    @flushes(when="statement")
    @writes
    async def exec(self, statement: Insert | Update, *, params: object = ...) -> Result[Any]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def exec(self, statement: Executable, *, params: object = ...) -> Any: ...
