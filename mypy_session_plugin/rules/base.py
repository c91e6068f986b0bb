"""What a rule is: a predicate on one event in one path state, and the quantifier under which it becomes a report."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from enum import Enum
from typing import Protocol, TypeAlias

from mypy.nodes import (
    AwaitExpr,
    CallExpr,
    Context,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    StarExpr,
    StrExpr,
    SuperExpr,
)

from mypy_session_plugin.facts.objects import InstanceFacts
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.states import Situation
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, ObjectId, Unknown, Value
from mypy_session_plugin.semantics.events import Event


class Quantifier(Enum):
    """EVERY: all members of the fact on all path states break the rule; SOME: one known member on one path does."""

    EVERY = "every"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: where it is reported, the main line and the notes under it.

    `raises` names the exception that the rule predicts, or several with "or" between; empty where nothing raises.  Of
    several findings of one code with the same `mistake` the first is reported.  `anywhere`: it is told of the place of
    `node`, whichever function that stands in.  `ends`: of all such findings of one event's node, whatever their codes,
    only the first comes about.  `since`: the lines on which that happened because of which this is a mistake, where one
    path is enough for it: another one may be excluded by its conditions.  `until`: the lines to which such a path goes
    on, where it is not that of `node`.
    """

    node: Context
    message: str
    notes: tuple[str, ...] = ()
    raises: str = ""
    mistake: Hashable = None
    anywhere: bool = False
    ends: bool = False
    since: tuple[int, ...] = ()
    until: tuple[int, ...] = ()

    @property
    def raised(self) -> list[str]:
        """The names of the exceptions of which one is raised."""
        return self.raises.split(" or ") if self.raises else []


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of one event in one path state; `key` tells several verdicts on one node apart.

    `decisive`: the path is one that the author wrote (the next turn of a loop), so other paths do not matter.
    """

    key: Hashable
    finding: Finding | None
    decisive: bool = False


class Rule(Protocol):
    """One error code.

    `calls` are the bare names of library calls at which the rule may report beside those that the stubs tell of (a
    parameter that raises for a state, or that crosses a boundary): a function that has none is not analysed.
    """

    code: str
    quantifier: Quantifier
    calls: tuple[str, ...]

    def check(self, event: Event, store: Store) -> Iterable[Verdict]:
        """The verdicts on an event; none where the rule has nothing to do with it."""


#: One way in which an instance may stand, what brought it there, and the instance.
Known: TypeAlias = tuple[Situation | Unknown, Origin | None, InstanceFacts | None]


def situations_of(store: Store, value: Value) -> Iterator[Known]:
    """Every way in which the instance that a value is may stand; None, which raises at once, is left out."""
    for atom in sorted(value - {NONE}, key=repr):
        facts = store.heap.get(atom) if isinstance(atom, ObjectId) else None
        if isinstance(facts, InstanceFacts):
            for situation, origin in facts.situations.items():
                yield situation, origin, facts
        else:
            yield Unknown.UNKNOWN, None, None


def text_of(node: Context | None) -> str:
    """The source of an expression, short enough for a message."""
    match node:
        case NameExpr():
            return node.name
        case SuperExpr():
            return "super()"
        case MemberExpr():
            return f"{text_of(node.expr)}.{node.name}"
        case CallExpr():
            return f"{text_of(node.callee)}({'...' if node.args else ''})"
        case IndexExpr():
            index = node.index
            inner = repr(index.value) if isinstance(index, (IntExpr, StrExpr)) else "..."
            return f"{text_of(node.base)}[{inner}]"
        case AwaitExpr():
            return f"await {text_of(node.expr)}"
        case StarExpr():
            return text_of(node.expr)
        case LambdaExpr():
            return "lambda"
        case _:
            return "this value"


def lines(*origins: Origin | None) -> tuple[int, ...]:
    """The lines of events that are known."""
    return tuple(origin.line for origin in origins if origin is not None and origin.line)


def quoted(node: Context | None) -> str:
    """An expression as a message names it."""
    text = text_of(node)
    return text if text == "this value" else f'"{text}"'


def why(situation: Situation, origin: Origin | None) -> str:
    """`persistent (loaded at line 12)`: the state and what brought it."""
    state = "marked for deletion" if situation.marked else situation.state.value
    return state if origin is None else f"{state} ({origin})"


def listing(words: Iterable[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    items = list(dict.fromkeys(words))
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"
