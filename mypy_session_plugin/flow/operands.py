"""What instructions are made of: temporaries, access paths, arguments and the items of displays."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from mypy.nodes import Expression

from mypy_session_plugin.facts.records import dataclass

Temporary: TypeAlias = int
#: An access path written in the source: `("self", "repo", "session")`; only names and attributes, never a call.
Place: TypeAlias = tuple[str, ...]


class ArgumentKind(Enum):
    """How an argument is passed."""

    POSITIONAL = "positional"
    STAR = "star"
    NAMED = "named"
    DOUBLE_STAR = "double star"


@dataclass(slots=True, frozen=True)
class Argument:
    """One argument of a call; `place` is its access path, where it has one."""

    value: Temporary
    kind: ArgumentKind
    name: str | None
    node: Expression
    place: Place | None


class ContainerKind(Enum):
    """Which display or comprehension makes the container."""

    LIST = "list"
    TUPLE = "tuple"
    SET = "set"
    DICT = "dict"
    GENERATOR = "generator"


@dataclass(slots=True, frozen=True)
class Item:
    """An item of a display; `key` for a dict; `starred` for `*items` and `**items`."""

    value: Temporary
    key: Temporary | None
    starred: bool
