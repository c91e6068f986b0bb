"""Memory object streams: what is sent on one goes to the task that receives it from the other, made with it."""

from collections.abc import AsyncIterator

from mypy_session_plugin.effects import puts, takes

class MemoryObjectSendStream:
    @puts("item")
    async def send(self, item: object) -> None: ...
    @puts("item")
    def send_nowait(self, item: object) -> None: ...

class MemoryObjectReceiveStream:
    @takes
    async def receive(self) -> object: ...
    @takes
    def receive_nowait(self) -> object: ...
    @takes
    def __aiter__(self) -> AsyncIterator[object]: ...
