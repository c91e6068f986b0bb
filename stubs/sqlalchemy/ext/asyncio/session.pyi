"""AsyncSession, its transactions and its factory.

The results of `execute` and `scalars` are buffered: they are not `Live`.

Source: https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html and measurements on SQLAlchemy 2.0 and 2.1.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, Generic, Literal, Self, TypeVar, overload

from sqlalchemy.engine.base import Connection, Engine
from sqlalchemy.engine.result import Result, ScalarResult
from sqlalchemy.ext.asyncio.engine import AsyncConnection
from sqlalchemy.ext.asyncio.result import AsyncResult, AsyncScalarResult
from sqlalchemy.orm.identity import IdentityMap
from sqlalchemy.orm.session import Session, _NoAutoflush  # type: ignore[attr-defined]  # only the session stub has it
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import Delete, Insert, ReturningDelete, ReturningInsert, ReturningUpdate, Update
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import Select, SelectBase

from mypy_session_plugin import Added, Becomes, Deleted, Detached, Live, Owned, Pending, Persistent, Transient
from mypy_session_plugin.effects import (
    Marked,
    any_session,
    begins,
    calls,
    cascades,
    closes,
    deletes,
    ends,
    expires,
    flushes,
    moves,
    raises,
    reads,
    refreshes,
    runs_in_greenlet,
    through,
    writes,
)

T = TypeVar("T")
R = TypeVar("R")
Rows = TypeVar("Rows", bound=tuple[Any, ...])
A = TypeVar("A", bound=AsyncSession)

class AsyncSession:
    def __init__(
        self, bind: object = ..., *, binds: object = ..., sync_session_class: object = ..., **kw: object
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    @through("close")
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def __aexit__(self, type_: object, value: object, traceback: object) -> None: ...
    def __contains__(self, instance: object) -> bool: ...
    @reads(when="load")
    def __iter__(self) -> Iterator[object]: ...
    @property
    def identity_map(self) -> IdentityMap: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def no_autoflush(self) -> _NoAutoflush: ...
    def is_modified(self, instance: object, include_collections: bool = ...) -> bool: ...
    def in_transaction(self) -> bool: ...
    def in_nested_transaction(self) -> bool: ...
    def get_transaction(self) -> AsyncSessionTransaction | None: ...
    def get_nested_transaction(self) -> _AsyncSavepoint | None: ...
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
    @cascades("merge")
    async def merge(
        self, instance: Persistent[T] | Deleted[T] | Detached[T], *, load: Literal[False], options: object = ...
    ) -> Persistent[T]: ...
    @overload
    @flushes(when="autoflush")
    @reads(when="load")
    @writes(when="load")
    @cascades("merge")
    async def merge(
        self, instance: T, *, load: Literal[True] = ..., options: object = ...
    ) -> Persistent[T] | Pending[T]: ...
    @overload
    @any_session
    @raises(
        "InvalidRequestError: merge() with load=False option does not support objects transient (i.e. unpersisted) "
        "objects.  flush() all changes on mapped instances before merging with load=False."
    )
    @cascades("merge")
    async def merge_all(
        self,
        instances: Iterable[Persistent[T] | Deleted[T] | Detached[T]],
        *,
        load: Literal[False],
        options: object = ...,
    ) -> Sequence[Persistent[T]]: ...
    @overload
    @flushes(when="autoflush")
    @reads(when="load")
    @writes(when="load")
    @cascades("merge")
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
    @through("close")
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def aclose(self) -> None: ...
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def reset(self) -> None: ...
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def invalidate(self) -> None: ...
    @raises("InvalidRequestError: Instance <{class}> is not present in this Session")
    @cascades("expunge")
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
    @refreshes
    @raises("InvalidRequestError: Instance '<{class}>' is not persistent within this Session")
    @cascades("refresh-expire")
    async def refresh(
        self, instance: Persistent[T], attribute_names: Iterable[str] | None = ..., with_for_update: object = ...
    ) -> None: ...
    @expires("instance")
    @raises("InvalidRequestError: Instance '<{class}>' is not persistent within this Session")
    @cascades("refresh-expire")
    def expire(self, instance: Persistent[T], attribute_names: Iterable[str] | None = ...) -> None: ...
    @expires("all")
    def expire_all(self) -> None: ...
    @flushes(when="load")
    @reads(when="load")
    async def get(
        self,
        entity: type[T],
        ident: object,
        *,
        options: object = ...,
        populate_existing: object = ...,
        with_for_update: object = ...,
        identity_token: object = ...,
        execution_options: object = ...,
    ) -> Persistent[T] | None: ...
    @flushes(when="load")
    @reads(when="load")
    async def get_one(
        self,
        entity: type[T],
        ident: object,
        *,
        options: object = ...,
        populate_existing: object = ...,
        with_for_update: object = ...,
        identity_token: object = ...,
        execution_options: object = ...,
    ) -> Persistent[T]: ...
    @overload
    @flushes(when="statement")
    @reads
    async def execute(self, statement: Select[Rows], params: object = ...) -> Result[Persistent[Rows]]: ...
    @overload
    @flushes(when="statement")
    @writes
    async def execute(
        self, statement: ReturningInsert[Rows] | ReturningUpdate[Rows], params: object = ...
    ) -> Result[Persistent[Rows]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def execute(self, statement: Delete | ReturningDelete[Any], params: object = ...) -> Result[Any]: ...
    @overload
    @flushes(when="statement")
    @writes
    async def execute(self, statement: Insert | Update, params: object = ...) -> Result[Any]: ...
    @overload
    @flushes(when="statement")
    @reads
    async def execute(self, statement: SelectBase, params: object = ...) -> Result[Any]: ...
    @overload
    @flushes(when="statement")
    @begins("auto")
    async def execute(self, statement: TextClause, params: object = ...) -> Result[Any]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def execute(self, statement: Executable, params: object = ...) -> Result[Any]: ...
    @overload
    @flushes(when="statement")
    @reads
    async def scalars(self, statement: Select[tuple[T]], params: object = ...) -> ScalarResult[Persistent[T]]: ...
    @overload
    @flushes(when="statement")
    @writes
    async def scalars(
        self, statement: ReturningInsert[tuple[T]] | ReturningUpdate[tuple[T]], params: object = ...
    ) -> ScalarResult[Persistent[T]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def scalars(self, statement: Delete | ReturningDelete[Any], params: object = ...) -> ScalarResult[Any]: ...
    @overload
    @flushes(when="statement")
    @writes
    async def scalars(self, statement: Insert | Update, params: object = ...) -> ScalarResult[Any]: ...
    @overload
    @flushes(when="statement")
    @reads
    async def scalars(self, statement: SelectBase, params: object = ...) -> ScalarResult[Any]: ...
    @overload
    @flushes(when="statement")
    @begins("auto")
    async def scalars(self, statement: TextClause, params: object = ...) -> ScalarResult[Any]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def scalars(self, statement: Executable, params: object = ...) -> ScalarResult[Any]: ...
    @overload
    @flushes(when="statement")
    @reads
    async def scalar(self, statement: Select[tuple[T]], params: object = ...) -> Persistent[T] | None: ...
    @overload
    @flushes(when="statement")
    @writes
    async def scalar(
        self, statement: ReturningInsert[tuple[T]] | ReturningUpdate[tuple[T]], params: object = ...
    ) -> Persistent[T] | None: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def scalar(self, statement: Delete | ReturningDelete[Any], params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @writes
    async def scalar(self, statement: Insert | Update, params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @reads
    async def scalar(self, statement: SelectBase, params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @begins("auto")
    async def scalar(self, statement: TextClause, params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def scalar(self, statement: Executable, params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @reads
    async def stream(self, statement: Select[Rows], params: object = ...) -> Live[AsyncResult[Persistent[Rows]]]: ...
    @overload
    @flushes(when="statement")
    @writes
    async def stream(
        self, statement: ReturningInsert[Rows] | ReturningUpdate[Rows], params: object = ...
    ) -> Live[AsyncResult[Persistent[Rows]]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def stream(
        self, statement: Delete | ReturningDelete[Any], params: object = ...
    ) -> Live[AsyncResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @writes
    async def stream(self, statement: Insert | Update, params: object = ...) -> Live[AsyncResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @reads
    async def stream(self, statement: SelectBase, params: object = ...) -> Live[AsyncResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @begins("auto")
    async def stream(self, statement: TextClause, params: object = ...) -> Live[AsyncResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    async def stream(self, statement: Executable, params: object = ...) -> Live[AsyncResult[Any]]: ...
    @overload
    @through("stream")
    @flushes(when="statement")
    @reads
    async def stream_scalars(
        self, statement: Select[tuple[T]], params: object = ...
    ) -> Live[AsyncScalarResult[Persistent[T]]]: ...
    @overload
    @through("stream")
    @flushes(when="statement")
    @writes
    async def stream_scalars(
        self, statement: ReturningInsert[tuple[T]] | ReturningUpdate[tuple[T]], params: object = ...
    ) -> Live[AsyncScalarResult[Persistent[T]]]: ...
    @overload
    @through("stream")
    @flushes(when="statement")
    @writes
    @deletes
    async def stream_scalars(
        self, statement: Delete | ReturningDelete[Any], params: object = ...
    ) -> Live[AsyncScalarResult[Any]]: ...
    @overload
    @through("stream")
    @flushes(when="statement")
    @writes
    async def stream_scalars(
        self, statement: Insert | Update, params: object = ...
    ) -> Live[AsyncScalarResult[Any]]: ...
    @overload
    @through("stream")
    @flushes(when="statement")
    @reads
    async def stream_scalars(self, statement: SelectBase, params: object = ...) -> Live[AsyncScalarResult[Any]]: ...
    @overload
    @through("stream")
    @flushes(when="statement")
    @begins("auto")
    async def stream_scalars(self, statement: TextClause, params: object = ...) -> Live[AsyncScalarResult[Any]]: ...
    @overload
    @through("stream")
    @flushes(when="statement")
    @writes
    @deletes
    async def stream_scalars(self, statement: Executable, params: object = ...) -> Live[AsyncScalarResult[Any]]: ...
    @begins("auto")
    async def connection(
        self, bind_arguments: object = ..., execution_options: object = ..., **kw: object
    ) -> AsyncConnection: ...
    def get_bind(
        self, mapper: object = ..., clause: object = ..., bind: object = ..., **kw: object
    ) -> Engine | Connection: ...
    @classmethod
    def identity_key(
        cls,
        class_: type[Any] | None = ...,
        ident: object = ...,
        *,
        instance: object = ...,
        row: object = ...,
        identity_token: object = ...,
    ) -> object: ...
    @classmethod
    def object_session(cls, instance: object) -> Session | None: ...
    @calls("fn")
    @runs_in_greenlet
    async def run_sync(self, fn: Callable[..., R], *arg: object, **kw: object) -> R: ...
    sync_session: Session

class AsyncSessionTransaction:
    """A transaction of an AsyncSession; `_AsyncSavepoint` is the same class, as `begin_nested()` makes it."""

    @property
    def is_active(self) -> bool: ...
    def __await__(self) -> Generator[Any, Any, Self]: ...
    async def start(self, is_ctxmanager: bool = ...) -> Self: ...
    async def __aenter__(self) -> Self: ...
    @flushes(when="ok")
    @moves(pending="persistent", marked="deleted", when="ok")
    @ends("commit", when="ok")
    @moves(deleted="detached", when="ok")
    @expires("all", unless="not expire_on_commit", when="ok")
    @ends("rollback", when="error")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent", when="error")
    @expires("all", when="error")
    async def __aexit__(self, type_: object, value: object, traceback: object) -> None: ...
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

class _AsyncSavepoint(AsyncSessionTransaction):
    """A savepoint: its end says nothing of what came into its state before the savepoint began."""

    async def __aenter__(self) -> Self: ...
    @flushes(when="ok")
    @moves(pending="persistent", marked="deleted", when="ok")
    @ends("commit", when="ok")
    @ends("rollback", when="error")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent", when="error")
    async def __aexit__(self, type_: object, value: object, traceback: object) -> None: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    @ends("commit")
    async def commit(self) -> None: ...
    @ends("rollback")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent")
    async def rollback(self) -> None: ...

class async_sessionmaker(Generic[A]):
    def __init__(
        self,
        bind: object = ...,
        *,
        class_: type[A] = ...,
        autoflush: bool = ...,
        expire_on_commit: bool = ...,
        info: object = ...,
        **kw: object,
    ) -> None: ...
    def __call__(self, **local_kw: object) -> Owned[A]: ...
    def begin(self) -> _AsyncSessionContextManager[A]: ...
    def configure(self, **new_kw: object) -> None: ...

class _AsyncSessionContextManager(Generic[A]):
    """What `async_sessionmaker.begin()` returns: a session and its transaction, both ended by the block."""

    @through("begin")
    @begins
    async def __aenter__(self) -> Owned[A]: ...
    @flushes(when="ok")
    @moves(pending="persistent", marked="deleted", when="ok")
    @ends("commit", when="ok")
    @moves(deleted="detached", when="ok")
    @expires("all", unless="not expire_on_commit", when="ok")
    @ends("rollback", when="error")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent", when="error")
    @expires("all", when="error")
    @through("__aexit__")
    @through("close")
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def __aexit__(self, type_: object, value: object, traceback: object) -> None: ...

def async_object_session(instance: object) -> AsyncSession | None: ...
def async_session(session: Session) -> AsyncSession | None: ...
