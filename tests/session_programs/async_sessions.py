"""The scenarios of the measured table with an AsyncSession: the docstring names the row, the result is its outcome."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from session_models import Address, User, delete, inspect, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from mypy_session_plugin import reveal_state


def _told(work: Callable[[], object]) -> str:
    """What a piece of work raises, as the table tells it; `ok` if it raises nothing."""
    try:
        work()
    except Exception as error:
        return _error(error)
    return "ok"


async def _awaited(work: Awaitable[object]) -> str:
    try:
        await work
    except Exception as error:
        return _error(error)
    return "ok"


def _error(error: BaseException) -> str:
    module = type(error).__module__.removeprefix("sqlalchemy.")
    text = re.sub(r" at 0x[0-9a-f]+|sqlalchemy[.]exc[.]", "", str(error).splitlines()[0])
    return f"{module}.{type(error).__name__}: {re.sub(' [(]Background on this error.*', '', text)}"


async def loaded_column(engine: AsyncEngine) -> str:
    """async: get; read loaded column"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        reveal_state(user)  # persistent
        return _told(lambda: user.name)


async def lazy_collection(engine: AsyncEngine) -> str:
    """async: get; read lazy collection"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        result = _told(lambda: user.addresses)
        reveal_state(user)  # persistent
        return result


async def deferred_column(engine: AsyncEngine) -> str:
    """async: get; read deferred column"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        return _told(lambda: user.bio)


async def append_to_lazy_collection(engine: AsyncEngine) -> str:
    """async: get; append to lazy collection"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        return _told(lambda: user.addresses.append(Address()))


async def column_after_rollback(engine: AsyncEngine) -> str:
    """async: read column after rollback"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.rollback()
        reveal_state(user)  # persistent
        return _told(lambda: user.name)


async def loaded_again_after_rollback(engine: AsyncEngine) -> str:
    """async: column after rollback; await get() of the same key (identity map hit, expired)"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.rollback()
        again = await session.get_one(User, 1)
        reveal_state(user)  # persistent
        reveal_state(again)  # persistent
        return f"{_state(user)} read: {_told(lambda: user.name)}"


def _state(instance: object) -> str:
    status: Any = inspect(instance)
    name = next(name for name in ("transient", "pending", "persistent", "deleted", "detached") if getattr(status, name))
    session = status.session
    if session is not None and instance in session.deleted:
        return f"{name}(marked-deleted)"
    return f"{name}(expired)" if status.expired else name


async def column_after_commit(engine: AsyncEngine) -> str:
    """async: read column after commit, expire_on_commit=True"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.commit()
        reveal_state(user)  # persistent
        return _told(lambda: user.name)


async def key_after_commit(engine: AsyncEngine) -> str:
    """async: read primary key after commit, expire_on_commit=True"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.commit()
        return _told(lambda: user.id)


async def write_after_commit(engine: AsyncEngine) -> str:
    """async: write column after commit, expire_on_commit=True"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.commit()
        return _told(lambda: setattr(user, "name", "new"))


async def column_after_refresh(engine: AsyncEngine) -> str:
    """async: refresh; read column"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.commit()
        await session.refresh(user)
        reveal_state(user)  # persistent
        return _told(lambda: user.name)


async def collection_after_refresh(engine: AsyncEngine) -> str:
    """async: refresh; read lazy collection"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.refresh(user)
        return _told(lambda: user.addresses)


async def collection_that_was_refreshed(engine: AsyncEngine) -> str:
    """async: refresh(u, ['addresses']); read it"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.refresh(user, ["addresses"])
        return _told(lambda: user.addresses)


async def column_after_expire(engine: AsyncEngine) -> str:
    """async: expire; read column"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        session.expire(user)
        reveal_state(user)  # persistent
        return _told(lambda: user.name)


async def pending(engine: AsyncEngine) -> str:
    """async: pending; read column given/not given/relationship"""
    async with AsyncSession(engine) as session:
        user = User(name="new")
        session.add(user)
        reveal_state(user)  # pending
        return f"{_told(lambda: user.name)} / {_told(lambda: user.bio)} / {_told(lambda: user.addresses)}"


async def flushed(engine: AsyncEngine) -> str:
    """async: flush of a new object; read column given / primary key / untouched relationship"""
    async with AsyncSession(engine) as session:
        user = User(name="new")
        session.add(user)
        await session.flush()
        reveal_state(user)  # persistent
        return f"{_told(lambda: user.name)} / {_told(lambda: user.id)} / {_told(lambda: user.addresses)}"


async def flushed_after_its_collection_was_read(engine: AsyncEngine) -> str:
    """async: flush of a new object whose relationship was read while pending; read it"""
    async with AsyncSession(engine) as session:
        user = User(name="new")
        session.add(user)
        assert not user.addresses
        await session.flush()
        return _told(lambda: user.addresses)


async def new_key_after_commit(engine: AsyncEngine) -> str:
    """async: new object after commit; primary key, expire_on_commit=True"""
    async with AsyncSession(engine) as session:
        user = User(name="new")
        session.add(user)
        await session.commit()
        reveal_state(user)  # persistent
        return _told(lambda: user.id)


async def column_after_close(engine: AsyncEngine) -> str:
    """async: read column after close, committed before, expire_on_commit=True"""
    session = AsyncSession(engine)
    user = await session.get_one(User, 1)
    await session.commit()
    await session.close()
    reveal_state(user)  # detached
    return _told(lambda: user.name)


