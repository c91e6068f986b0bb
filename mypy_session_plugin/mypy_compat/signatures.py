"""Phantom types in signatures: mypy keeps the aliases they are written as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy.nodes import CallExpr, Decorator, FuncDef, Node, OverloadedFuncDef, RefExpr, SymbolNode, TypeInfo, Var
from mypy.types import (
    CallableType,
    Instance,
    Overloaded,
    Parameters,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    TypeType,
    UnionType,
    UnpackType,
    get_proper_type,
)

from mypy_session_plugin.facts.effects import PHANTOM_PACKAGE
from mypy_session_plugin.mypy_compat.types import union_items

#: Modules whose protocols have none.
_PLAIN_MODULES = frozenset({"typing", "typing_extensions", "_typeshed"})


def alias_of(type_: Type) -> tuple[str, tuple[Type, ...]] | None:
    """The phantom type that `type_` is written as: its public full name and its arguments, or None.

    `Saved = Persistent[User]` and other aliases of the user are followed until an alias of ours or a type that is
    no alias is reached.
    """
    current = type_
    while isinstance(current, TypeAliasType) and current.alias is not None:
        if is_phantom_name(current.alias.fullname):
            return f"{PHANTOM_PACKAGE}.{current.alias.name}", tuple(current.args)
        if current.is_recursive:
            return None
        current = current._expand_once()
    return None


def is_phantom_name(full_name: str) -> bool:
    """Whether a full name is one of this package."""
    return full_name.startswith(f"{PHANTOM_PACKAGE}.")


def has_phantom_type(type_: Type | None) -> bool:
    """Whether a phantom type is written anywhere in `type_`."""
    todo = [] if type_ is None else [type_]
    followed = set()
    while todo:
        current = todo.pop()
        if isinstance(current, TypeAliasType):
            if current.alias is None or current.alias.fullname in followed:
                continue
            if is_phantom_name(current.alias.fullname):
                return True
            followed.add(current.alias.fullname)
            todo.append(current._expand_once())
        todo.extend(_parts(current))
    return False


def is_declared(variable: Var) -> bool:
    """Whether the type of a variable or attribute was written by its author; mypy infers aliases too."""
    return not variable.is_inferred or variable.explicit_self_type


def has_phantom_signature(node: SymbolNode | None) -> bool:
    """Whether a function, or a variable that holds one, has a phantom type in its signature.

    A decorator may lose the aliases of what it decorates (`contextmanager` does): then the undecorated signature has
    them still.
    """
    if isinstance(node, Decorator):
        return has_phantom_type(node.func.type) or has_phantom_type(node.var.type)
    if isinstance(node, OverloadedFuncDef):
        return has_phantom_type(node.type) or any(has_phantom_signature(item) for item in node.items)
    return isinstance(node, (FuncDef, Var)) and has_phantom_type(node.type)


def phantom_protocol(type_: Type) -> TypeInfo | None:
    """The protocol that a type is, if one of its methods has a phantom type in its signature; None for all else."""
    proper = get_proper_type(type_)
    if not isinstance(proper, Instance) or not proper.type.is_protocol or proper.type.module_name in _PLAIN_MODULES:
        return None
    entries = (entry for base in proper.type.mro if base.is_protocol for entry in base.names.values())
    return proper.type if any(has_phantom_signature(entry.node) for entry in entries) else None


def takes_phantom_types(node: SymbolNode | None) -> bool:
    """Whether a function's signature has a phantom type, or the methods of a protocol that it takes."""
    if has_phantom_signature(node):
        return True
    function = node.func if isinstance(node, Decorator) else node
    return isinstance(function, FuncDef) and takes_phantom_protocol(function.type)


def takes_phantom_protocol(signature: Type | None) -> bool:
    """Whether a parameter, or a part of its union, is a protocol with phantom types."""
    proper = get_proper_type(signature)
    types = proper.arg_types if isinstance(proper, CallableType) else ()
    return any(phantom_protocol(part) for type_ in types for part in union_items(type_))


def carries_phantom_types(nodes: Iterable[Node]) -> bool:
    """Whether a call among these nodes is given, as its first argument, a function with phantom types."""
    calls = (node for node in nodes if isinstance(node, CallExpr) and node.args)
    functions = (call.args[0].node for call in calls if isinstance(call.args[0], RefExpr))
    return any(map(has_phantom_signature, functions))


def _parts(type_: Type) -> Iterator[Type]:
    match type_:
        case TypeAliasType() | Instance():
            yield from type_.args
        case UnionType() | TupleType() | Overloaded():
            yield from type_.items
        case CallableType():
            yield from type_.arg_types
            yield type_.ret_type
        case Parameters():
            yield from type_.arg_types
        case TypedDictType():
            yield from type_.items.values()
        case TypeType():
            yield type_.item
        case UnpackType():
            yield type_.type
        case _:
            pass
