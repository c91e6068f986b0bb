"""What a type says of the instances at a position: which states it admits, and what they become."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    TypeAliasType,
    TypeType,
    TypeVarType,
    get_proper_type,
)

from mypy_session_plugin.facts.lending import ENDINGS, Lent
from mypy_session_plugin.facts.records import dataclass, replace
from mypy_session_plugin.facts.states import ATTACHED, State
from mypy_session_plugin.mypy_compat.signatures import alias_of
from mypy_session_plugin.mypy_compat.types import info_of, is_none, is_recursive, union_items
from mypy_session_plugin.semantics.shapes import COLLECTIONS, FIRST_ARGUMENT, PHANTOM_STATES

#: What `Added` admits: `add()` raises only for a deleted instance.
ADDABLE = frozenset({State.TRANSIENT, State.PENDING, State.PERSISTENT, State.DETACHED})
#: What a generator function, and an async one, gives its caller: the type arguments of what is yielded and returned.
YIELDING = frozenset(
    {
        "typing.Iterator",
        "typing.Iterable",
        "typing.Generator",
        "typing.AsyncIterator",
        "typing.AsyncIterable",
        "typing.AsyncGenerator",
    }
)
#: What the names of the phantom types of boundaries begin with.
CROSSES = "Crosses"
#: What the new owner of a session does with it in the end.
OWNS = frozenset({"close"})
COROUTINES = frozenset({"typing.Coroutine", "types.CoroutineType", "typing.Awaitable"})


@dataclass(frozen=True, slots=True)
class Declared:
    """What is declared of the instances at one position.

    `states` are those admitted of an instance itself, None if nothing is declared of it.  `after` are the states that
    `Becomes` changes them to; `added` marks `Added`.  `session` is the place that `In` names.  `elements` is what is
    declared of the elements of a container, `items` of those of a tuple, one by one.
    """

    states: frozenset[State] | None = None
    after: frozenset[State] | None = None
    added: bool = False
    session: str | None = None
    elements: Declared | None = None
    items: tuple[Declared | None, ...] | None = None


def declared_of(type_: Type | None, depth: int = 0) -> Declared | None:
    """What a type declares of the values at its position; None if it declares nothing."""
    if type_ is None or depth > 6:
        return None
    phantom = alias_of(type_)
    if phantom is not None:
        return _of_phantom(phantom[0].rpartition(".")[2], phantom[1], depth)
    parts = [part for part in union_items(type_) if not is_none(part)]
    if len(parts) == 1 and alias_of(parts[0]) is None:
        return _of_container(parts[0], depth)
    return _of_union(parts, depth)


def sessions_named(declared: Declared | None) -> Iterator[str]:
    """The parameters that `In` names anywhere in a declaration."""
    if declared is not None:
        if declared.session is not None:
            yield declared.session.partition(".")[0]
        for part in (declared.elements, *(declared.items or ())):
            yield from sessions_named(part)


def _of_phantom(name: str, arguments: Sequence[Type], depth: int) -> Declared | None:
    if not arguments:
        return None
    inner = declared_of(arguments[0], depth + 1)
    if name == "Becomes":
        after = declared_of(arguments[1], depth + 1) if len(arguments) > 1 else None
        return inner if inner is None or after is None else _becoming(inner, after)
    if name == "In":
        return None if inner is None else replace(inner, session=literal_text(arguments[1]))
    states = ADDABLE if name == "Added" else PHANTOM_STATES.get(name)
    if states is None:
        return inner
    if inner is not None and inner.states is not None:
        return replace(inner, states=inner.states & states or states)
    return _spread(arguments[0], Declared(states, added=name == "Added"))


def _spread(type_: Type, declared: Declared) -> Declared:
    """`Persistent[list[User]]` says it of the elements."""
    proper = get_proper_type(type_)
    if isinstance(proper, Instance) and proper.type.fullname in COLLECTIONS and proper.args:
        return Declared(elements=declared)
    return declared


def _becoming(before: Declared, after: Declared) -> Declared:
    if before.states is not None and after.states is not None:
        return replace(before, after=after.states)
    if before.elements is not None and after.elements is not None:
        return replace(before, elements=_becoming(before.elements, after.elements))
    return before


def _of_container(type_: Type, depth: int) -> Declared | None:
    proper = get_proper_type(type_)
    if isinstance(proper, TupleType):
        items = tuple(declared_of(item, depth + 1) for item in proper.items)
        return Declared(items=items) if any(items) else None
    if isinstance(proper, Instance) and proper.type.fullname in COLLECTIONS and proper.args:
        position = 0 if proper.type.fullname in FIRST_ARGUMENT else -1
        elements = declared_of(proper.args[position], depth + 1)
        return None if elements is None else Declared(elements=elements)
    return None


def _of_union(parts: Sequence[Type], depth: int) -> Declared | None:
    """A union admits what any of its parts admits; a part that may be an instance in any state admits all."""
    found: list[Declared] = []
    for part in parts:
        declared = declared_of(part, depth + 1)
        if declared is not None:
            found.append(declared)
        elif _may_be_instance(part):
            return None
    instances = [item for item in found if item.states is not None]
    containers = [item for item in found if item.elements is not None or item.items is not None]
    if len(containers) > 1:
        containers = []
    if not instances:
        return containers[0] if containers else None
    states: frozenset[State] = frozenset().union(*(item.states or frozenset() for item in instances))
    changing = [item for item in instances if item.after is not None or item.added]
    places = {item.session for item in instances if (item.states or frozenset()) & ATTACHED}
    merged = Declared(states, session=places.pop() if len(places) == 1 else None)
    if changing:
        merged = replace(changing[0], states=states) if len(instances) == 1 else merged
    return replace(merged, elements=containers[0].elements, items=containers[0].items) if containers else merged


def _may_be_instance(type_: Type) -> bool:
    proper = get_proper_type(type_)
    match proper:
        case AnyType() | TypeVarType():
            return True
        case NoneType() | LiteralType() | CallableType() | TypeType() | TupleType():
            return False
        case Instance():
            return proper.type.module_name != "builtins" or proper.type.fullname == "builtins.object"
        case _:
            return True


def literal_text(type_: Type) -> str | None:
    """The text in `Literal["session"]`."""
    proper = get_proper_type(type_)
    return proper.value if isinstance(proper, LiteralType) and isinstance(proper.value, str) else None


def written_around(type_: Type | None) -> Iterator[tuple[str, Sequence[Type]]]:
    """The phantom types that are written around a type, or a part of a union, each by its name and its arguments."""
    for part in union_items(type_) if type_ is not None else ():
        phantom = alias_of(part)
        while phantom is not None:
            yield phantom[0].rpartition(".")[2], phantom[1]
            phantom = alias_of(phantom[1][0]) if phantom[1] else None


def performed(type_: Type | None) -> frozenset[str] | None:
    """What `Performs` says that a function does with a session; None where it says nothing."""
    for name, arguments in written_around(type_):
        if name == "Performs" and len(arguments) == 2:
            found = [literal_text(item) for item in union_items(arguments[1])]
            return frozenset(text for text in found if text is not None)
    return None


def is_written_as(type_: Type | None, names: Collection[str]) -> bool:
    """Whether one of these phantom types is written around a type: `Synchronized[Session]`."""
    return any(name in names for name, _arguments in written_around(type_))


def lent_as(type_: Type | None, by: str = "") -> Lent | None:
    """How a type lends the session at its place, `by` whom; None where it does not."""
    if is_written_as(type_, ("Borrowed",)):
        return Lent(by=by)
    permitted = performed(type_)
    return None if permitted is None else Lent(permitted, by)


def demanded(type_: Type | None) -> frozenset[str]:
    """What is done with a session that comes to a place of this type, of what is left to the owner of one."""
    if is_written_as(type_, ("Owned",)):
        return OWNS
    return (performed(type_) or frozenset()) & ENDINGS


def crossed_by(type_: Type | None) -> str | None:
    """The boundary that a parameter of the type crosses (`thread`, `task`, `process`); None for none."""
    found = (
        name.removeprefix(CROSSES).lower() for name, _arguments in written_around(type_) if name.startswith(CROSSES)
    )
    return next(found, None)


def awaited(type_: Type) -> Type | None:
    """What awaiting a coroutine gives; None for what is no coroutine."""
    proper = get_proper_type(type_)
    if isinstance(proper, Instance) and proper.type.fullname in COROUTINES and proper.args:
        return proper.args[-1]
    return None


def yielded(type_: Type) -> Type | None:
    """What a generator yields; None for what is none."""
    proper = get_proper_type(type_)
    if isinstance(proper, Instance) and proper.type.fullname in YIELDING and proper.args:
        return proper.args[0]
    return None


def returned(type_: Type, is_coroutine: bool, is_generator: bool) -> Type | None:
    """What `return` gives in a function whose signature has this result."""
    if is_generator:
        proper = get_proper_type(type_)
        is_full = isinstance(proper, Instance) and proper.type.fullname == "typing.Generator" and len(proper.args) == 3
        return proper.args[2] if is_full and isinstance(proper, Instance) else None
    return awaited(type_) if is_coroutine else type_


def text_of_type(type_: Type) -> str:
    """A type as its author wrote it, by short names."""
    phantom = alias_of(type_)
    if phantom is not None:
        arguments = ", ".join(text_of_type(argument) for argument in phantom[1])
        return f"{phantom[0].rpartition('.')[2]}[{arguments}]"
    if isinstance(type_, TypeAliasType) and type_.alias is not None and is_recursive(type_):
        return type_.alias.name
    parts = list(union_items(type_))
    values = [literal_text(part) for part in parts]
    if len(parts) > 1 and None not in values:
        quoted = ", ".join(f'"{value}"' for value in values)
        return f"Literal[{quoted}]"
    if len(parts) > 1:
        return " | ".join(text_of_type(part) for part in parts)
    if alias_of(parts[0]) is not None:
        return text_of_type(parts[0])
    proper = get_proper_type(parts[0])
    match proper:
        case NoneType():
            return "None"
        case AnyType():
            return "Any"
        case LiteralType():
            return f'Literal["{proper.value}"]' if isinstance(proper.value, str) else f"Literal[{proper.value!r}]"
        case TupleType():
            return f"tuple[{', '.join(text_of_type(item) for item in proper.items)}]"
        case TypeVarType():
            return proper.name
        case Instance() if proper.args:
            return f"{proper.type.name}[{', '.join(text_of_type(item) for item in proper.args)}]"
    info = info_of(proper)
    return "..." if info is None else info.name