async def collection_after_close(engine: AsyncEngine) -> str:
    """async: read lazy collection after close, expire_on_commit=True"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
    reveal_state(user)  # detached
    return _told(lambda: user.addresses)


async def transaction_after_close(engine: AsyncEngine) -> str:
    """async: session.in_transaction after close"""
    session = AsyncSession(engine)
    await session.get_one(User, 1)
    await session.close()
    return str(session.in_transaction())


async def loaded_after_close(engine: AsyncEngine) -> str:
    """async: close; then get()"""
    session = AsyncSession(engine)
    await session.close()
    user = await session.get_one(User, 1)
    reveal_state(user)  # persistent
    result = _state(user)
    await session.close()
    reveal_state(user)  # detached
    return result


async def expunged(engine: AsyncEngine) -> str:
    """async: expunged; lazy collection"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        session.expunge(user)
        reveal_state(user)  # detached
        return _told(lambda: user.addresses)


async def marked(engine: AsyncEngine) -> str:
    """async: await delete(u), before flush"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        await session.delete(user)
        reveal_state(user)  # persistent
        result = _state(user)
        await session.flush()
        reveal_state(user)  # deleted
        return result


async def delete_is_not_awaited(engine: AsyncEngine) -> str:
    """async: delete without await, run"""
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
        coroutine = session.delete(user)
        await session.flush()
        reveal_state(user)  # persistent
        coroutine.close()
        return "coroutine, nothing done" if _state(user) == "persistent" else _state(user)


async def column_after_commit_that_expires_nothing(engine: AsyncEngine) -> str:
    """async: read column after commit, expire_on_commit=False"""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        user = await session.get_one(User, 1)
        await session.commit()
        reveal_state(user)  # persistent
        return _told(lambda: user.name)


async def key_after_commit_that_expires_nothing(engine: AsyncEngine) -> str:
    """async: read primary key after commit, expire_on_commit=False"""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        user = await session.get_one(User, 1)
        await session.commit()
        return _told(lambda: user.id)


async def write_after_commit_that_expires_nothing(engine: AsyncEngine) -> str:
    """async: write column after commit, expire_on_commit=False"""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        user = await session.get_one(User, 1)
        await session.commit()
        return _told(lambda: setattr(user, "name", "new"))


async def new_key_after_commit_that_expires_nothing(engine: AsyncEngine) -> str:
    """async: new object after commit; primary key, expire_on_commit=False"""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        user = User(name="new")
        session.add(user)
        await session.commit()
        return _told(lambda: user.id)


async def column_after_close_that_was_not_expired(engine: AsyncEngine) -> str:
    """async: read column after close, committed before, expire_on_commit=False"""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        user = await session.get_one(User, 1)
        await session.commit()
    reveal_state(user)  # detached
    return _told(lambda: user.name)


async def collection_after_close_that_was_not_expired(engine: AsyncEngine) -> str:
    """async: read lazy collection after close, expire_on_commit=False"""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        user = await session.get_one(User, 1)
    return _told(lambda: user.addresses)


async def three_at_once(engine: AsyncEngine) -> str:
    """async: gather() of three calls on one fresh AsyncSession"""
    async with AsyncSession(engine) as session:
        calls = (_awaited(session.execute(select(User))) for _ in range(3))  # type: ignore[session-task]
        return " | ".join(await asyncio.gather(*calls))


async def closed_after_three_at_once(engine: AsyncEngine) -> str:
    """async: close() after that"""
    session = AsyncSession(engine)
    calls = (_awaited(session.execute(select(User))) for _ in range(3))  # type: ignore[session-task]
    await asyncio.gather(*calls)
    return await _awaited(session.close())


async def three_at_once_on_one_connection(engine: AsyncEngine) -> str:
    """async: gather() of three calls on one AsyncSession that already has its connection"""
    async with AsyncSession(engine) as session:
        await session.connection()
        calls = (_awaited(session.execute(select(User))) for _ in range(3))  # type: ignore[session-task]
        return " | ".join(await asyncio.gather(*calls))


async def a_commit_at_the_same_time(engine: AsyncEngine) -> str:
    """async: gather(commit, execute)"""
    async with AsyncSession(engine) as session:
        await session.get_one(User, 1)
        results = await asyncio.gather(
            session.commit(),  # type: ignore[session-task]
            session.execute(select(User)),  # type: ignore[session-task]
            return_exceptions=True,
        )
        return " | ".join(str(result).splitlines()[0] if isinstance(result, Exception) else "ok" for result in results)


async def one_transaction_for_a_block(engine: AsyncEngine) -> str:
    """async: after `async with maker.begin()`: a loaded object; read column"""
    async with async_sessionmaker(engine).begin() as session:
        user = await session.get_one(User, 1)
        reveal_state(user)  # persistent
    reveal_state(user)  # detached
    return f"{_state(user)}; {_told(lambda: user.name)}"


async def rolled_back(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        old, new = await session.get_one(User, 1), User(name="new")
        session.add(new)
        await session.delete(old)
        await session.flush()
        reveal_state(new)  # persistent
        reveal_state(old)  # deleted
        await session.rollback()
        reveal_state(new)  # transient
        reveal_state(old)  # persistent


async def merged(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 1)
    async with AsyncSession(engine) as other:
        copy = await other.merge(user)
        reveal_state(user)  # detached
        reveal_state(copy)  # pending | persistent


async def savepoint(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session, session.begin():
        user, inner = User(name="outer"), User(name="inner")
        session.add(user)
        async with session.begin_nested() as nested:
            reveal_state(user)  # persistent
            session.add(inner)
            await nested.rollback()
        reveal_state(inner)  # transient
        reveal_state(user)  # persistent


async def streamed(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        async for user in await session.stream_scalars(select(User)):
            reveal_state(user)  # persistent


async def rows_deleted_by_a_statement(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        user = await session.get_one(User, 2)
        await session.execute(delete(User).where(User.id == 2))
        reveal_state(user)  # persistent | deleted | unknown
