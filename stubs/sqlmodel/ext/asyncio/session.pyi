"""AsyncSession: SQLModel adds `exec` to the AsyncSession of SQLAlchemy.

Source: https://sqlmodel.tiangolo.com/tutorial/select/#sqlmodels-sessionexec.
"""

from typing import Any, TypeVar, overload

from sqlalchemy.engine.result import Result, ScalarResult, TupleResult
from sqlalchemy.ext.asyncio.session import AsyncSession as _AsyncSession
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel.sql._expression_select_cls import Select, SelectOfScalar

from mypy_session_plugin import Persistent
from mypy_session_plugin.effects import flushes, reads, writes

T = TypeVar("T")
Rows = TypeVar("Rows", bound=tuple[Any, ...])

class AsyncSession(_AsyncSession):
    @overload
    @flushes(when="autoflush")
    @reads
    async def exec(self, statement: SelectOfScalar[T], *, params: object = ...) -> ScalarResult[Persistent[T]]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    async def exec(self, statement: Select[Rows], *, params: object = ...) -> TupleResult[Persistent[Rows]]: ...
    @overload
    @flushes(when="autoflush")
    @writes
    async def exec(self, statement: UpdateBase, *, params: object = ...) -> Result[Any]: ...
