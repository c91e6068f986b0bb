"""Responses whose content is gone through after the function that made them has returned."""

from collections.abc import AsyncIterable, Iterable, Mapping

from mypy_session_plugin.effects import keeps

class StreamingResponse:
    @keeps("content")
    def __init__(
        self,
        content: Iterable[object] | AsyncIterable[object],
        status_code: int = ...,
        headers: Mapping[str, str] | None = ...,
        media_type: str | None = ...,
        background: object = ...,
    ) -> None: ...
