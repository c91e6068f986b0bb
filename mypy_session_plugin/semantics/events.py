"""Events: what the reporting walk shows the rules, on one path state at a time."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from mypy.nodes import CallExpr, Context, Expression, FuncDef, MemberExpr

from mypy_session_plugin.facts.loading import Attribute
from mypy_session_plugin.facts.objects import HandOver
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.session_life import Closing
from mypy_session_plugin.facts.states import State
from mypy_session_plugin.facts.unnoticed import Cause
from mypy_session_plugin.facts.values import ObjectId, Value
from mypy_session_plugin.facts.work import Work
from mypy_session_plugin.flow.fixpoint import Fixpoint
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.shared_sessions import SharedSession

if TYPE_CHECKING:
    from mypy_session_plugin.semantics.world import World


@dataclass(frozen=True, slots=True)
class CallEvent:
    """A call of a stubbed function is about to have its effects; `session` is the one that it works with.

    `receiver` is what a method is called on, `raising` tells that an exception is under way which nobody has caught.
    """

    node: Context
    name: str
    session: Value
    call: BoundCall
    callee: Expression | None
    receiver: Value = frozenset()
    raising: bool = False


@dataclass(frozen=True, slots=True)
class LoadEvent:
    """A mapped attribute of an instance is read; `raising` as that of a call."""

    node: Context
    value: Value
    name: str
    raising: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads an attribute that the code does not name there: `read` is as it would be written.

    `by` tells who reads it, `raises` the exception that it makes of any other; both empty if it is read as written.
    `ends`: of several that are read, the first that raises ends that.  `along`: the loader option that leads to the
    instance from the one that a statement gives, with a dot behind it.
    """

    read: MemberExpr
    by: str = ""
    raises: str = ""
    ends: bool = False
    along: str = ""


@dataclass(frozen=True, slots=True)
class AttributeEvent:
    """A mapped attribute is read of an instance; `class_name` is how the source calls the class that maps it.

    `waits`: it is read where an AsyncSession can load it.  `reader`: it is not read by the expression `node` itself.
    """

    node: Context
    value: Value
    attribute: Attribute
    class_name: str
    raising: bool = False
    waits: bool = False
    reader: Reader | None = None

    @property
    def expression(self) -> Context:
        """What is read, as a message names it."""
        return self.node if self.reader is None else self.reader.read


@dataclass(frozen=True, slots=True)
class PromiseEvent:
    """A value arrives where the attribute `name` of an instance is declared to be loaded; `where` tells that.

    `attribute` is None where the class, or how it maps the attribute, is not known.
    """

    node: Context
    expression: Context
    where: str
    value: Value
    name: str
    attribute: Attribute | None
    raising: bool = False


@dataclass(frozen=True, slots=True)
class PositionEvent:
    """A value arrives at a position with a phantom type that admits `states`.

    `where` is how a message tells what is declared there, `expression` the syntax of the value; `is_element` tells that
    the value is an element of what that syntax gives.  `strict`: an unknown state is wrong too.  `at_end`: the value is
    looked at when the function is left.
    """

    node: Context
    expression: Context
    where: str
    value: Value
    states: frozenset[State]
    is_element: bool = False
    strict: bool = False
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class BelongingEvent:
    """An instance arrives where `In` says that it belongs to `owner`; `where` is how a message tells that."""

    node: Context
    expression: Context
    where: str
    value: Value
    owner: Value


@dataclass(frozen=True, slots=True)
class OwnershipEvent:
    """A session arrives where more is done with it than may be done with one that is lent.

    `deeds` is what is done, in the words of `Lent.forbids`; `text` tells it in a message.
    """

    node: Context
    expression: Context
    value: Value
    deeds: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class DeclarationEvent:
    """A declaration is wrong by itself; `text` says why, and `code` by which rule."""

    node: Context
    text: str
    code: str = "session-state"


@dataclass(frozen=True, slots=True)
class SyncSqlEvent:
    """A coroutine sends SQL through the `sync_session` of an AsyncSession, by a call."""

    node: CallExpr
    session: Expression
    raising: bool


@dataclass(frozen=True, slots=True)
class RevealEvent:
    """`reveal_state(x)`."""

    node: Context
    value: Value
    is_session: bool


class Ending(Enum):
    """What ends the life of a session, as far as this function sees it.

    CLOSED: a call (`close()`, `reset()`, `invalidate()`, the `remove()` of a registry); BLOCK: its own `with` block is
    left; RETURN: the function returns or comes to its end; RAISE: an exception leaves the function; THROWN: the code
    that a generator has given the session to throws an exception in, which nothing there catches.
    """

    CLOSED = "closed"
    BLOCK = "block"
    RETURN = "return"
    RAISE = "raise"
    THROWN = "thrown"


