"""The decorators with which a session stub says what a library call does.

    class Session:
        @flushes(when="autoflush")
        @reads
        def scalars(self, statement: Select[T]) -> Live[ScalarResult[Persistent[T]]]: ...

They are for stub files (`.pyi`), which the plugin reads as text; at runtime each returns what it decorates.  Their
parameters are the vocabulary of the stub reader: an argument that is not here is an error there.

`when` says on which way an effect occurs: of an exit (`__exit__`, `__aexit__`) without an exception (`"ok"`), with
one (`"error"`) or both (`"always"`); of a call that may flush, only where the session flushes by itself
(`"autoflush"`), and of that, as of what reads or writes, only where something must be loaded (`"load"`), or for certain
only where the statement that is given is known to be of the ORM (`"statement"`); of a call that ends a transaction,
only if that one has not ended yet (`"running"`).
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, overload

from mypy_session_plugin.phantom import Marker

__all__ = [
    "CrossesInterpreter",
    "Kept",
    "Marked",
    "any_session",
    "awaited",
    "begins",
    "calls",
    "calls_kept",
    "cascades",
    "closes",
    "deferred",
    "deletes",
    "each",
    "ends",
    "ends_scope",
    "enters",
    "entry_point",
    "exhausts",
    "expires",
    "flushes",
    "forgets",
    "guards",
    "joined",
    "keeps",
    "leaves",
    "moves",
    "puts",
    "raises",
    "reads",
    "refreshes",
    "runs_in_greenlet",
    "same_as",
    "serializes",
    "serves",
    "takes",
    "through",
    "writes",
]

T = TypeVar("T")
Decorated = TypeVar("Decorated", bound=Callable[..., Any])
When: TypeAlias = Literal["always", "ok", "error", "autoflush", "load", "running", "statement"]
State: TypeAlias = Literal["transient", "pending", "persistent", "deleted", "detached"]

Marked = Annotated[T, Marker("Marked")]
"""A parameter that the call does to what `Session.delete()` does.

A detached or persistent instance becomes persistent and marked for deletion: the next flush deletes its row.
"""

CrossesInterpreter = Annotated[T, Marker("CrossesInterpreter")]
"""A parameter that is copied into another interpreter, as `CrossesProcess` is into another process."""

Kept = Annotated[T, Marker("Kept")]
"""A result that is what the object was given to keep (`@keeps`)."""


class _Decorator:
    """Returns what it decorates."""

    def __call__(self, decorated: Decorated, /) -> Decorated:
        return decorated


class _Effect:
    """A decorator that is written alone or with `when`: `@flushes` or `@flushes(when="autoflush")`."""

    @overload
    def __call__(self, decorated: Decorated, /) -> Decorated: ...
    @overload
    def __call__(self, /, *, when: When = ...) -> _Decorator: ...
    def __call__(self, decorated: Any = None, /, *, when: When = "always") -> Any:
        return _Decorator() if decorated is None else decorated


reads = _Effect()
"""The call selects rows: it begins a transaction and may write nothing."""
refreshes = _Effect()
"""The call loads the attributes of the instance that is given anew: all, or those in `attribute_names`."""
writes = _Effect()
"""The call writes rows, or marks what the next flush writes."""
deletes = _Effect()
"""The call deletes rows by a statement: instances of the session that it matches become deleted at once."""
flushes = _Effect()
"""The call flushes, hence may fail: pending instances become persistent, those marked for deletion deleted."""
joined = _Effect()
"""The caller waits until what was handed over has ended."""
runs_in_greenlet = _Effect()
"""The function that is given runs in a greenlet: inside it, implicit IO on an AsyncSession is allowed."""
entry_point = _Effect()
"""The function of the user that it decorates is called by a framework, concurrently with others."""
any_session = _Effect()
"""The states that the signature names are those in any session, not in the receiver."""


leaves = _Effect()
"""The call leaves the context managers that `@enters` has entered, the last one first."""


def moves(
    *,
    new: State | None = None,
    pending: State | None = None,
    persistent: State | None = None,
    deleted: State | None = None,
    marked: State | None = None,
    when: When = "always",
) -> _Decorator:
    """Every instance of the session changes its state: those in the named one become what the argument says.

    Args:
        new: What becomes of the instances that are new in this transaction.
        pending: What becomes of the pending ones.
        persistent: What becomes of the persistent ones.
        deleted: What becomes of the deleted ones.
        marked: What becomes of the persistent ones that are marked for deletion.
        when: On which way; see the module.
    """
    return _Decorator()


@overload
def expires(decorated: Decorated, /) -> Decorated: ...
@overload
def expires(
    what: Literal["all", "instance", "unset"] = ..., *, unless: str | None = ..., when: When = ...
) -> _Decorator: ...
def expires(what: Any = "all", *, unless: str | None = None, when: When = "always") -> Any:
    """The call expires the loaded attributes: the next read of one loads it again.

    Args:
        what: Those of all persistent instances of the session, of the instance that is given, or (`"unset"`) those of
            that one which the program has given no value.
        unless: A setting of the session under which it does not, as `"not expire_on_commit"`.
        when: On which way; see the module.
    """
    return what if callable(what) else _Decorator()


@overload
def begins(decorated: Decorated, /) -> Decorated: ...
@overload
def begins(kind: Literal["root", "nested", "auto"] = ..., *, when: When = ...) -> _Decorator: ...
def begins(kind: Any = "root", *, when: When = "always") -> Any:
    """The call begins a transaction, a savepoint (`"nested"`), or a transaction if none runs yet (`"auto"`).

    What reads or writes begins one by itself.
    """
    return kind if callable(kind) else _Decorator()


def ends(outcome: Literal["commit", "rollback"], *, when: When = "always") -> _Decorator:
    """The call ends the transaction of the receiver."""
    return _Decorator()


@overload
def closes(decorated: Decorated, /) -> Decorated: ...
@overload
def closes(*, of: Literal["current"] | None = ..., reusable: bool = ..., when: When = ...) -> _Decorator: ...
def closes(decorated: Any = None, /, *, of: str | None = None, reusable: bool = False, when: When = "always") -> Any:
    """The call ends the life of the receiver.

    Args:
        decorated: The function, where the decorator is written without arguments.
        of: `"current"` for a registry: it closes the session that it holds, not itself.
        reusable: The receiver may be used again, and then begins anew.
        when: On which way; see the module.
    """
    return _Decorator() if decorated is None else decorated


def calls(parameter: str, *, when: When = "always") -> _Decorator:
    """The argument of that parameter is called before the call returns."""
    return _Decorator()


def through(method: str) -> _Decorator:
    """The call does its work through this other method of its session.

    Where a subclass overrides that one, nothing is known of the call.  Whatever `@flushes` works through `flush()`, and
    whatever `@reads` through `execute()`; that need not be written.

    Args:
        method: The name of the method.
    """
    return _Decorator()


def cascades(kind: Literal["merge", "expunge", "refresh-expire"]) -> _Decorator:
    """The call does the same to the instances that this cascade of their relationships leads to.

    That `Added` follows "save-update" and `Marked` "delete" needs no word.
    """
    return _Decorator()


def keeps(parameter: str) -> _Decorator:
    """The object that is made uses the argument of that parameter later, whoever gets it: a response its content."""
    return _Decorator()


def each(decorated: Decorated, /) -> Decorated:
    """The function that is given runs once for each element of the iterables that cross.

    Of an `Iterable[Iterable[object]]` it gets the items of each element.
    """
    return decorated


def deferred(decorated: Decorated, /) -> Decorated:
    """What is given runs once the caller has returned, and whoever called that one waits for it."""
    return decorated


def serializes(form: Literal["pickle", "dill", "json"]) -> _Decorator:
    """The arguments that cross are written out before the call returns; nothing runs.

    Args:
        form: What writes them: `"json"` takes no mapped instance, neither takes a session.
    """
    return _Decorator()


def puts(parameter: str) -> _Decorator:
    """The argument of that parameter is given to whoever takes it out of the receiver: a queue's `put()`."""
    return _Decorator()


