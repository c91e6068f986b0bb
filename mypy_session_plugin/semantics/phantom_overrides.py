"""Methods that override a phantom-typed one: what they inherit, and where they promise less."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import ARG_POS, ARG_STAR, ARG_STAR2, Decorator, FuncDef, FuncItem, SymbolNode, TypeInfo
from mypy.types import CallableType, Type

from mypy_session_plugin.mypy_compat.callees import own_signature
from mypy_session_plugin.mypy_compat.signatures import has_phantom_type
from mypy_session_plugin.semantics.phantom_types import (
    Declared,
    awaited,
    crossed_by,
    declared_of,
    demanded,
    is_written_as,
    lent_as,
    text_of_type,
    yielded,
)

#: The code of the rule on the states of instances.
STATE = "session-state"

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


def inherited(unit: FuncItem) -> dict[str, tuple[str, Type]]:
    """The phantom types that the parent's method gives to parameters which have none here, by the names these have.

    Each with the name of what declares it, as a message tells it.
    """
    parent, mine = overridden(unit) if isinstance(unit, FuncDef) else None, own_signature(unit)
    if parent is None or mine is None or not isinstance(unit, FuncDef):
        return {}
    owner, theirs = parent
    return {
        own: (f"{unit.name}() of {owner}", wide)
        for own, (_name, wide, narrow) in _parameters(mine, theirs)
        if has_phantom_type(wide) and not has_phantom_type(narrow)
    }


def terms_broken(wide: Type, narrow: Type) -> str | None:
    """The code of the rule that is broken where a session of the type `wide` is given to one that takes `narrow`.

    Who takes a session that is lent may do no more with it, and who takes one to own it must end it.
    """
    lent = lent_as(wide)
    if lent is not None:
        sent_away = lent.is_borrowed and crossed_by(narrow) is not None
        return "session-borrowed" if sent_away or any(map(lent.forbids, demanded(narrow))) else None
    return "session-leak" if is_written_as(wide, ("Owned",)) and lent_as(narrow) is not None else None


def broken_by(wide: Type, narrow: Type) -> str | None:
    """The code of the rule that is broken where what is of the type `wide` is given to what takes `narrow`."""
    broken = terms_broken(wide, narrow)
    if broken is not None:
        return broken
    said, promised = declared_of(narrow), declared_of(wide)
    return STATE if said is not None and promised is not None and not _covers(said, promised) else None


def weakened(unit: FuncDef, strict: bool) -> Iterator[tuple[str, str]]:
    """How a method promises less than the one that it overrides, each as the code of a rule and the text of a message.

    A plain type says nothing, and is weaker only where `strict` asks for every state to be declared.
    """
    parent, mine = overridden(unit), own_signature(unit)
    if parent is not None and mine is not None:
        owner, theirs = parent
        here, there = f"{unit.name}() of {unit.info.name}", f"the method that it overrides, of {owner},"
        yield from _differences((here, mine), (there, theirs), strict)


def unlike(protocol: TypeInfo, info: TypeInfo) -> Iterator[tuple[str, str]]:
    """How the methods of a class promise less than those of a protocol that it does not name as a base.

    Each as the code of a rule and the text of a message.
    """
    bases = [base for base in protocol.mro if base.is_protocol]
    for name in dict.fromkeys(name for base in bases for name in base.names):
        theirs, mine = _method(protocol, name), _method(info, name)
        if theirs is None or mine is None or theirs.is_static != mine.is_static:
            continue
        wide, narrow = own_signature(theirs), own_signature(mine)
        if wide is not None and narrow is not None and has_phantom_type(wide):
            here = f"{name}() of {mine.info.name}"
            there = f"{name}() of {protocol.name}, for which it stands here,"
            yield from _differences((here, narrow), (there, wide), strict=False)


def _method(info: TypeInfo, name: str) -> FuncDef | None:
    entry = info.get(name)
    node = entry.node if entry is not None else None
    function = node.func if isinstance(node, Decorator) else node
    return function if isinstance(function, FuncDef) else None


def _differences(
    one: tuple[str, CallableType], other: tuple[str, CallableType], strict: bool
) -> Iterator[tuple[str, str]]:
    """How one method promises less than another one in whose place it is called; each with how a message calls it."""
    (here, mine), (there, theirs) = one, other
    for _own, (name, wide, narrow) in _parameters(mine, theirs):
        takes = f'{here} takes {text_of_type(narrow)} as "{name}"; {there} takes {text_of_type(wide)}'
        broken = terms_broken(wide, narrow)
        if broken is not None:
            yield broken, takes
        said, promised = declared_of(narrow), declared_of(wide)
        if said is not None and promised is not None and not _covers(said, promised):
            yield STATE, takes
        elif said is not None and promised is not None and not _keeps(said, promised):
            yield STATE, f'{here} leaves "{name}" as {text_of_type(narrow)}; {there} as {text_of_type(wide)}'
    given, expected = _result(mine.ret_type), _result(theirs.ret_type)
    missing = strict and declared_of(given) is None and declared_of(expected) is not None
    broken = STATE if missing else broken_by(given, expected)
    if broken is not None:
        yield broken, f"{here} returns {text_of_type(given)}; {there} returns {text_of_type(expected)}"


def _result(type_: Type) -> Type:
    """What the caller works with: of a coroutine what it gives, of a generator what it yields."""
    return awaited(type_) or yielded(type_) or type_


def _parameters(mine: CallableType, theirs: CallableType) -> Iterator[tuple[str, tuple[str, Type, Type]]]:
    """Each parameter of the parent's method with the one of the override that gets the same argument.

    Its own name there, and then the name that a message calls both by, the parent's type and its own.
    """
    names = dict(zip(mine.arg_names, mine.arg_types, strict=True))
    for position, (kind, name, type_) in enumerate(
        zip(theirs.arg_kinds, theirs.arg_names, theirs.arg_types, strict=True)
    ):
        if kind in (ARG_STAR, ARG_STAR2):
            continue
        same_place = position < len(mine.arg_kinds) and mine.arg_kinds[position].is_positional()
        if kind.is_positional() and same_place:
            own = mine.arg_names[position] or str(position)
            yield own, (name or own, type_, mine.arg_types[position])
        elif kind is not ARG_POS and name in names:
            yield name or "", (name or "", type_, names[name])


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
