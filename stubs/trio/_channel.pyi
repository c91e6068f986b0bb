"""Memory channels: what is sent on one end goes to the task that receives it from the other."""

from collections.abc import AsyncIterator

from mypy_session_plugin.effects import puts, takes

class MemorySendChannel:
    @puts("value")
    async def send(self, value: object) -> None: ...
    @puts("value")
    def send_nowait(self, value: object) -> None: ...

class MemoryReceiveChannel:
    @takes
    async def receive(self) -> object: ...
    @takes
    def receive_nowait(self) -> object: ...
    @takes
    def __aiter__(self) -> AsyncIterator[object]: ...
