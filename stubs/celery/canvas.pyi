"""Signatures: what one is given joins the arguments of its task."""

from collections.abc import Iterable, Mapping

from mypy_session_plugin import CrossesProcess

class Signature:
    def __init__(
        self,
        task: object = ...,
        args: CrossesProcess[Iterable[object]] | None = ...,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
    ) -> None: ...
    def delay(self, *partial_args: CrossesProcess[object], **partial_kwargs: CrossesProcess[object]) -> object: ...
    def apply_async(
        self,
        args: CrossesProcess[Iterable[object]] | None = ...,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
    ) -> object: ...
    def clone(
        self,
        args: CrossesProcess[Iterable[object]] | None = ...,
        kwargs: CrossesProcess[Mapping[str, object]] | None = ...,
    ) -> object: ...
