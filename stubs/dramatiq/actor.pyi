"""Actors: the arguments of a message are written out for the worker, as JSON unless there is another encoder."""

from collections.abc import Iterable, Mapping

from mypy_session_plugin import CrossesProcess

class Actor:
    def message(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...
    def message_with_options(
        self,
        *,
        args: CrossesProcess[Iterable[object]] = ...,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
    ) -> object: ...
    def send(self, *args: CrossesProcess[object], **kwargs: CrossesProcess[object]) -> object: ...
    def send_with_options(
        self,
        *,
        args: CrossesProcess[Iterable[object]] = ...,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
    ) -> object: ...
