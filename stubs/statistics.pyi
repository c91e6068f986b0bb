"""Figures of an iterable."""

from collections.abc import Iterable

from mypy_session_plugin.effects import exhausts, forgets

@exhausts("data")
@forgets
def fmean(data: Iterable[object], weights: Iterable[object] = ...) -> object: ...
@exhausts("data")
@forgets
def mean(data: Iterable[object]) -> object: ...
@exhausts("data")
@forgets
def median(data: Iterable[object]) -> object: ...
@exhausts("data")
@forgets
def stdev(data: Iterable[object], xbar: object = ...) -> object: ...
