"""Abstract values: what a variable may hold, as a set of atoms.

A value is a frozen set; the atom `UNKNOWN` in it says that something else is possible too.  Objects with facts that
change (instances, sessions, containers, results) are atoms of their own, `ObjectId`, whose facts are in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias

from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.unnoticed import Cause, Notice


class Unknown(Enum):
    """The element that every fact has besides its values: something that is not known."""

    UNKNOWN = "unknown"

    # A member is one object: the hash that `Enum` defines is of its name, and slow.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        """The name that `from values import UNKNOWN` gives it."""
        return "UNKNOWN"


UNKNOWN = Unknown.UNKNOWN


class ObjectId(NamedTuple):
    """One abstract object: the site that creates it and, of that site's objects, the most recent or all older ones.

    Recency abstraction: G. Balakrishnan, T. Reps, "Recency-Abstraction for Heap-Allocated Storage", SAS 2006.
    """

    kind: str
    site: Hashable
    older: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal; its type is kept apart, since `1 == True`."""

    type_name: str
    value: Hashable


NONE = Constant("NoneType", None)
TRUE = Constant("bool", True)
FALSE = Constant("bool", False)


class Subject(NamedTuple):
    """What a condition is about, so that both ways of a branch can remember it: a place and the test made of it."""

    place: tuple[str, ...]
    test: str
    operand: Hashable = None


@dataclass(frozen=True, slots=True)
class Test:
    """The outcome of a test: of a place (`subject`), and what its truth says of objects (`facts`).

    `positive` is False where the value is the opposite of the test.  `about` are the objects tested, `detail` the
    session of `x in session` or the state of `inspect(x).persistent`, and `part` the part of the session that is asked:
    `new`, `dirty` or `deleted`.
    """

    positive: bool
    subject: Subject | None
    about: frozenset[ObjectId] = frozenset()
    detail: ObjectId | str | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the checked code, by its syntax node; `captured` are the enclosing variables that it names.

    `defaults` are the values that its parameters have by default, as far as they are known: by name.
    """

    node: object
    captured: tuple[str, ...]
    full_name: str
    defaults: tuple[tuple[str, frozenset[Atom]], ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """A method bound to `receiver`; `node` is the MemberExpr that reads it."""

    receiver: frozenset[Atom]
    name: str
    node: object


@dataclass(frozen=True, slots=True)
class Bound:
    """A callable with its arguments: `functools.partial(function, *arguments)`, or the coroutine of a call.

    `call` is the syntax node of the call (or of `partial(...)`), in which the arguments stand; `held` are the
    values of its arguments in order, `stub` the session stub of a library's coroutine function.
    """

    how: str
    function: frozenset[Atom]
    held: tuple[frozenset[Atom], ...]
    call: object
    stub: object = None


@dataclass(frozen=True, slots=True)
class Unnoticed:
    """A write of which no session takes notice, by its syntax `node`; a variable of the analysis holds them.

    `instance` is what was written, `session` the one whose commit passes it over, `origin` what made it so, or what has
    passed it over.
    """

    node: object
    cause: Cause
    notice: Notice
    instance: frozenset[Atom]
    session: frozenset[Atom] = frozenset()
    origin: Origin | None = None


Atom: TypeAlias = "Unknown | Constant | ObjectId | Test | Function | Method | Bound | Unnoticed"
Value: TypeAlias = "frozenset[Atom]"

NOTHING_KNOWN: Value = frozenset({UNKNOWN})
NONE_VALUE: Value = frozenset({NONE})
_NO_OBJECTS: frozenset[ObjectId] = frozenset()

#: Carriers inside carriers beyond this depth are unknown, so that values stay finite in loops.
MAXIMUM_DEPTH = 3
#: More literals than this in one value are one unknown.
MAXIMUM_CONSTANTS = 12


def constant(value: Hashable) -> Value:
    """The value of a literal."""
    return frozenset({Constant(type(value).__name__, value)})


def join(values: Iterable[Value]) -> Value:
    """The union of values: what holds one of them.

    The unknown takes in all literals but None, and too many literals are unknown, so that a chain of joins ends.
    """
    result: Value = frozenset().union(*values)
    literals = [atom for atom in result if isinstance(atom, Constant)]
    if literals and (UNKNOWN in result or len(literals) > MAXIMUM_CONSTANTS):
        result = result.difference(atom for atom in literals if atom != NONE) | NOTHING_KNOWN
    return result


def objects(value: Value) -> frozenset[ObjectId]:
    """The objects among a value's atoms, not those inside carriers."""
    if value is NOTHING_KNOWN:
        return _NO_OBJECTS
    found = [atom for atom in value if isinstance(atom, ObjectId)]
    return frozenset(found) if found else _NO_OBJECTS


def is_parameter(atom: Atom) -> bool:
    """Whether an atom is the object that a parameter was given."""
    return isinstance(atom, ObjectId) and atom.kind == "parameter"


def is_plain(value: Value) -> bool:
    """Whether a value leads to nothing: it is unknown, or literals."""
    return value is NOTHING_KNOWN or all(isinstance(atom, (Unknown, Constant)) for atom in value)


def may_be_code(values: Iterable[Value]) -> bool:
    """Whether one of these values may be called by whoever gets it: all but known objects and literals."""
    return any(not isinstance(atom, (ObjectId, Constant)) for value in values for atom in value)


def parts(atom: Atom) -> Sequence[Value]:
    """The values directly inside a carrier; none in what is no carrier."""
    if isinstance(atom, Method):
        return (atom.receiver,)
    if isinstance(atom, Bound):
        return (atom.function, *atom.held)
    if isinstance(atom, Function):
        return [value for _name, value in atom.defaults]
    return (atom.instance, atom.session) if isinstance(atom, Unnoticed) else ()


def depth(value: Value) -> int:
    """How many carriers are nested in a value."""
    return max((1 + depth(part) for atom in value for part in parts(atom)), default=0)


def carrier(atom: Method | Bound | Function) -> Value:
    """The value of a carrier, or unknown where it would nest too deep."""
    value: Value = frozenset({atom})
    return value if depth(value) <= MAXIMUM_DEPTH else NOTHING_KNOWN


def rename(value: Value, change: Callable[[ObjectId], ObjectId]) -> Value:
    """The value with every object replaced, in carriers and tests too."""
    if not any(isinstance(atom, (ObjectId, Test, Method, Bound, Function, Unnoticed)) for atom in value):
        return value
    return frozenset(_rename_atom(atom, change) for atom in value)


def _rename_atom(atom: Atom, change: Callable[[ObjectId], ObjectId]) -> Atom:
    match atom:
        case ObjectId():
            return change(atom)
        case Test():
            detail = change(atom.detail) if isinstance(atom.detail, ObjectId) else atom.detail
            return replace(atom, about=frozenset(map(change, atom.about)), detail=detail)
        case Method():
            return replace(atom, receiver=rename(atom.receiver, change))
        case Bound():
            held = tuple(rename(value, change) for value in atom.held)
            return replace(atom, function=rename(atom.function, change), held=held)
        case Unnoticed():
            return replace(atom, instance=rename(atom.instance, change), session=rename(atom.session, change))
        case Function() if atom.defaults:
            return replace(atom, defaults=tuple((name, rename(value, change)) for name, value in atom.defaults))
        case _:
            return atom
