"""Query: Flask-SQLAlchemy adds what answers a request with 404, and pages, to the Query of SQLAlchemy.

`T` is named as there, because it is the type variable of both.

Source: https://flask-sqlalchemy.readthedocs.io/en/stable/api/#module-flask_sqlalchemy.query.
"""

from typing import TypeVar

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm.query import Query as _Query

from mypy_session_plugin import Persistent
from mypy_session_plugin.effects import flushes, reads

T = TypeVar("T")

class Query(_Query[T]):
    @flushes(when="load")
    @reads
    def get_or_404(self, ident: object, description: str | None = ...) -> Persistent[T]: ...
    @flushes(when="autoflush")
    @reads
    def first_or_404(self, description: str | None = ...) -> Persistent[T]: ...
    @flushes(when="autoflush")
    @reads
    def one_or_404(self, description: str | None = ...) -> Persistent[T]: ...
    @flushes(when="autoflush")
    @reads
    def paginate(
        self,
        *,
        page: int | None = ...,
        per_page: int | None = ...,
        max_per_page: int | None = ...,
        error_out: bool = ...,
        count: bool = ...,
    ) -> Pagination[Persistent[T]]: ...  # type: ignore[type-arg]  # generic only here
