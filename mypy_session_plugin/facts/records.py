"""Dataclasses of many small values: made, copied and compared in a fraction of the time.

To a type checker these are the names of the standard library, and they mean the same.  At runtime a class costs one
compilation instead of six, which counts for a plugin that is loaded for each run; and that a class is frozen is left to
the type checker, so that making an instance, and copying it with a change, are plain assignments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field
from dataclasses import field as field
from inspect import get_annotations
from typing import TYPE_CHECKING, Any

#: By class: the names of all its fields, and those by which two instances are compared.
_fields: dict[type, tuple[str, ...]] = {}
_compared: dict[type, tuple[str, ...]] = {}
#: By class: what copies an instance and changes the copy; made when it is first needed.
_copiers: dict[type, Callable[[Any, dict[str, Any]], Any]] = {}


def compared_fields(cls: type) -> tuple[str, ...]:
    """The names of the fields by which instances of a class made here are compared."""
    return _compared[cls]


def _make(*, frozen: bool = False, slots: bool = True, eq: bool = True, order: bool = False) -> Callable[[type], type]:
    """What `dataclasses.dataclass` makes with these options, which are the only ones; `slots` is always on."""

    def made(cls: type) -> type:
        own = {name: _declared(cls, name) for name in get_annotations(cls)}
        inherited = [name for base in reversed(cls.__mro__[1:]) for name in base.__dict__.get("__slots__", ())]
        kept = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__", *own)}
        names = (*inherited, *own)
        compared = tuple(name for name in names if name not in own or own[name].compare)
        values: dict[str, Any] = {"MISSING": MISSING}
        lines = [*_initializer(inherited, own, "__post_init__" in kept, values)]
        if eq:
            lines += _comparisons(compared, frozen, order)
        exec("\n".join(lines), values)
        methods = {name: value for name, value in values.items() if name.startswith("__") and name != "__builtins__"}
        if eq and not frozen:
            methods["__hash__"] = None
        described: dict[str, Any] = {"__slots__": tuple(own), "__match_args__": names, "__repr__": _shown}
        # With these the standard library's `replace` copies an instance too.
        declared = {**getattr(cls, "__dataclass_fields__", {}), **own}
        result = type(cls)(
            cls.__name__, cls.__bases__, {**described, **methods, **kept, "__dataclass_fields__": declared}
        )
        _fields[result], _compared[result] = names, compared
        return result

    return made


def _declared(cls: type, name: str) -> Any:
    """The field that a class declares, with its default."""
    value = cls.__dict__.get(name, MISSING)
    declared = value if isinstance(value, Field) else field(default=value)
    declared.name = name
    return declared


def _initializer(inherited: list[str], own: dict[str, Any], finishes: bool, values: dict[str, Any]) -> Iterator[str]:
    """`__init__`: the fields of the bases, without defaults, then those of the class, whose defaults `values` get."""
    parameters, body = ["self", *inherited], [f" self.{name} = {name}" for name in inherited]
    for name, declared in own.items():
        if not declared.init:
            continue
        makes = declared.default_factory is not MISSING
        has_default = makes or declared.default is not MISSING
        values[f"default_{name}"] = declared.default_factory if makes else declared.default
        parameters.append(f"{name}={'MISSING' if makes else f'default_{name}'}" if has_default else name)
        body.append(f" self.{name} = {f'default_{name}() if {name} is MISSING else ' if makes else ''}{name}")
    yield f"def __init__({', '.join(parameters)}):"
    yield from body
    yield " self.__post_init__()" if finishes else " pass"


def _comparisons(compared: tuple[str, ...], frozen: bool, order: bool) -> Iterator[str]:
    """The methods by which instances are compared, as the tuples of their fields are."""
    mine, theirs = ("".join(f"{owner}.{name}, " for name in compared) for owner in ("self", "other"))
    yield "def __eq__(self, other):"
    yield " if self is other: return True"
    yield f" return ({mine}) == ({theirs}) if self.__class__ is other.__class__ else NotImplemented"
    if frozen:
        yield f"def __hash__(self): return hash(({mine}))"
    if order:
        yield f"def __lt__(self, other): return ({mine}) < ({theirs})"


def _shown(self: object) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in _fields[type(self)])
    return f"{type(self).__qualname__}({values})"


def _replace(instance: Any, /, **changes: Any) -> Any:
    """A copy of an instance with other values in some of its fields."""
    cls = instance.__class__
    copier = _copiers.get(cls)
    if copier is None:
        copier = _copiers[cls] = _new_copier(cls)
    return copier(instance, changes)


def _new_copier(cls: type) -> Callable[[Any, dict[str, Any]], Any]:
    values: dict[str, Any] = {"new": cls.__new__, "cls": cls}
    lines = [
        "def copier(instance, changes):",
        " copy = new(cls)",
        *(f" copy.{name} = instance.{name}" for name in _fields[cls]),
        " for name in changes: setattr(copy, name, changes[name])",
        " return copy",
    ]
    exec("\n".join(lines), values)
    copier: Callable[[Any, dict[str, Any]], Any] = values["copier"]
    return copier


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
else:
    dataclass, replace = _make, _replace
