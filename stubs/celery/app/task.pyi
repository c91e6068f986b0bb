"""Tasks: what one is given is written out for the worker, as JSON unless the application says otherwise."""

from collections.abc import Iterable, Mapping

from mypy_session_plugin import CrossesProcess
from mypy_session_plugin.effects import serves

@serves("__call__", "apply", "run")
class Task:
    def delay(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...
    def apply_async(
        self,
        args: CrossesProcess[Iterable[object]] | None = ...,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
        **options: object,
    ) -> object: ...
    def s(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...
    def si(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...
    def signature(
        self,
        args: CrossesProcess[Iterable[object]] | None = ...,
        *,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
    ) -> object: ...
    def subtask(
        self,
        args: CrossesProcess[Iterable[object]] | None = ...,
        *,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
    ) -> object: ...
