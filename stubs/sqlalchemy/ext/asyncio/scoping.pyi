"""async_scoped_session: a registry that hands every method to its current AsyncSession."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio.session import AsyncSession, async_sessionmaker

from mypy_session_plugin.effects import closes, moves, through

A = TypeVar("A", bound=AsyncSession)

class async_scoped_session(AsyncSession, Generic[A]):
    """Not a subclass of AsyncSession, but it has its methods; of those it lacks the type checker tells."""

    session_factory: async_sessionmaker[A]
    def __init__(self, session_factory: async_sessionmaker[A], scopefunc: Callable[[], Any]) -> None: ...
    def __call__(self, **kw: object) -> A: ...
    def configure(self, **kwargs: object) -> None: ...
    @through("close")
    @closes(of="current", reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    async def remove(self) -> None: ...
