"""scoped_session: a registry that hands every method to its current session."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Literal, TypeVar, overload

from sqlalchemy.engine.base import Connection
from sqlalchemy.engine.result import Result, ScalarResult
from sqlalchemy.orm.query import Query
from sqlalchemy.orm.session import (  # type: ignore[attr-defined]  # only the session stub has these
    Session,
    SessionTransaction,
    _NoAutoflush,
    _Savepoint,
    sessionmaker,
)
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
S = TypeVar("S", bound=Session)

class scoped_session(Generic[S]):
    session_factory: sessionmaker[S]
    def __init__(self, session_factory: sessionmaker[S], scopefunc: Callable[[], Any] | None = ...) -> None: ...
    def __call__(self, **kw: object) -> S: ...
    def configure(self, **kwargs: object) -> None: ...
    def __contains__(self, instance: object) -> bool: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def no_autoflush(self) -> _NoAutoflush: ...
    def is_modified(self, instance: object, include_collections: bool = ...) -> bool: ...
    @overload
    @begins
    def begin(self, nested: Literal[False] = ...) -> SessionTransaction: ...
    @overload
    @flushes
    @moves(pending="persistent", marked="deleted")
    @begins("nested")
    def begin(self, nested: Literal[True]) -> _Savepoint: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    @begins("nested")
    def begin_nested(self) -> _Savepoint: ...
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
    def delete(self, instance: Marked[T]) -> None: ...
    @flushes(when="load")
    @writes
    @raises("InvalidRequestError: Instance '<{class}>' is not persisted")
    def delete_all(self, instances: Iterable[Marked[T]]) -> None: ...
    @overload
    @any_session
    @raises(
        "InvalidRequestError: merge() with load=False option does not support objects transient (i.e. unpersisted) "
        "objects.  flush() all changes on mapped instances before merging with load=False."
    )
    def merge(
        self, instance: Persistent[T] | Deleted[T] | Detached[T], *, load: Literal[False], options: object = ...
    ) -> Persistent[T]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    @writes
    def merge(self, instance: T, *, load: Literal[True] = ..., options: object = ...) -> Persistent[T] | Pending[T]: ...
    @overload
    @any_session
    @raises(
        "InvalidRequestError: merge() with load=False option does not support objects transient (i.e. unpersisted) "
        "objects.  flush() all changes on mapped instances before merging with load=False."
    )
    def merge_all(
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
    def merge_all(
        self, instances: Iterable[T], *, load: Literal[True] = ..., options: object = ...
    ) -> Sequence[Persistent[T] | Pending[T]]: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    def flush(self, objects: None = ...) -> None: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    @ends("commit")
    @moves(deleted="detached")
    @expires("all", unless="not expire_on_commit")
    def commit(self) -> None: ...
    @ends("rollback")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent")
    @expires("all")
    def rollback(self) -> None: ...
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def close(self) -> None: ...
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def reset(self) -> None: ...
    @closes(of="current", reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def remove(self) -> None: ...
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
    def refresh(self, instance: Persistent[T], attribute_names: Iterable[str] | None = ...) -> None: ...
    @expires("instance")
    @raises("InvalidRequestError: Instance '<{class}>' is not persistent within this Session")
    def expire(self, instance: Persistent[T], attribute_names: Iterable[str] | None = ...) -> None: ...
    @expires("all")
    def expire_all(self) -> None: ...
    @flushes(when="load")
    @reads
    def get(self, entity: type[T], ident: object, *, options: object = ...) -> Persistent[T] | None: ...
    @flushes(when="load")
    @reads
    def get_one(self, entity: type[T], ident: object, *, options: object = ...) -> Persistent[T]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    def execute(self, statement: Select[Rows], params: object = ...) -> Live[Result[Persistent[Rows]]]: ...
    @overload
    @flushes(when="autoflush")
    @writes
    def execute(self, statement: UpdateBase, params: object = ...) -> Live[Result[Any]]: ...
    @overload
    def execute(self, statement: TextClause, params: object = ...) -> Live[Result[Any]]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    def scalars(self, statement: Select[tuple[T]], params: object = ...) -> Live[ScalarResult[Persistent[T]]]: ...
    @overload
    @flushes(when="autoflush")
    @writes
    def scalars(self, statement: UpdateBase, params: object = ...) -> Live[ScalarResult[Any]]: ...
    @overload
    def scalars(self, statement: TextClause, params: object = ...) -> Live[ScalarResult[Any]]: ...
    @overload
    @flushes(when="autoflush")
    @reads
    def scalar(self, statement: Select[tuple[T]], params: object = ...) -> Persistent[T] | None: ...
    @overload
    @flushes(when="autoflush")
    @writes
    def scalar(self, statement: UpdateBase, params: object = ...) -> object: ...
    @overload
    def scalar(self, statement: TextClause, params: object = ...) -> object: ...
    @overload
    def query(self, entity: type[T], /) -> Query[T]: ...
    @overload
    def query(self, *entities: object, **kwargs: object) -> Query[Any]: ...
    @writes
    def bulk_save_objects(self, objects: Iterable[object], return_defaults: Literal[False] = ...) -> None: ...
    @writes
    def bulk_insert_mappings(self, mapper: object, mappings: Iterable[dict[str, Any]]) -> None: ...
    @writes
    def bulk_update_mappings(self, mapper: object, mappings: Iterable[dict[str, Any]]) -> None: ...
    def connection(self) -> Connection: ...
