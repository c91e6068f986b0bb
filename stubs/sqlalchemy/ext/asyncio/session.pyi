"""AsyncSession, its transactions and its factory: what is Session's, and which of it is awaited.

The results of `execute` and `scalars` are buffered: they are not `Live`.

Source: https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html and measurements on SQLAlchemy 2.0 and 2.1.
"""

from collections.abc import Callable, Generator
from typing import Any, Generic, Self, TypeVar

from sqlalchemy.engine.base import Connection, Engine
from sqlalchemy.ext.asyncio.engine import AsyncConnection
from sqlalchemy.ext.asyncio.result import AsyncResult, AsyncScalarResult
from sqlalchemy.orm.session import (  # type: ignore[attr-defined]  # only the session stub has those with an underscore
    Session,
    SessionTransaction,
    _Savepoint,
    _SessionContextManager,
    sessionmaker,
)

from mypy_session_plugin.effects import awaited, begins, calls, runs_in_greenlet, same_as

R = TypeVar("R")
A = TypeVar("A", bound=AsyncSession)

class AsyncSessionTransaction:
    """A transaction of an AsyncSession; `_AsyncSavepoint` is the same class, as `begin_nested()` makes it."""

    is_active = SessionTransaction.is_active
    def __await__(self) -> Generator[Any, Any, Self]: ...
    async def start(self, is_ctxmanager: bool = ...) -> Self: ...
    __aenter__ = awaited(SessionTransaction.__enter__)
    __aexit__ = awaited(SessionTransaction.__exit__)
    commit = awaited(SessionTransaction.commit)
    rollback = awaited(SessionTransaction.rollback)

class _AsyncSavepoint(AsyncSessionTransaction):
    """A savepoint: its end says nothing of what came into its state before the savepoint began."""

    __aenter__ = awaited(_Savepoint.__enter__)
    __aexit__ = awaited(_Savepoint.__exit__)
    commit = awaited(_Savepoint.commit)
    rollback = awaited(_Savepoint.rollback)

class AsyncSession:
    def __init__(
        self, bind: object = ..., *, binds: object = ..., sync_session_class: object = ..., **kw: object
    ) -> None: ...
    __aenter__ = awaited(Session.__enter__)
    __aexit__ = awaited(Session.__exit__, through="close")
    __contains__ = Session.__contains__
    __iter__ = Session.__iter__
    new = Session.new
    dirty = Session.dirty
    deleted = Session.deleted
    identity_map = Session.identity_map
    is_active = Session.is_active
    no_autoflush = Session.no_autoflush
    is_modified = Session.is_modified
    in_transaction = Session.in_transaction
    in_nested_transaction = Session.in_nested_transaction
    get_transaction = same_as(Session.get_transaction, gives=AsyncSessionTransaction)
    get_nested_transaction = same_as(Session.get_nested_transaction, gives=_AsyncSavepoint)
    @begins
    def begin(self) -> AsyncSessionTransaction: ...
    begin_nested = same_as(Session.begin_nested, gives=_AsyncSavepoint)
    add = Session.add
    add_all = Session.add_all
    delete = awaited(Session.delete)
    delete_all = awaited(Session.delete_all)  # type: ignore[attr-defined, unused-ignore]  # since SQLAlchemy 2.1
    merge = awaited(Session.merge)
    merge_all = awaited(Session.merge_all)  # type: ignore[attr-defined, unused-ignore]  # since SQLAlchemy 2.1
    flush = awaited(Session.flush)
    commit = awaited(Session.commit)
    rollback = awaited(Session.rollback)
    close = awaited(Session.close)
    aclose = awaited(Session.close, through="close")
    reset = awaited(Session.reset)
    invalidate = awaited(Session.invalidate)
    expunge = Session.expunge
    expunge_all = Session.expunge_all
    refresh = awaited(Session.refresh)
    expire = Session.expire
    expire_all = Session.expire_all
    get = awaited(Session.get)
    get_one = awaited(Session.get_one)
    execute = awaited(Session.execute, live=False)
    scalars = awaited(Session.scalars, live=False)
    scalar = awaited(Session.scalar)
    stream = awaited(Session.execute, gives=AsyncResult)
    stream_scalars = awaited(Session.scalars, gives=AsyncScalarResult, through="stream")
    connection = awaited(Session.connection, gives=AsyncConnection)
    def get_bind(
        self, mapper: object = ..., clause: object = ..., bind: object = ..., **kw: object
    ) -> Engine | Connection: ...
    identity_key = Session.identity_key
    object_session = Session.object_session
    @calls("fn")
    @runs_in_greenlet
    async def run_sync(self, fn: Callable[..., R], *arg: object, **kw: object) -> R: ...
    sync_session: Session

class _AsyncSessionContextManager(Generic[A]):
    """What `async_sessionmaker.begin()` returns: a session and its transaction, both ended by the block."""

    __aenter__ = awaited(_SessionContextManager.__enter__, through="begin")
    __aexit__ = awaited(_SessionContextManager.__exit__, through=("__aexit__", "close"))

class async_sessionmaker(Generic[A]):
    __init__ = sessionmaker.__init__
    __call__ = sessionmaker.__call__
    begin = same_as(sessionmaker.begin, gives=_AsyncSessionContextManager)
    configure = sessionmaker.configure

def async_object_session(instance: object) -> AsyncSession | None: ...
def async_session(session: Session) -> AsyncSession | None: ...