@dataclass(frozen=True, slots=True)
class SessionEndEvent:
    """The life of a session ends on this path: it has been closed, or the function is left.

    `node` is the call, the manager of the block, or the function.  `raising`: an exception is under way that nobody
    has caught; `is_written`: the function is left by a `return`, a `raise` or its last line, that the author wrote.
    The store is as it is after the end.
    """

    node: Context
    session: ObjectId
    ending: Ending
    raising: bool = False
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a value to a session.

    `how` is `session` for the session itself, `result` or `streamed` for an unread result of it, `code` for what runs
    later and uses it.  `through` is the result, else the session; `text` is how the source calls that code and `line`
    where it was written.
    """

    session: ObjectId
    how: str
    through: ObjectId
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class EscapeEvent:
    """A value leaves the function, is kept elsewhere or is used.

    `place` is empty for what is returned, `used` for what is used, else where it is kept.  `way` is how it leads to a
    session that is closed by then (by `closing`), None where it does not.  `session` is how the source calls that one.
    """

    node: Context
    place: str
    way: Way | None
    session: str
    closing: Closing | None


@dataclass(frozen=True, slots=True)
class CommitEvent:
    """A call of `commit()` on a session, or on its root transaction, is about to have its effects.

    `work` is what was done before it; `splits` tells that a failure after it would leave a unit of work half done.
    """

    node: Context
    session: ObjectId
    work: Work
    splits: bool


@dataclass(frozen=True, slots=True)
class WriteEndEvent:
    """The life of a session ends after a certain write: `lost` tells that nothing on this path has dealt with it.

    `node` is what writes and `closed` the call or block that ends the life, or the function.  `chain` tells of the
    functions in which it is ended, where `closed` is the call of one.
    """

    node: Context
    session: ObjectId
    lost: bool
    ending: Ending
    closed: Context
    chain: str = ""


@dataclass(frozen=True, slots=True)
class UnnoticedEvent:
    """The function is left after a write of which no session took notice.

    `node` is what writes, `instance` what was written.  `lost` tells that nobody has dealt with it on this path, and
    `passed` that a commit passed it over (at `origin`, which else tells what made the write so).
    """

    node: Context
    cause: Cause
    instance: Value
    lost: bool
    passed: bool
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class CommitEndEvent:
    """The life of a session ends after a commit: `redundant` tells that it has done nothing on this path."""

    node: Context
    session: ObjectId
    redundant: bool


class Outcome(Enum):
    """What came of a hand-over on one path.

    CONCURRENT: the owner used the session before it waited; SHARED: another hand-over of it was still running; MANY: it
    was handed to several at once; AGAIN: the next turn of a loop handed it over once more; OWNER_OUTSIDE: it was never
    waited for, and its owner is a caller; WAITED: the owner did nothing with it until the end; UNUSED: it was never
    waited for and never used again; PASSED_ON: somebody else was given what can be waited for; ELSEWHERE: another
    report tells of it, or it is not certain that it is one session; SENT: it goes into another process, or is written
    out (`because` tells in which form), which is wrong whatever the owner does; ENDED: it will be used when the
    dependency that gave it has ended.
    """

    CONCURRENT = "concurrent"
    SHARED = "shared"
    MANY = "many"
    AGAIN = "again"
    OWNER_OUTSIDE = "owner outside"
    WAITED = "waited"
    UNUSED = "unused"
    PASSED_ON = "passed on"
    ELSEWHERE = "elsewhere"
    SENT = "sent"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class HandOverEvent:
    """It is known, on one path, what came of a hand-over; `because` says by what (`used at line 12`).

    `session` is how the source calls the session.
    """

    hand_over: HandOver
    outcome: Outcome
    session: str
    because: str = ""

    @property
    def node(self) -> Context:
        """The call that handed the session over."""
        return self.hand_over.node  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class SharedEvent:
    """A function that a framework calls for several requests at once uses, in `line`, a session that is made once."""

    node: FuncDef
    shared: SharedSession
    line: int


@dataclass(frozen=True, slots=True)
class Latent:
    """A fault in the body of a function, which is certain only with what the caller gives it.

    `code` is that of the rule, `place` tells the faults of one body apart, `text` says what is wrong and where,
    and `raises` names the exception that follows.
    """

    code: str
    place: Hashable
    text: str
    raises: str = ""


@dataclass(frozen=True, slots=True)
class CalleeEvent:
    """A function of the module is called whose body was followed, and in it something was told.

    `run` is how it was followed, with `world` around it; `found` is what is wrong in it because of the caller.
    `part` tells the parts of a body apart that run at different moments: before and after a `yield`.
    """

    node: Context
    world: World
    run: Fixpoint
    part: str = ""
    found: tuple[Latent, ...] = ()


Event: TypeAlias = (
    "CalleeEvent | CallEvent | LoadEvent | AttributeEvent | PromiseEvent | PositionEvent | BelongingEvent"
    " | OwnershipEvent | DeclarationEvent | RevealEvent | HandOverEvent | SharedEvent | SessionEndEvent | CommitEvent"
    " | WriteEndEvent | UnnoticedEvent | CommitEndEvent | EscapeEvent | SyncSqlEvent"
)
