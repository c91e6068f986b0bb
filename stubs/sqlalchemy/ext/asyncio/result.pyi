"""AsyncResult and its variants: what is Result's and theirs, and which of it is awaited.

Source: https://docs.sqlalchemy.org/en/20/core/connections.html#sqlalchemy.engine.Result.
"""

from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar

from sqlalchemy.engine.result import FilterResult, MappingResult, Result, ScalarResult, TupleResult
from sqlalchemy.engine.row import RowMapping

from mypy_session_plugin.effects import awaited, same_as

T = TypeVar("T")
Rows = TypeVar("Rows", bound=tuple[Any, ...])

class AsyncCommon(Generic[T]):
    yield_per = FilterResult.yield_per
    close = awaited(FilterResult.close)

class AsyncScalarResult(AsyncCommon[T]):
    __aiter__ = same_as(ScalarResult.__iter__, gives=AsyncIterator)
    __anext__ = awaited(ScalarResult.__next__)
    all = awaited(ScalarResult.all)
    fetchall = awaited(ScalarResult.fetchall)
    fetchmany = awaited(ScalarResult.fetchmany)
    partitions = same_as(ScalarResult.partitions, gives=AsyncIterator)
    unique = ScalarResult.unique
    first = awaited(ScalarResult.first)
    one = awaited(ScalarResult.one)
    one_or_none = awaited(ScalarResult.one_or_none)

class AsyncMappingResult(AsyncCommon[RowMapping]):
    keys = MappingResult.keys
    __aiter__ = same_as(MappingResult.__iter__, gives=AsyncIterator)
    __anext__ = awaited(MappingResult.__next__)
    all = awaited(MappingResult.all)
    fetchall = awaited(MappingResult.fetchall)
    fetchmany = awaited(MappingResult.fetchmany)
    fetchone = awaited(MappingResult.fetchone)
    partitions = same_as(MappingResult.partitions, gives=AsyncIterator)
    unique = MappingResult.unique
    first = awaited(MappingResult.first)
    one = awaited(MappingResult.one)
    one_or_none = awaited(MappingResult.one_or_none)
    columns = MappingResult.columns

class AsyncTupleResult(AsyncCommon[T]):
    __aiter__ = same_as(TupleResult.__iter__, gives=AsyncIterator)
    __anext__ = awaited(TupleResult.__next__)
    all = awaited(TupleResult.all)
    fetchall = awaited(TupleResult.fetchall)
    fetchmany = awaited(TupleResult.fetchmany)
    fetchone = awaited(TupleResult.fetchone)
    partitions = same_as(TupleResult.partitions, gives=AsyncIterator)
    unique = Result.unique
    first = awaited(TupleResult.first)
    one = awaited(TupleResult.one)
    one_or_none = awaited(TupleResult.one_or_none)

class AsyncResult(AsyncCommon[Rows]):
    keys = Result.keys
    freeze = awaited(Result.freeze)
    __aiter__ = same_as(Result.__iter__, gives=AsyncIterator)
    __anext__ = awaited(Result.__next__)
    all = awaited(Result.all)
    fetchall = awaited(Result.fetchall)
    fetchmany = awaited(Result.fetchmany)
    fetchone = awaited(Result.fetchone)
    partitions = same_as(Result.partitions, gives=AsyncIterator)
    unique = Result.unique
    first = awaited(Result.first)
    one = awaited(Result.one)
    one_or_none = awaited(Result.one_or_none)
    scalar = awaited(Result.scalar)
    scalar_one = awaited(Result.scalar_one)
    scalar_one_or_none = awaited(Result.scalar_one_or_none)
    columns = Result.columns
    scalars = same_as(Result.scalars, gives=AsyncScalarResult)
    mappings = same_as(Result.mappings, gives=AsyncMappingResult)
    tuples = same_as(Result.tuples, gives=AsyncTupleResult)
    t = same_as(Result.t, gives=AsyncTupleResult)
