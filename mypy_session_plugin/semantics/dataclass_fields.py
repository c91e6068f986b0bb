"""Which attributes of a mapped dataclass are read where an instance is shown: those of the `__repr__` that is made."""

from __future__ import annotations

from mypy.nodes import TypeInfo

from mypy_session_plugin.mypy_compat.dataclass_bodies import INHERITED, MADE, NOT_MADE, REPR, SHOWN
from mypy_session_plugin.mypy_compat.loading_bodies import ATTRIBUTES
from mypy_session_plugin.semantics.closed_modules import CLOSED_MODULES
from mypy_session_plugin.semantics.relationships import is_opaque, kept

METHOD = "__repr__"
#: Methods that are asked before it where no `repr` is asked for.
_BEFORE = frozenset({"__format__", "__str__"})
#: Bases whose instances are loaded with those of their subclasses.
_CONCRETE = frozenset({"AbstractConcreteBase", "ConcreteBase"})
_OBJECT = "builtins.object"


def fields_shown(info: TypeInfo, by_repr: bool) -> tuple[str, ...]:
    """The attributes that are certainly read where an instance of this very class is shown; none where code is."""
    bases = [base for base in info.mro if base.fullname != _OBJECT]
    if info.fallback_to_any or any(map(_makes_classes, bases)):
        return ()
    if not by_repr and any(not _BEFORE.isdisjoint(base.names) for base in bases):
        return ()
    maker = next((base for base in bases if _decides(base)), None)
    if maker is None or METHOD in maker.names or METHOD in kept(maker).get(ATTRIBUTES, {}) or _said(maker) != MADE:
        return ()
    shown: dict[str, bool] = {}
    for base in reversed(maker.mro):
        shown.update(kept(base).get(SHOWN, {}))  # type: ignore[arg-type]
    return tuple(name for name, is_shown in shown.items() if is_shown)


def is_compared(info: TypeInfo) -> bool:
    """Whether two instances of a class may be compared by what their fields hold."""
    return any("dataclass" in base.metadata or REPR in kept(base) for base in info.mro)


def may_be_of_subclass(info: TypeInfo) -> bool:
    """Whether what is loaded as an instance of this class may be one of a subclass."""
    return is_opaque(info) or any(base.name in _CONCRETE for base in info.mro)


def _makes_classes(base: TypeInfo) -> bool:
    """Whether a base changes its subclasses in a way of its own."""
    return "__init_subclass__" in base.names and base.module_name.partition(".")[0] not in CLOSED_MODULES


def _decides(base: TypeInfo) -> bool:
    """Whether the `__repr__` of a class comes from this base."""
    if METHOD in base.names or METHOD in kept(base).get(ATTRIBUTES, {}):
        return True
    return _said(base) != NOT_MADE if REPR in kept(base) else "dataclass" in base.metadata


def _said(base: TypeInfo) -> object:
    """What is said of the `__repr__` of a class, by itself or the base from which it takes that."""
    said: object = kept(base).get(REPR)
    if said != INHERITED:
        return said
    above = next((other for other in base.mro[1:] if REPR in kept(other)), None)
    return MADE if above is None else _said(above)
