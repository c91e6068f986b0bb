"""The phantom types: facts about sessions and their instances, written into signatures.

Every name here is a generic alias of its first argument: `Persistent[User]` is `User` to each type checker, to an
IDE and to libraries that read annotations while the program runs (pydantic, FastAPI, typeguard).  Only the mypy
plugin reads the rest.  mypy keeps the alias in signatures under its full name, `mypy_session_plugin.phantom.X`.

The module imports nothing but `typing`, because applications import it in production.

Source: `Annotated` is PEP 593, `TypeAliasType` is PEP 695.  The states are those of
https://docs.sqlalchemy.org/en/20/orm/session_state_management.html#quickie-intro-to-object-states.
"""

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import TypeAliasType

__all__ = [
    "Added",
    "Attached",
    "Becomes",
    "Borrowed",
    "CrossesProcess",
    "CrossesTask",
    "CrossesThread",
    "Deleted",
    "Detached",
    "In",
    "Live",
    "Loaded",
    "Marker",
    "Owned",
    "Pending",
    "Performs",
    "Persistent",
    "Synchronized",
    "Transient",
    "Unattached",
    "reveal_state",
]

T = TypeVar("T")


class Marker:
    """What a phantom type leaves in the metadata of `Annotated` while the program runs.

    `argument` is the second argument of the phantom types that have one, as it was written.
    """

    # Written by hand because a NamedTuple or dataclass would be a fifth of what importing the package costs.
    __slots__ = ("argument", "name")

    def __init__(self, name: str, argument: object = None) -> None:
        self.name = name
        self.argument = argument

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Marker) and (self.name, self.argument) == (other.name, other.argument)

    def __hash__(self) -> int:
        return hash((self.name, self.argument))

    def __repr__(self) -> str:
        return f"Marker({self.name!r})" if self.argument is None else f"Marker({self.name!r}, {self.argument!r})"


Transient = Annotated[T, Marker("Transient")]
"""An instance that no session knows and that has no row."""
Pending = Annotated[T, Marker("Pending")]
"""An instance that was added to a session and is not flushed yet."""
Persistent = Annotated[T, Marker("Persistent")]
"""An instance in a session that has a row."""
Deleted = Annotated[T, Marker("Deleted")]
"""An instance whose deletion was flushed, in a transaction that has not ended."""
Detached = Annotated[T, Marker("Detached")]
"""An instance that has, or had, a row and is in no session."""
Attached = Annotated[T, Marker("Attached")]
"""An instance in a session: pending, persistent or deleted."""
Unattached = Annotated[T, Marker("Unattached")]
"""An instance in no session: transient or detached."""
Added = Annotated[T, Marker("Added")]
"""A parameter that the call does to what `Session.add()` does.

A transient instance becomes pending, a detached one persistent; pending and persistent ones stay as they are.
"""
Owned = Annotated[T, Marker("Owned")]
"""A session whose ownership moves with it: as a parameter the callee must end it, as a result the caller."""
Borrowed = Annotated[T, Marker("Borrowed")]
"""A session that is lent: to be read, written and flushed, but not committed, rolled back, closed or kept."""
Synchronized = Annotated[T, Marker("Synchronized")]
"""A session whose sharing is guarded by other means, such as a lock."""
CrossesThread = Annotated[T, Marker("CrossesThread")]
"""A parameter that is handed to another thread."""
CrossesTask = Annotated[T, Marker("CrossesTask")]
"""A parameter that is handed to another task of the event loop."""
CrossesProcess = Annotated[T, Marker("CrossesProcess")]
"""A parameter that is handed to another process."""
Live = Annotated[T, Marker("Live")]
"""A result that lives only as long as the session that it came from."""

# An alias of two parameters that uses one cannot be written with Annotated, and at runtime most libraries do not
# look through a TypeAliasType: hence one form for the type checkers and another for the running program.
if TYPE_CHECKING:
    Second = TypeVar("Second")

    Becomes = TypeAliasType("Becomes", T, type_params=(T, Second))
    In = TypeAliasType("In", T, type_params=(T, Second))
    Loaded = TypeAliasType("Loaded", T, type_params=(T, Second))
    Performs = TypeAliasType("Performs", T, type_params=(T, Second))
else:

    class TwoArguments:
        """A phantom type with two arguments, which gives the first one, annotated with the second."""

        def __class_getitem__(cls, arguments: Any) -> Any:
            if not isinstance(arguments, tuple) or len(arguments) != 2:
                raise TypeError(f"{cls.__name__} takes two arguments, as in {cls.example}")
            return Annotated[arguments[0], Marker(cls.__name__, arguments[1])]

    class Becomes(TwoArguments):
        """A parameter whose argument changes its state in the call, from the first to the second."""

        example = "Becomes[Transient[User], Persistent[User]]"

    class In(TwoArguments):
        """An instance that belongs to the session at the named place, a parameter or an attribute."""

        example = 'In[User, Literal["session"]]'

    class Loaded(TwoArguments):
        """An instance whose named attributes are loaded."""

        example = 'Loaded[User, Literal["posts"]]'

    class Performs(TwoArguments):
        """A session parameter, with what the function does to it: it flushes, commits, rolls back, closes."""

        example = 'Performs[Session, Literal["flush"]]'


def reveal_state(instance: T, /) -> T:
    """Have the plugin say, in a note at this line, which state it knows the instance to be in.

    Args:
        instance: A mapped instance, a container of some, or a session.

    Returns:
        The argument itself; while the program runs the call does nothing.
    """
    return instance
