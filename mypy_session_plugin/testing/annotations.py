"""What the annotations of a function say of the instances and sessions at its parameters and its result."""

from __future__ import annotations

import builtins
import collections.abc
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ForwardRef, Literal, TypeVar, Union, get_args, get_origin

from mypy_session_plugin import phantom
from mypy_session_plugin.phantom import Marker

ATTACHED = frozenset({"pending", "persistent", "deleted"})
STATES = {
    "Transient": frozenset({"transient"}),
    "Pending": frozenset({"pending"}),
    "Persistent": frozenset({"persistent"}),
    "Deleted": frozenset({"deleted"}),
    "Detached": frozenset({"detached"}),
    "Attached": ATTACHED,
    "Unattached": frozenset({"transient", "detached"}),
    "Added": frozenset({"transient", "pending", "persistent", "detached"}),
}
OWNERSHIP = frozenset({"Owned", "Borrowed", "Performs", "Synchronized"})
_ITERATORS = (collections.abc.Iterator, collections.abc.Iterable, collections.abc.Generator)
_ASYNC_ITERATORS = (
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
)


@dataclass(frozen=True, slots=True)
class Alternative:
    """One member of a union: the class that it is for, and what it says of such an object.

    `states` and `after` are None where it says nothing; `elements` are those of a container, one for each element of a
    tuple of fixed length.
    """

    class_: type | None = None
    states: frozenset[str] | None = None
    after: frozenset[str] | None = None
    loaded: tuple[str, ...] = ()
    place: str | None = None
    ownership: frozenset[str] = frozenset()
    performs: frozenset[str] = frozenset()
    elements: tuple[Declared, ...] = ()
    is_fixed_tuple: bool = False
    is_mapping: bool = False
    #: Whether others than phantom types annotate it: `Depends(...)` of a framework.
    is_filled_in: bool = False

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to assert of such an object."""
        of_itself = self.states is None and self.after is None and not self.loaded and not self.ownership
        return of_itself and all(element.says_nothing for element in self.elements)


@dataclass(frozen=True, slots=True)
class Declared:
    """What an annotation says: one alternative for each member of its union, and how it is written."""

    text: str
    alternatives: tuple[Alternative, ...] = field(default=())

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to assert at this place."""
        return all(alternative.says_nothing for alternative in self.alternatives)

    @property
    def ownership(self) -> frozenset[str]:
        """The phantom types of a session: `Borrowed`, `Owned`."""
        return frozenset().union(*(alternative.ownership for alternative in self.alternatives))

    def admits(self, value: object) -> Iterator[Alternative]:
        """The alternatives for an object of this class."""
        for alternative in self.alternatives:
            if alternative.class_ is None or _is_instance(value, alternative.class_):
                yield alternative


