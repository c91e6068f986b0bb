"""What is sent on a memory stream goes to the task that receives it, where that one is in view."""

import anyio
import trio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import User


async def _consume(sessions: MemoryObjectReceiveStream[AsyncSession]) -> None:
    session = await sessions.receive()
    await session.scalars(select(User))


async def _consume_all(sessions: MemoryObjectReceiveStream[AsyncSession]) -> None:
    async for session in sessions:
        await session.scalars(select(User))


async def _consume_channel(sessions: trio.MemoryReceiveChannel[AsyncSession]) -> None:
    session = await sessions.receive()
    await session.scalars(select(User))


async def _consume_ids(ids: MemoryObjectReceiveStream[int]) -> None:
    print(await ids.receive())


async def sent_bad(session: AsyncSession) -> None:
    send, receive = anyio.create_memory_object_stream[AsyncSession](1)
    async with anyio.create_task_group() as group:
        group.start_soon(_consume, receive)
        await send.send(session)  # error: [session-task]
        await session.scalars(select(User))


async def sent_to_a_loop_bad(session: AsyncSession) -> None:
    send, receive = anyio.create_memory_object_stream[AsyncSession](1)
    async with anyio.create_task_group() as group:
        group.start_soon(_consume_all, receive)
        send.send_nowait(session)  # error: [session-task]
        await session.scalars(select(User))


async def sent_by_a_channel_bad(session: AsyncSession) -> None:
    send, receive = trio.open_memory_channel[AsyncSession](1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_consume_channel, receive)
        await send.send(session)  # error: [session-task]
        await session.scalars(select(User))


async def waited_for_ok(session: AsyncSession) -> None:
    send, receive = anyio.create_memory_object_stream[AsyncSession](1)
    async with anyio.create_task_group() as group:
        group.start_soon(_consume, receive)
        await send.send(session)
    await session.scalars(select(User))


async def ids_ok(session: AsyncSession) -> None:
    send, receive = anyio.create_memory_object_stream[int](1)
    async with anyio.create_task_group() as group:
        group.start_soon(_consume_ids, receive)
        await send.send((await session.get_one(User, 1)).id)
        await session.scalars(select(User))


async def received_by_itself_ok(session: AsyncSession) -> None:
    send, receive = anyio.create_memory_object_stream[AsyncSession](1)
    await send.send(session)
    again = await receive.receive()
    await again.scalars(select(User))
    await session.commit()


def _two_streams() -> tuple[MemoryObjectSendStream[AsyncSession], MemoryObjectReceiveStream[AsyncSession]]: ...


async def ends_of_two_streams_ok(session: AsyncSession) -> None:
    send, receive = _two_streams()
    async with anyio.create_task_group() as group:
        group.start_soon(_consume, receive)
        await send.send(session)
        await session.scalars(select(User))
