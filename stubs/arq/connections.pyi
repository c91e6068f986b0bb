"""The connection by which jobs are sent: their arguments are pickled, unless it has another serialiser."""

from mypy_session_plugin import CrossesProcess

class ArqRedis:
    async def enqueue_job(
        self, function: str, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]
    ) -> object: ...