class _UnseenMeta(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unseen

    def __getitem__(cls, arguments: object) -> Any:
        return Unseen


class Unseen(metaclass=_UnseenMeta):
    """Stands for a name that is imported only for type checkers."""


class _Names(Mapping[str, object]):
    """The names that an annotation in quotes can use."""

    def __init__(self, names: Mapping[str, object]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> object:
        for known in (self._names, vars(builtins)):
            if name in known:
                return known[name]
        return getattr(phantom, name) if name in phantom.__all__ else getattr(typing, name, Unseen)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read(annotation: object, names: Mapping[str, object]) -> Declared:
    """Read an annotation, of which quotes may be around the whole or a part.

    Args:
        annotation: The annotation as the function has it.
        names: The global names of the function's module.
    """
    resolved = _resolved(annotation, names)
    text = written(resolved)
    if isinstance(annotation, str) and Unseen.__name__ in text:
        text = annotation
    return Declared(text, tuple(_alternatives(resolved, names)))


def yielded(annotation: object, names: Mapping[str, object]) -> Declared | None:
    """What the annotation of a generator function says of each element; None for any other annotation."""
    resolved = _resolved(annotation, names)
    if get_origin(resolved) in (*_ITERATORS, *_ASYNC_ITERATORS):
        return read(get_args(resolved)[0], names)
    return None


def _resolved(annotation: object, names: Mapping[str, object]) -> object:
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        try:
            # As typing.get_type_hints() does; but a name that is imported only for type checkers hides no others.
            return eval(annotation, {}, _Names(names))
        except Exception:  # What cannot be read says nothing: the type checker has told why.
            return Any
    # `type Saved = ...` and TypeAliasType
    value = getattr(annotation, "__value__", annotation)
    return value if value is annotation else _resolved(value, names)


def _alternatives(hint: object, names: Mapping[str, object]) -> Iterator[Alternative]:
    hint = _resolved(hint, names)
    if hint is None or hint is type(None):
        yield Alternative(type(None))
    elif get_origin(hint) in (Union, types.UnionType):
        for member in get_args(hint):
            yield from _alternatives(member, names)
    elif get_origin(hint) is Annotated:
        core, *metadata = get_args(hint)
        for alternative in _alternatives(core, names):
            yield _annotated(alternative, metadata, names)
    else:
        yield _plain(hint, names)


def _annotated(alternative: Alternative, metadata: list[object], names: Mapping[str, object]) -> Alternative:
    for item in metadata:
        if not isinstance(item, Marker):
            alternative = replace(alternative, is_filled_in=True)
        elif item.name in STATES:
            after = ATTACHED - {"deleted"} if item.name == "Added" else alternative.after
            alternative = replace(alternative, states=STATES[item.name], after=after)
        elif item.name == "Becomes":
            said = [inner.states for inner in _alternatives(item.argument, names)]
            after = None if None in said else frozenset().union(*(states for states in said if states is not None))
            alternative = replace(alternative, after=after)
        elif item.name == "Loaded":
            alternative = replace(alternative, loaded=(*alternative.loaded, *_literals(item.argument)))
        elif item.name == "In":
            alternative = replace(alternative, place=next(iter(_literals(item.argument)), None))
        elif item.name in OWNERSHIP:
            performs = frozenset(_literals(item.argument)) if item.name == "Performs" else alternative.performs
            alternative = replace(alternative, ownership=alternative.ownership | {item.name}, performs=performs)
    return alternative


def _is_instance(value: object, class_: type) -> bool:
    try:
        return isinstance(value, class_)
    except TypeError:  # a protocol, or a TypedDict: it may be one
        return True


def _literals(argument: object) -> tuple[str, ...]:
    return tuple(str(item) for item in get_args(argument)) if get_origin(argument) is Literal else ()


def _plain(hint: object, names: Mapping[str, object]) -> Alternative:
    origin, arguments = get_origin(hint), get_args(hint)
    class_ = origin if isinstance(origin, type) else hint
    if not isinstance(class_, type) or class_ in (Any, object, Unseen):
        return Alternative()
    if class_ is tuple and arguments and arguments[-1] is not Ellipsis:
        return Alternative(tuple, elements=tuple(read(item, names) for item in arguments), is_fixed_tuple=True)
    if issubclass(class_, collections.abc.Mapping) and len(arguments) == 2:
        return Alternative(class_, elements=(read(arguments[1], names),), is_mapping=True)
    if issubclass(class_, collections.abc.Iterable) and arguments and not isinstance(arguments[0], TypeVar):
        return Alternative(class_, elements=(read(arguments[0], names),))
    return Alternative(class_)


def written(hint: object) -> str:
    """A type as its author has written it: `Persistent[User] | None`."""
    if get_origin(hint) is Annotated:
        core, *metadata = get_args(hint)
        text = written(core)
        for item in metadata:
            if isinstance(item, Marker):
                second = f", {written(item.argument)}" if item.argument is not None else ""
                text = f"{item.name}[{text}{second}]"
        return text
    if get_origin(hint) in (Union, types.UnionType):
        return " | ".join(written(member) for member in get_args(hint))
    if get_origin(hint) is Literal:
        return "Literal[" + ", ".join(f'"{item}"' for item in get_args(hint)) + "]"
    if isinstance(hint, ForwardRef):
        return hint.__forward_arg__
    name = "None" if hint is type(None) else getattr(hint, "__name__", str(hint).removeprefix("typing."))
    arguments = get_args(hint)
    return f"{name}[{', '.join(map(written, arguments))}]" if arguments and name != "Unseen" else name
