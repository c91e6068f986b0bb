"""What an expression shows as text by its `__repr__` or `__str__`: `repr(x)`, `f"{x}"`, `print(x)`, `"%s" % x`.

Source: https://docs.python.org/3/library/string.html#format-string-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

from mypy.nodes import ARG_POS, CallExpr, Context, Expression, MemberExpr, OpExpr, RefExpr, StrExpr, TupleExpr

from mypy_session_plugin.facts.records import dataclass

#: Functions that show what they are given, and whether `__repr__` is asked first: else `__str__` is.
_FUNCTIONS = {"ascii": True, "format": False, "print": False, "repr": True, "str": False}
#: What mypy makes of a value in an f-string: the call of `format` with the value and what stands behind the colon.
_OF_F_STRING = re.compile(r"\{(![ars])?:\{\}\}")
_PERCENT = re.compile(r"%(?P<key>\(.*?\))?[#0\- +]*(?P<width>\*|\d*)(?:\.(?P<precision>\*|\d*))?[hlL]?(?P<kind>.)")


@dataclass(frozen=True, slots=True)
class Showing:
    """An expression whose value is certainly shown; `by` tells by what, `by_repr` that its `__str__` is not asked."""

    expression: Expression
    by: str
    by_repr: bool


def shown_by(node: Context) -> Iterator[Showing]:
    """What a call or an operation shows, unless what it is given may be hidden from view."""
    if isinstance(node, CallExpr):
        callee = node.callee
        if isinstance(callee, MemberExpr) and callee.name == "format" and isinstance(callee.expr, StrExpr):
            yield from _of_format(node, callee.expr.value)
        elif isinstance(callee, RefExpr) and callee.fullname.startswith("builtins."):
            yield from _of_function(node, callee.fullname.partition(".")[2])
    elif isinstance(node, OpExpr) and isinstance(node.left, StrExpr) and is_text_format(node):
        yield from _of_percent(node.left.value, node.right)


def is_text_format(operation: OpExpr) -> bool:
    """Whether an operation makes a text of a literal one: `"%s" % x`."""
    return operation.op == "%" and isinstance(operation.left, StrExpr)


def _of_function(call: CallExpr, name: str) -> Iterator[Showing]:
    by_repr = _FUNCTIONS.get(name)
    given = [value for value, kind in zip(call.args, call.arg_kinds, strict=True) if kind is ARG_POS]
    if by_repr is not None and (name == "print" or len(given) == len(call.args) == 1):
        yield from (Showing(value, f"{name}()", by_repr) for value in given)


def _of_format(call: CallExpr, text: str) -> Iterator[Showing]:
    if any(kind.is_star() for kind in call.arg_kinds):
        return
    by = "the f-string" if _OF_F_STRING.fullmatch(text) else "format()"
    given: dict[str, Expression] = {name: value for name, value in zip(call.arg_names, call.args, strict=True) if name}
    given |= {str(place): value for place, value in enumerate(call.args) if call.arg_kinds[place] is ARG_POS}
    taken = 0
    for name, described, conversion in _fields(text):
        shown = given.get(name or str(taken))
        taken += not name
        for inner, _described, _conversion in _fields(described):
            described = "" if _is_empty(given.get(inner or str(taken))) else described
            taken += not inner
        # The format of an object is that of its text, and no object has another one of its own.
        if shown is not None and (conversion or not described):
            yield Showing(shown, by, conversion in ("r", "a"))


def _fields(text: str) -> list[tuple[str, str, str]]:
    """The replacement fields of a format: the name of each, what describes it, and its conversion."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return []
    return [
        (name, described or "", conversion or "") for _text, name, described, conversion in parts if name is not None
    ]


def _is_empty(value: Expression | None) -> bool:
    return isinstance(value, StrExpr) and not value.value


def _of_percent(text: str, right: Expression) -> Iterator[Showing]:
    found = [match for match in _PERCENT.finditer(text) if match["kind"] != "%"]
    given = right.items if isinstance(right, TupleExpr) else [right]
    if len(found) != len(given) or any(match["key"] or "*" in match[0] for match in found):
        return
    for match, value in zip(found, given, strict=True):
        if match["kind"] in "rsa":
            yield Showing(value, "%", match["kind"] != "s")
