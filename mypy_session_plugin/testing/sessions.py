"""Sessions at places with phantom types: to whom they are lent or given, and what is done with them meanwhile.

A session that has come to such a place is watched: its methods, on the object itself, tell the watch before they run.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

#: What may end or begin a transaction, and hence is not for whoever has a session on loan.
ENDS = {
    "commit": "ends the transaction of its owner",
    "rollback": "ends the transaction of its owner, whose changes are gone",
    "close": "takes it from its owner, with all that it has loaded",
    "reset": "takes it from its owner, with all that it has loaded",
    "invalidate": "takes it from its owner, with its connection",
    "begin": "begins the transaction of its owner",
}
#: What else uses a session; queries and lazy loads come by execute().
_OTHER_USES = (
    "add", "add_all", "begin_nested", "connection", "delete", "execute", "expire", "expire_all", "expunge",
    "expunge_all", "flush", "get", "merge", "query", "refresh", "scalar", "scalars",
)  # fmt: skip
#: The phantom types of who must leave the session to its owner.
LENDING = frozenset({"Borrowed", "Performs"})
_CLOSING = ("close", "reset", "invalidate")
_CONCURRENT = "at best InvalidRequestError, sqlalche.me/e/20/isce"

Fail = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where code runs: a thread, and a task of the event loop in it."""

    thread: threading.Thread
    task: asyncio.Task[Any] | None

    @classmethod
    def here(cls) -> Place:
        """The running thread and task."""
        try:
            task = asyncio.current_task()
        except RuntimeError:  # no event loop runs in this thread
            task = None
        return cls(threading.current_thread(), task)

    def __str__(self) -> str:
        task = f' in the task "{self.task.get_name()}"' if self.task is not None else ""
        return f'the thread "{self.thread.name}"{task}'


@dataclass(frozen=True, slots=True, eq=False)
class Loan:
    """A session that a call has by a phantom type.

    `permitted` are the ends that it may bring about.
    """

    function: str
    name: str
    kind: str
    place: Place
    permitted: frozenset[str]


