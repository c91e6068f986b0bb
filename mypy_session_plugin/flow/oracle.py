"""What the graph builder asks of the types: the only thing it knows about them."""

from __future__ import annotations

from typing import Protocol

from mypy.nodes import CallExpr, Expression


class Oracle(Protocol):
    """Answers from mypy's type map."""

    def is_typed(self, expression: Expression) -> bool:
        """Tell whether mypy gave the expression a type; code that it holds for unreachable gets none."""

    def never_returns(self, call: CallExpr) -> bool:
        """Tell whether the call's type is `NoReturn`."""

    def is_callable_object(self, callee: Expression) -> bool:
        """Tell whether an attribute that is called holds an object that a session stub describes, and is no method."""

    def calls_generator(self, expression: Expression) -> bool:
        """Tell whether the expression is a call of a generator function."""

    def is_function_here(self, expression: Expression) -> bool:
        """Tell whether the expression names a function of the module, of which its body tells all."""

    def is_list(self, expression: Expression) -> bool:
        """Tell whether the expression is a list of Python's own."""

    def goes_through(self, call: CallExpr, position: int) -> bool:
        """Tell whether a call certainly goes through its argument at a position before it returns."""

    def may_suppress(self, manager: Expression, is_async: bool) -> bool:
        """Tell whether the exit of the context manager may swallow an exception.

        The types say so, or it is a generator's: then its code tells.
        """
