"""Session, its transactions and its factory.

Source: https://docs.sqlalchemy.org/en/20/orm/session_state_management.html and measurements on SQLAlchemy 2.0 and 2.1.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, Literal, Self, TypeVar, overload

from sqlalchemy.engine.base import Connection, Engine
from sqlalchemy.engine.result import Result, ScalarResult
from sqlalchemy.orm.identity import IdentityMap
from sqlalchemy.orm.query import Query
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.dml import Delete, Insert, ReturningDelete, ReturningInsert, ReturningUpdate, Update
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import Select, SelectBase

from mypy_session_plugin import (
    Added,
    Attached,
    Becomes,
    Deleted,
    Detached,
    Live,
    Owned,
    Pending,
    Persistent,
    Transient,
    Unattached,
)
from mypy_session_plugin.effects import (
    Marked,
    any_session,
    begins,
    cascades,
    closes,
    deletes,
    ends,
    exhausts,
    expires,
    flushes,
    moves,
    raises,
    reads,
    refreshes,
    through,
    writes,
)

T = TypeVar("T")
Rows = TypeVar("Rows", bound=tuple[Any, ...])
S = TypeVar("S", bound=Session)

class _SessionClassMethods:
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

class Session(_SessionClassMethods):
    def __init__(
        self,
        bind: object = ...,
        *,
        autoflush: bool = ...,
        expire_on_commit: bool = ...,
        autobegin: bool = ...,
        twophase: bool = ...,
        binds: object = ...,
        info: object = ...,
        query_cls: object = ...,
        join_transaction_mode: object = ...,
        close_resets_only: object = ...,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    @through("close")
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def __exit__(self, type_: object, value: object, traceback: object) -> None: ...
    def __contains__(self, instance: object) -> bool: ...
    @reads(when="load")
    def __iter__(self) -> Iterator[Attached[object]]: ...
    @property
    def new(self) -> _New[Pending[object]]: ...
    @property
    def dirty(self) -> _Dirty[Persistent[object]]: ...
    @property
    def deleted(self) -> _Deleted[object]: ...
    @property
    def identity_map(self) -> IdentityMap: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def no_autoflush(self) -> _NoAutoflush: ...
    def is_modified(self, instance: object, include_collections: bool = ...) -> bool: ...
    def in_transaction(self) -> bool: ...
    def in_nested_transaction(self) -> bool: ...
    def get_transaction(self) -> SessionTransaction | None: ...
    def get_nested_transaction(self) -> _Savepoint | None: ...
    @overload
    @begins
    def begin(self, nested: Literal[False] = ...) -> SessionTransaction: ...
    @overload
    @flushes
    @moves(pending="persistent", marked="deleted")
    @begins("nested")
    def begin(self, nested: Literal[True]) -> _Savepoint: ...
    @through("begin")
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
    @through("add")
    @writes
    @raises(
        "InvalidRequestError: Instance '<{class}>' has been deleted.  "
        "Use the make_transient() function to send this object back to the transient state."
    )
    @exhausts("instances")
    def add_all(self, instances: Iterable[Added[T]]) -> None: ...
    @through("execute")
    @flushes(when="load")
    @writes
    @raises("InvalidRequestError: Instance '<{class}>' is not persisted")
    def delete(self, instance: Marked[T]) -> None: ...
    @through("execute")
    @flushes(when="load")
    @writes
    @raises("InvalidRequestError: Instance '<{class}>' is not persisted")
    @exhausts("instances")
    def delete_all(self, instances: Iterable[Marked[T]]) -> None: ...
    @overload
    @any_session
    @raises(
        "InvalidRequestError: merge() with load=False option does not support objects transient (i.e. unpersisted) "
        "objects.  flush() all changes on mapped instances before merging with load=False."
    )
    @cascades("merge")
    def merge(
        self, instance: Persistent[T] | Deleted[T] | Detached[T], *, load: Literal[False], options: object = ...
    ) -> Persistent[T]: ...
    @overload
    @through("get")
    @flushes(when="autoflush")
    @reads(when="load")
    @writes(when="load")
    @cascades("merge")
    def merge(self, instance: T, *, load: Literal[True] = ..., options: object = ...) -> Persistent[T] | Pending[T]: ...
    @overload
    @any_session
    @raises(
        "InvalidRequestError: merge() with load=False option does not support objects transient (i.e. unpersisted) "
        "objects.  flush() all changes on mapped instances before merging with load=False."
    )
    @cascades("merge")
    @exhausts("instances")
    def merge_all(
        self,
        instances: Iterable[Persistent[T] | Deleted[T] | Detached[T]],
        *,
        load: Literal[False],
        options: object = ...,
    ) -> Sequence[Persistent[T]]: ...
    @overload
    @through("get")
    @flushes(when="autoflush")
    @reads(when="load")
    @writes(when="load")
    @cascades("merge")
    @exhausts("instances")
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
    @through("expunge_all")
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def close(self) -> None: ...
    @through("expunge_all")
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def reset(self) -> None: ...
    @through("expunge_all")
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def invalidate(self) -> None: ...
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
    def refresh(
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
    def get(
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
    @through("get")
    @flushes(when="load")
    @reads(when="load")
    def get_one(
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
    def execute(self, statement: Select[Rows], params: object = ...) -> Live[Result[Persistent[Rows]]]: ...
    @overload
    @flushes(when="statement")
    @writes
    def execute(
        self, statement: ReturningInsert[Rows] | ReturningUpdate[Rows], params: object = ...
    ) -> Live[Result[Persistent[Rows]]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    def execute(self, statement: Delete | ReturningDelete[Any], params: object = ...) -> Live[Result[Any]]: ...
    @overload
    @flushes(when="statement")
    @writes
    def execute(self, statement: Insert | Update, params: object = ...) -> Live[Result[Any]]: ...
    @overload
    @flushes(when="statement")
    @reads
    def execute(self, statement: SelectBase, params: object = ...) -> Live[Result[Any]]: ...
    @overload
    @flushes(when="statement")
    @begins("auto")
    def execute(self, statement: TextClause, params: object = ...) -> Live[Result[Any]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    def execute(self, statement: Executable, params: object = ...) -> Live[Result[Any]]: ...
    @overload
    @flushes(when="statement")
    @reads
    def scalars(self, statement: Select[tuple[T]], params: object = ...) -> Live[ScalarResult[Persistent[T]]]: ...
    @overload
    @flushes(when="statement")
    @writes
    def scalars(
        self, statement: ReturningInsert[tuple[T]] | ReturningUpdate[tuple[T]], params: object = ...
    ) -> Live[ScalarResult[Persistent[T]]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    def scalars(self, statement: Delete | ReturningDelete[Any], params: object = ...) -> Live[ScalarResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @writes
    def scalars(self, statement: Insert | Update, params: object = ...) -> Live[ScalarResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @reads
    def scalars(self, statement: SelectBase, params: object = ...) -> Live[ScalarResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @begins("auto")
    def scalars(self, statement: TextClause, params: object = ...) -> Live[ScalarResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    def scalars(self, statement: Executable, params: object = ...) -> Live[ScalarResult[Any]]: ...
    @overload
    @flushes(when="statement")
    @reads
    def scalar(self, statement: Select[tuple[T]], params: object = ...) -> Persistent[T] | None: ...
    @overload
    @flushes(when="statement")
    @writes
    def scalar(
        self, statement: ReturningInsert[tuple[T]] | ReturningUpdate[tuple[T]], params: object = ...
    ) -> Persistent[T] | None: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    def scalar(self, statement: Delete | ReturningDelete[Any], params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @writes
    def scalar(self, statement: Insert | Update, params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @reads
    def scalar(self, statement: SelectBase, params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @begins("auto")
    def scalar(self, statement: TextClause, params: object = ...) -> object: ...
    @overload
    @flushes(when="statement")
    @writes
    @deletes
    def scalar(self, statement: Executable, params: object = ...) -> object: ...
    @overload
    def query(self, entity: type[T], /) -> Query[T]: ...
    @overload
    def query(self, *entities: object, **kwargs: object) -> Query[Any]: ...
    @overload
    @writes
    @exhausts("objects")
    def bulk_save_objects(
        self,
        objects: Iterable[object],
        return_defaults: Literal[False] = ...,
        update_changed_only: bool = ...,
        preserve_order: bool = ...,
    ) -> None: ...
    @overload
    @any_session
    @writes
    @exhausts("objects")
    def bulk_save_objects(
        self,
        objects: Iterable[
            Becomes[Transient[T], Detached[T]]
            | Becomes[Pending[T], Persistent[T]]
            | Persistent[T]
            | Deleted[T]
            | Detached[T]
        ],
        return_defaults: Literal[True],
        update_changed_only: bool = ...,
        preserve_order: bool = ...,
    ) -> None: ...
    @writes
    @exhausts("mappings")
    def bulk_insert_mappings(
        self,
        mapper: object,
        mappings: Iterable[dict[str, Any]],
        return_defaults: bool = ...,
        render_nulls: bool = ...,
    ) -> None: ...
    @writes
    @exhausts("mappings")
    def bulk_update_mappings(self, mapper: object, mappings: Iterable[dict[str, Any]]) -> None: ...
    @begins("auto")
    def connection(self, bind_arguments: object = ..., execution_options: object = ...) -> Connection: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    def prepare(self) -> None: ...
    def get_bind(
        self, mapper: object = ..., *, clause: object = ..., bind: object = ..., **kw: object
    ) -> Engine | Connection: ...
    def bind_mapper(self, mapper: object, bind: object) -> None: ...
    def bind_table(self, table: object, bind: object) -> None: ...

class _New(Generic[T]):
    """What `session.new` gives, of which SQLAlchemy says that it is an `IdentitySet`."""

    def __iter__(self) -> Iterator[T]: ...
    def __len__(self) -> int: ...

class _Dirty(_New[T]): ...

class _Deleted(_New[T]):
    """The instances that are marked for deletion, a state of its own that a result cannot be said to have."""

class _NoAutoflush:
    """What `no_autoflush` gives: the session does not flush by itself inside its block."""

    def __enter__(self) -> Session: ...
    def __exit__(self, type_: object, value: object, traceback: object) -> None: ...

class SessionTransaction:
    """A transaction of a session; `_Savepoint` is the same class, as `begin_nested()` makes it."""

    @property
    def is_active(self) -> bool: ...
    def __enter__(self) -> Self: ...
    @flushes(when="ok")
    @moves(pending="persistent", marked="deleted", when="ok")
    @ends("commit", when="ok")
    @moves(deleted="detached", when="ok")
    @expires("all", unless="not expire_on_commit", when="ok")
    @ends("rollback", when="error")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent", when="error")
    @expires("all", when="error")
    def __exit__(self, type_: object, value: object, traceback: object) -> None: ...
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
    @ends("rollback", when="running")
    def close(self, invalidate: bool = ...) -> None: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    def prepare(self) -> None: ...
    @begins("auto")
    def connection(self, bindkey: object, execution_options: object = ..., **kwargs: object) -> Connection: ...

class _Savepoint(SessionTransaction):
    """A savepoint: its end says nothing of what came into its state before the savepoint began."""

    def __enter__(self) -> Self: ...
    @flushes(when="ok")
    @moves(pending="persistent", marked="deleted", when="ok")
    @ends("commit", when="ok")
    @ends("rollback", when="error")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent", when="error")
    def __exit__(self, type_: object, value: object, traceback: object) -> None: ...
    @flushes
    @moves(pending="persistent", marked="deleted")
    @ends("commit")
    def commit(self) -> None: ...
    @ends("rollback")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent")
    def rollback(self) -> None: ...

class sessionmaker(_SessionClassMethods, Generic[S]):
    def __init__(
        self,
        bind: object = ...,
        *,
        class_: type[S] = ...,
        autoflush: bool = ...,
        expire_on_commit: bool = ...,
        info: object = ...,
        **kw: object,
    ) -> None: ...
    def __call__(self, **local_kw: object) -> Owned[S]: ...
    def begin(self) -> _SessionContextManager[S]: ...
    def configure(self, **new_kw: object) -> None: ...

class _SessionContextManager(Generic[S]):
    """What `sessionmaker.begin()` returns: a session and its transaction, both ended by the block."""

    @through("begin")
    @begins
    def __enter__(self) -> Owned[S]: ...
    @flushes(when="ok")
    @moves(pending="persistent", marked="deleted", when="ok")
    @ends("commit", when="ok")
    @moves(deleted="detached", when="ok")
    @expires("all", unless="not expire_on_commit", when="ok")
    @ends("rollback", when="error")
    @moves(new="transient", pending="transient", deleted="persistent", marked="persistent", when="error")
    @expires("all", when="error")
    @through("__exit__")
    @through("close")
    @closes(reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def __exit__(self, type_: object, value: object, traceback: object) -> None: ...

def object_session(instance: object) -> Session | None: ...
@any_session
def make_transient(instance: Becomes[Attached[T] | Unattached[T], Transient[T]]) -> None: ...
@any_session
@expires("unset")
@raises("InvalidRequestError: Given object must be transient")
def make_transient_to_detached(instance: Becomes[Transient[T], Detached[T]]) -> None: ...
@closes(reusable=True)
@moves(pending="transient", persistent="detached", marked="detached")
def close_all_sessions() -> None: ...
