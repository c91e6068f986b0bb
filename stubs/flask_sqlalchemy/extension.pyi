"""SQLAlchemy: the extension object, which hands its methods to the session of its registry `session`.

Source: https://flask-sqlalchemy.readthedocs.io/en/stable/api/#flask_sqlalchemy.SQLAlchemy.
"""

from collections.abc import Mapping
from typing import TypeVar

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.engine.base import Engine
from sqlalchemy.sql.selectable import Select

from mypy_session_plugin import Persistent
from mypy_session_plugin.effects import flushes, reads

T = TypeVar("T")

class SQLAlchemy:
    @flushes(when="load")
    @reads
    def get_or_404(
        self, entity: type[T], ident: object, *, description: str | None = ..., **kwargs: object
    ) -> Persistent[T]: ...
    @flushes(when="autoflush")
    @reads
    def first_or_404(self, statement: Select[tuple[T]], *, description: str | None = ...) -> Persistent[T]: ...
    @flushes(when="autoflush")
    @reads
    def one_or_404(self, statement: Select[tuple[T]], *, description: str | None = ...) -> Persistent[T]: ...
    @flushes(when="autoflush")
    @reads
    def paginate(
        self,
        select: Select[tuple[T]],
        *,
        page: int | None = ...,
        per_page: int | None = ...,
        max_per_page: int | None = ...,
        error_out: bool = ...,
        count: bool = ...,
    ) -> Pagination[Persistent[T]]: ...  # type: ignore[type-arg]  # generic only in the stub
    @property
    def engine(self) -> Engine: ...
    @property
    def engines(self) -> Mapping[str | None, Engine]: ...
    def create_all(self, bind_key: object = ...) -> None: ...
    def drop_all(self, bind_key: object = ...) -> None: ...
    def reflect(self, bind_key: object = ...) -> None: ...
    def relationship(self, *args: object, **kwargs: object) -> object: ...
    def dynamic_loader(self, argument: object, **kwargs: object) -> object: ...
