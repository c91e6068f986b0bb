"""The application: it sends tasks by their names."""

from collections.abc import Iterable, Mapping

from mypy_session_plugin import CrossesProcess

class Celery:
    def send_task(
        self,
        name: str,
        args: CrossesProcess[Iterable[object]] | None = ...,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
        **options: object,
    ) -> object: ...
