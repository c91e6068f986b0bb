"""What sends a task with options of its own."""

from mypy_session_plugin import CrossesProcess

class AsyncKicker:
    async def kiq(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...
