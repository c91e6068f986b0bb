"""Tasks: what one is given is written out for the worker."""

from mypy_session_plugin import CrossesProcess

class AsyncTaskiqDecoratedTask:
    async def kiq(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...
