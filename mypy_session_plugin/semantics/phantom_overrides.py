"""Methods that override a phantom-typed one: what they inherit, and where they promise less."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import ARG_POS, ARG_STAR, ARG_STAR2, Decorator, FuncDef, SymbolNode
from mypy.types import CallableType, Type

from mypy_session_plugin.mypy_compat.callees import own_signature
from mypy_session_plugin.mypy_compat.signatures import has_phantom_type
from mypy_session_plugin.semantics.phantom_types import (
    Declared,
    awaited,
    declared_of,
    text_of_type,
    yielded,
)

#: Methods that no caller reaches through a parent class.
OWN = frozenset({"__init__", "__new__", "__init_subclass__", "__post_init__"})


def overridden(unit: FuncDef) -> tuple[str, CallableType] | None:
    """The class and the signature of the phantom-typed method that a method overrides; the nearest one."""
    if not unit.info or unit.name in OWN or (unit.name.startswith("__") and not unit.name.endswith("__")):
        return None
    for base in unit.info.mro[1:]:
        entry = base.names.get(unit.name)
        if entry is None:
            continue
        signature = _signature(entry.node)
        return (base.name, signature) if signature is not None and has_phantom_type(signature) else None
    return None


def _signature(node: SymbolNode | None) -> CallableType | None:
    function = node.func if isinstance(node, Decorator) else node
    return own_signature(function) if isinstance(function, FuncDef) else None


def weakened(unit: FuncDef, strict: bool) -> Iterator[str]:
    """How a method promises less than the one that it overrides, each as the text of a message.

    A plain type says nothing of states, and is weaker only where `strict` asks for everything to be declared.
    """
    parent, mine = overridden(unit), own_signature(unit)
    if parent is None or mine is None:
        return
    owner, theirs = parent
    here = f"{unit.name}() of {unit.info.name}"
    for name, wide, narrow in _parameters(mine, theirs):
        said, inherited = declared_of(narrow), declared_of(wide)
        if said is not None and inherited is not None and not _covers(said, inherited):
            yield (
                f'{here} takes {text_of_type(narrow)} as "{name}"; '
                f"the method that it overrides, of {owner}, takes {text_of_type(wide)}"
            )
        elif said is not None and inherited is not None and not _keeps(said, inherited):
            yield (
                f'{here} leaves "{name}" as {text_of_type(narrow)}; '
                f"the method that it overrides, of {owner}, as {text_of_type(wide)}"
            )
    said, inherited = declared_of(_result(mine.ret_type)), declared_of(_result(theirs.ret_type))
    missing = strict and said is None and inherited is not None
    if missing or (said is not None and inherited is not None and not _covers(inherited, said)):
        yield (
            f"{here} returns {text_of_type(_result(mine.ret_type))}; "
            f"the method that it overrides, of {owner}, returns {text_of_type(_result(theirs.ret_type))}"
        )


def _result(type_: Type) -> Type:
    """What the caller works with: of a coroutine what it gives, of a generator what it yields."""
    return awaited(type_) or yielded(type_) or type_


def _parameters(mine: CallableType, theirs: CallableType) -> Iterator[tuple[str, Type, Type]]:
    """Each parameter of the parent's method with the one of the override that gets the same argument."""
    names = dict(zip(mine.arg_names, mine.arg_types, strict=True))
    for position, (kind, name, type_) in enumerate(
        zip(theirs.arg_kinds, theirs.arg_names, theirs.arg_types, strict=True)
    ):
        if kind in (ARG_STAR, ARG_STAR2):
            continue
        same_place = position < len(mine.arg_kinds) and mine.arg_kinds[position].is_positional()
        if kind.is_positional() and same_place:
            yield name or mine.arg_names[position] or str(position), type_, mine.arg_types[position]
        elif kind is not ARG_POS and name in names:
            yield name or "", type_, names[name]


def _covers(wide: Declared, narrow: Declared) -> bool:
    """Whether everything that `narrow` admits `wide` admits too; of what either leaves open nothing is said."""
    if wide.states is not None and narrow.states is not None and not narrow.states <= wide.states:
        return False
    if wide.elements is not None and narrow.elements is not None:
        return _covers(wide.elements, narrow.elements)
    return True


def _keeps(mine: Declared, theirs: Declared) -> bool:
    """Whether the argument is after the call as the parent says of it."""
    if theirs.after is None or mine.after is None:
        return True
    return mine.after <= theirs.after
