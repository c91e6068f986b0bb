"""Calls that go through an argument at once, by the types: a generator expression that they are given runs there.

Whatever else is given one may run it later, or never.
"""

from __future__ import annotations

import re

from mypy.nodes import ARG_POS, ARG_STAR, CallExpr

from mypy_session_plugin.flow.build_elements import CONSUMING
from mypy_session_plugin.flow.oracle import Oracle

#: Packages whose functions do: a clause, a statement or a session takes its elements when it is given them.
_PACKAGES = frozenset({"flask_sqlalchemy", "sqlalchemy", "sqlmodel"})
#: The function among these that hands on what it is given.
_HANDS_ON = "run_sync"
_FUNCTIONS = CONSUMING.union(
    re.findall(
        r"[\w.]+",
        """
    asyncio.tasks.wait builtins.bytearray builtins.bytes collections.Counter collections.OrderedDict collections.deque
    functools.reduce heapq.nlargest heapq.nsmallest math.fsum math.prod statistics.fmean statistics.mean
    statistics.median statistics.stdev
        """,
    )
)
#: Methods of Python's own containers, texts and executors, by the package of their class.
_METHODS = {
    "builtins": frozenset(
        re.findall(
            r"\w+",
            """
    difference difference_update extend fromkeys intersection intersection_update isdisjoint issubset issuperset join
    symmetric_difference symmetric_difference_update union update
            """,
        )
    ),
    "collections": frozenset({"extend", "extendleft", "subtract", "update"}),
    "concurrent": frozenset({"map"}),
    "multiprocessing": frozenset({"map", "map_async", "starmap", "starmap_async"}),
    "typing": frozenset({"extend", "update", "writelines"}),
}


def goes_through(oracle: Oracle, call: CallExpr, position: int) -> bool:
    """Whether a call certainly goes through its argument at a position before it returns."""
    kind = call.arg_kinds[position]
    if kind is ARG_STAR:
        return True
    full_name = oracle.called_name(call.callee)
    package, name = full_name.partition(".")[0], full_name.rpartition(".")[2]
    if package in _PACKAGES:
        return name != _HANDS_ON
    return kind is ARG_POS and (full_name in _FUNCTIONS or name in _METHODS.get(package, ()))
