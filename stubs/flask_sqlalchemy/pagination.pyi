"""Pagination: one page of the rows of a statement, loaded when it is made.

Source: https://flask-sqlalchemy.readthedocs.io/en/stable/pagination/.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

class Pagination(Generic[T]):
    def __iter__(self) -> Iterator[T]: ...
    @property
    def items(self) -> list[T]: ...
    def iter_pages(
        self, *, left_edge: int = ..., left_current: int = ..., right_current: int = ..., right_edge: int = ...
    ) -> Iterator[int | None]: ...
