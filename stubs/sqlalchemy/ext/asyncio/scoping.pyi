"""async_scoped_session: a registry that hands every method to its current AsyncSession."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Literal, TypeVar, overload

from sqlalchemy.engine.result import Result, ScalarResult
from sqlalchemy.ext.asyncio.engine import AsyncConnection
from sqlalchemy.ext.asyncio.result import AsyncResult, AsyncScalarResult
from sqlalchemy.ext.asyncio.session import (  # type: ignore[attr-defined]  # only the session stub has _AsyncSavepoint
    AsyncSession,
    AsyncSessionTransaction,
    _AsyncSavepoint,
    async_sessionmaker,
)
from sqlalchemy.orm.session import _NoAutoflush  # type: ignore[attr-defined]  # only the session stub has it
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import Select

from mypy_session_plugin import Added, Becomes, Deleted, Detached, Live, Pending, Persistent, Transient
from mypy_session_plugin.effects import (
    Marked,
    any_session,
    begins,
    closes,
    ends,
    expires,
    flushes,
    moves,
    raises,
    reads,
    writes,
)

T = TypeVar("T")
Rows = TypeVar("Rows", bound=tuple[Any, ...])
A = TypeVar("A", bound=AsyncSession)

class async_scoped_session(Generic[A]):
    session_factory: async_sessionmaker[A]
    def __init__(self, session_factory: async_sessionmaker[A], scopefunc: Callable[[], Any]) -> None: ...
    def __call__(self, **kw: object) -> A: ...
    def configure(self, **kwargs: object) -> None: ...
    def __contains__(self, instance: object) -> bool: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def no_autoflush(self) -> _NoAutoflush: ...
    def is_modified(self, instance: object, include_collections: bool = ...) -> bool: ...
    @begins
    def begin(self) -> AsyncSessionTransaction: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    @begins("nested")
    def begin_nested(self) -> _AsyncSavepoint: ...
    @writes
    @raises(
        "InvalidRequestError: Instance '<{class}>' has been deleted.  "
        "Use the make_transient() function to send this object back to the transient state."
    )
    def add(self, instance: Added[T]) -> None: ...
    @writes
    @raises(
        "InvalidRequestError: Instance '<{class}>' has been deleted.  "
        "Use the make_transient() function to send this object back to the transient state."
    )
    def add_all(self, instances: Iterable[Added[T]]) -> None: ...
    @flushes(when="load")
    @writes
    @raises("InvalidRequestError: Instance '<{class}>' is not persisted")
    async def delete(self, instance: Marked[T]) -> None: ...
    @flushes(when="load")
    @writes
    @raises("InvalidRequestError: Instance '<{class}>' is not persisted")
    async def delete_all(self, instances: Iterable[Marked[T]]) -> None: ...
    @overload
    @any_session
    @raises(
        "InvalidRequestError: merge() with load=False option does not support objects transient (i.e. unpersisted) "
        "objects.  flush() all changes on mapped instances before merging with load=False."
    )
    async def merge(
        self, instance: Persistent[T] | Deleted[T] | Detached[T], *, load: Literal[False], options: object = ...
    ) -> Persistent[T]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    @writes
    async def merge(
        self, instance: T, *, load: Literal[True] = ..., options: object = ...
    ) -> Persistent[T] | Pending[T]: ...
    @overload
    @any_session
    @raises(
        "InvalidRequestError: merge() with load=False option does not support objects transient (i.e. unpersisted) "
        "objects.  flush() all changes on mapped instances before merging with load=False."
    )
    async def merge_all(
        self,
        instances: Iterable[Persistent[T] | Deleted[T] | Detached[T]],
        *,
        load: Literal[False],
        options: object = ...,
    ) -> Sequence[Persistent[T]]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    @writes
    async def merge_all(
        self, instances: Iterable[T], *, load: Literal[True] = ..., options: object = ...
    ) -> Sequence[Persistent[T] | Pending[T]]: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    async def flush(self, objects: None = ...) -> None: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    @ends("commit")
    @moves(deleted="detached")
    @expires("all", unless="not expire_on_commit")
    async def commit(self) -> None: ...
    @ends("rollback")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent")
    @expires("all")
    async def rollback(self) -> None: ...
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def close(self) -> None: ...
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def aclose(self) -> None: ...
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def reset(self) -> None: ...
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def invalidate(self) -> None: ...
    @closes(of="current", reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def remove(self) -> None: ...
    @raises("InvalidRequestError: Instance <{class}> is not present in this Session")
    def expunge(
        self,
        instance: Becomes[Pending[T], Transient[T]]
        | Becomes[Persistent[T], Detached[T]]
        | Becomes[Deleted[T], Detached[T]],
    ) -> None: ...
    @moves(pending="transient", persistent="detached", marked="detached")
    def expunge_all(self) -> None: ...
    @flushes(when="autoflush")
    @reads
    @raises("InvalidRequestError: Instance '<{class}>' is not persistent within this Session")
    async def refresh(self, instance: Persistent[T], attribute_names: Iterable[str] | None = ...) -> None: ...
    @expires("instance")
    @raises("InvalidRequestError: Instance '<{class}>' is not persistent within this Session")
    def expire(self, instance: Persistent[T], attribute_names: Iterable[str] | None = ...) -> None: ...
    @expires("all")
    def expire_all(self) -> None: ...
    @flushes(when="load")
    @reads
    async def get(self, entity: type[T], ident: object, *, options: object = ...) -> Persistent[T] | None: ...
    @flushes(when="load")
    @reads
    async def get_one(self, entity: type[T], ident: object, *, options: object = ...) -> Persistent[T]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    async def execute(self, statement: Select[Rows], params: object = ...) -> Result[Persistent[Rows]]: ...
    @overload
    @flushes(when="autoflush")
    @writes
    async def execute(self, statement: UpdateBase, params: object = ...) -> Result[Any]: ...
    @overload
    async def execute(self, statement: TextClause, params: object = ...) -> Result[Any]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    async def scalars(self, statement: Select[tuple[T]], params: object = ...) -> ScalarResult[Persistent[T]]: ...
    @overload
    @flushes(when="autoflush")
    @writes
    async def scalars(self, statement: UpdateBase, params: object = ...) -> ScalarResult[Any]: ...
    @overload
    async def scalars(self, statement: TextClause, params: object = ...) -> ScalarResult[Any]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    async def scalar(self, statement: Select[tuple[T]], params: object = ...) -> Persistent[T] | None: ...
    @overload
    @flushes(when="autoflush")
    @writes
    async def scalar(self, statement: UpdateBase, params: object = ...) -> object: ...
    @overload
    async def scalar(self, statement: TextClause, params: object = ...) -> object: ...
    @overload
    @flushes(when="autoflush")
    @reads
    async def stream(self, statement: Select[Rows], params: object = ...) -> Live[AsyncResult[Persistent[Rows]]]: ...
    @overload
    @flushes(when="autoflush")
    @writes
    async def stream(self, statement: UpdateBase, params: object = ...) -> Live[AsyncResult[Any]]: ...
    @overload
    async def stream(self, statement: TextClause, params: object = ...) -> Live[AsyncResult[Any]]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    async def stream_scalars(
        self, statement: Select[tuple[T]], params: object = ...
    ) -> Live[AsyncScalarResult[Persistent[T]]]: ...
    @overload
    @flushes(when="autoflush")
    @writes
    async def stream_scalars(self, statement: UpdateBase, params: object = ...) -> Live[AsyncScalarResult[Any]]: ...
    @overload
    async def stream_scalars(self, statement: TextClause, params: object = ...) -> Live[AsyncScalarResult[Any]]: ...
    async def connection(self) -> AsyncConnection: ...