def takes(decorated: Decorated, /) -> Decorated:
    """The call gives out what was put into the receiver: a queue's `get()`."""
    return decorated


def calls_kept(method: str, *, when: When = "always") -> _Decorator:
    """The call calls this method of what the object was given to keep (`@keeps`).

    Args:
        method: The name of the method.
        when: On which way; see the module.
    """
    return _Decorator()


def exhausts(parameter: str) -> _Decorator:
    """The call goes through the iterable of that parameter before it returns.

    Of a function of which a stub says only this or `@forgets`, nothing else is known: its calls are what they are
    without a stub.
    """
    return _Decorator()


def forgets(decorated: Decorated, /) -> Decorated:
    """The call only looks at what it is given: nobody has it once the call has returned."""
    return decorated


def ends_scope(decorated: Decorated, /) -> Decorated:
    """The block of a context that was made for it ends: every extension object's registry removes its session there.

    Source: https://flask-sqlalchemy.readthedocs.io/en/stable/contexts/.
    """
    return decorated


def enters(parameter: str) -> _Decorator:
    """The call enters the context manager that this parameter is given, and gives what that gives.

    The receiver leaves it where a method of its own says `@leaves`.
    """
    return _Decorator()


def raises(text: str) -> _Decorator:
    """The error of SQLAlchemy for an instance in a state that the parameters do not admit.

    Args:
        text: Exception and message, as SQLAlchemy gives them.
    """
    return _Decorator()


@overload
def guards(decorated: Decorated, /) -> Decorated: ...
@overload
def guards(*, places: str) -> _Decorator: ...
def guards(decorated: Any = None, /, *, places: str = "") -> Any:
    """A class that is a lock: its `with` block guards what stands in it from code of other threads and tasks.

    Args:
        decorated: The class, where the decorator is written without arguments.
        places: The first parameter of the constructor, where that says how many may be in the block at once: an object
            that lets in more than one guards nothing.  One may, where it is not given.
    """
    return _Decorator() if decorated is None else decorated


def serves(*methods: str) -> _Decorator:
    """A class whose methods of these names run requests or tasks of the application, or leave a context of it.

    They are unknown code, by which the session of a registry may have ended.
    """
    return _Decorator()


def same_as(
    method: object, *, gives: type[Any] | None = None, live: bool = True, through: str | tuple[str, ...] = ()
) -> Any:
    """Say of a method of a class in a stub that it is as one of another class.

        begin_nested = same_as(Session.begin_nested, gives=Savepoint)

    Without arguments the name alone says the same: `add = Session.add`.  What is taken over are parameters, result and
    effects, but for `@through`, which speaks of the other class's own methods.

    Args:
        method: The method of the other class.
        gives: The class that the result has instead of the one that is named there; its arguments stay.
        live: Whether a result that is `Live` there is so here.
        through: The methods of its own session that this one works through.
    """


def awaited(
    method: object, *, gives: type[Any] | None = None, live: bool = True, through: str | tuple[str, ...] = ()
) -> Any:
    """Say what `same_as` says, of a coroutine function."""
