"""scoped_session: a registry that hands every method to its current session."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy.orm.session import Session, sessionmaker

from mypy_session_plugin.effects import closes, moves, through

S = TypeVar("S", bound=Session)

class scoped_session(Session, Generic[S]):
    """Not a subclass of Session, but it has its methods; of those it lacks the type checker tells."""

    session_factory: sessionmaker[S]
    def __init__(self, session_factory: sessionmaker[S], scopefunc: Callable[[], Any] | None = ...) -> None: ...
    def __call__(self, **kw: object) -> S: ...
    def configure(self, **kwargs: object) -> None: ...
    @through("close")
    @closes(of="current", reusable=True)
    @moves(pending="transient", persistent="detached", marked="detached")
    def remove(self) -> None: ...
    def query_property(self, query_cls: object = ...) -> object: ...