class Watch:
    """What is known of one session."""

    def __init__(self, session: Session, fail: Fail) -> None:
        self._session = weakref.ref(session)
        self._fail = fail
        self._numbers = count()
        self._loans: dict[Loan, int] = {}
        self._first_uses: dict[Place, int] = {}
        #: The objects that have the session on loan for as long as they live, by their identities.
        self._keepers: dict[int, tuple[weakref.ref[Any], Loan]] = {}
        self._guarded: list[str] = []
        #: Where a method of the session runs: what it calls of the others is its own affair.
        self._inside: set[Place] = set()
        self.is_synchronized = False
        #: The function that owned the session and has closed it.
        self.closed_by: str | None = None
        #: The function that gave out the session as `Owned`, until it is closed or given away.
        self.opened_by: str | None = None
        self.is_closed = False
        for name in (*ENDS, *_OTHER_USES):
            self._guard(session, name)

    def _guard(self, session: Session, name: str) -> None:
        method = getattr(type(session), name, None)
        # Who has put a method of their own on the object, as mocks do, keeps it.
        if method is None or name in vars(session):
            return
        # The session must not hold itself: it ends when its last user lets it go.
        reference = self._session

        @wraps(method)
        def guarded(*arguments: Any, **keywords: Any) -> Any:
            __tracebackhide__ = True
            here = Place.here()
            if here in self._inside:
                return method(reference(), *arguments, **keywords)
            nested = name == "begin" and (keywords.get("nested", False) or arguments[:1] == (True,))
            self._use("begin_nested" if nested else name, here)
            self._inside.add(here)
            try:
                return method(reference(), *arguments, **keywords)
            finally:
                self._inside.discard(here)

        vars(session)[name] = guarded
        self._guarded.append(name)

    def release(self) -> None:
        """Leave the session as it was."""
        session = self._session()
        for name in self._guarded if session is not None else ():
            vars(session).pop(name, None)

    def _use(self, method: str, here: Place) -> None:
        """A method of the session is about to run here."""
        self._first_uses.setdefault(here, next(self._numbers))
        if method in _CLOSING:
            self.is_closed = True
        elif self.closed_by is not None:
            self._fail(f"the session was given to {self.closed_by} (Owned), which closed it; {method}() uses it again")
        for loan in reversed(list(self._loans)):
            self._use_during(loan, method, here)

    def _use_during(self, loan: Loan, method: str, here: Place) -> None:
        if self._crosses(loan, here):
            what = "task" if here.thread is loan.place.thread else "thread"
            lent = f'"{loan.name}" is lent to {loan.function} in {loan.place}'
            self._fail(
                f"{lent}, and {method}() uses it in {here} meanwhile; a session belongs to one {what} ({_CONCURRENT})"
            )
        if method in ENDS and method not in loan.permitted:
            self._fail(f'"{loan.name}" is only lent to {loan.function} ({loan.kind}); {method}() {ENDS[method]}')

    def _crosses(self, loan: Loan, here: Place) -> bool:
        """Whether a use here is one at the same time as that of the loan, for certain.

        A thread that is waited for is another thread still.  A task that is waited for is alone: both use the session
        only where the user had it before, and so has given it to the task of the loan.
        """
        if self.is_synchronized or here == loan.place:
            return False
        return here.thread is not loan.place.thread or self._first_uses[here] < self._loans[loan]

    def arrive(self, loan: Loan) -> None:
        """A function is given the session."""
        if loan.kind == "Owned":
            self._give_away(loan)
        self._first_uses.setdefault(loan.place, next(self._numbers))

    def _give_away(self, loan: Loan) -> None:
        if self.closed_by is not None:
            self._fail(f'"{loan.name}" was given to {self.closed_by} (Owned) before; {loan.function} is given it again')
        lent = next((other for other in self._loans if other.kind != "Owned"), None)
        if lent is not None:
            self._fail(
                f'"{loan.name}" is only lent to {lent.function} ({lent.kind}); {loan.function} takes it as Owned'
            )
        self.is_closed, self.opened_by = False, None

    def begin(self, loan: Loan) -> None:
        """A function runs with the session, or, a generator, goes on with it."""
        self._loans[loan] = next(self._numbers)

    def end(self, loan: Loan) -> None:
        """A function has returned, or a generator given a value."""
        self._loans.pop(loan, None)

    def keep(self, holder: object, loan: Loan) -> None:
        """An object was lent the session for as long as it lives."""
        # One that cannot be told from a later one at its place is let go.
        with suppress(TypeError):
            self._keepers[id(holder)] = (weakref.ref(holder), loan)

    def kept_by(self, holder: object) -> Loan | None:
        """The loan by which an object keeps the session."""
        reference, loan = self._keepers.get(id(holder), (None, None))
        return loan if reference is not None and reference() is holder else None

    def give_up(self, loan: Loan) -> None:
        """A function that owns the session has returned."""
        if self.is_closed:
            self.closed_by = loan.function

    def given_out(self, function: str) -> None:
        """A function has returned the session as `Owned`."""
        self.closed_by, self.opened_by, self.is_closed = None, function, False

    @property
    def is_left_open(self) -> bool:
        """Whether an `Owned` session is still at work."""
        session = self._session()
        return self.opened_by is not None and session is not None and session.in_transaction()


class Watches:
    """The watched sessions."""

    def __init__(self, fail: Fail) -> None:
        self._fail = fail
        self._watches: weakref.WeakKeyDictionary[Session, Watch] = weakref.WeakKeyDictionary()

    def of(self, session: Session) -> Watch:
        """The watch of a session, which begins with the first call."""
        watch = self._watches.get(session)
        if watch is None:
            watch = self._watches[session] = Watch(session, self._fail)
        return watch

    def left_open(self) -> list[Watch]:
        """The sessions that were given out as `Owned` and that nobody has ended."""
        return [watch for watch in self._watches.values() if watch.is_left_open]

    def release(self) -> None:
        """Leave all sessions as they were."""
        for watch in self._watches.values():
            watch.release()
        self._watches.clear()
